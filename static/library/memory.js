// What is remembered over a reload: where an upload that isn't added yet goes on.

const REMEMBERED = 24 * 3600 * 1000; // milliseconds; the hub forgets what broke off after a day

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

  // What broke off, each with its name and address; what the hub has forgotten is forgotten here too.
  unfinished() {
    const found = [];
    for (const key of Object.keys(localStorage).filter((one) => one.startsWith(this.prefix))) {
      const entry = JSON.parse(localStorage.getItem(key));
      const forget = () => localStorage.removeItem(key);
      if (Date.now() - entry.at > REMEMBERED) forget();
      else found.push({ ...entry, forget });
    }
    return found;
  }
}
