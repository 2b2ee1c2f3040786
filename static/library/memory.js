// Addresses of unfinished uploads, kept in local storage so that they can resume after a reload.

const REMEMBERED = 24 * 3600 * 1000; // milliseconds; the hub deletes abandoned uploads after a day

export class Memory {
  constructor(person) {
    this.prefix = `hub-upload:${person}:`;
  }

  storeOf(file) {
    const key = `${this.prefix}${file.name}|${file.size}|${file.lastModified}`;
    return {
      get: () => JSON.parse(localStorage.getItem(key) ?? "null")?.address,
      set: (address) => localStorage.setItem(key, JSON.stringify({ address, name: file.name, at: Date.now() })),
      remove: () => localStorage.removeItem(key),
    };
  }

  // Return unfinished uploads, each with its name and address; those that the hub has deleted are removed here too.
  unfinished() {
    const uploads = [];
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(this.prefix))) {
      const entry = JSON.parse(localStorage.getItem(key));
      const forget = () => localStorage.removeItem(key);
      if (Date.now() - entry.at > REMEMBERED) forget();
      else uploads.push({ ...entry, forget });
    }
    return uploads;
  }
}
