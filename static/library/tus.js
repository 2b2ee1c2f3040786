// Sends a file to the hub so that a lost connection costs nothing: the core of tus 1.0, with creation and termination.

const VERSION = "1.0.0";
const PIECE = 8 * 1024 * 1024; // bytes in one request; progress is kept within it too, unless a proxy gathers requests
const SILENCE = 60_000; // milliseconds without progress after which a connection counts as lost
const PAUSES = [1, 2, 4, 8, 15, 30]; // seconds before each new try; the last one stays

// The hub says no; its message is a sentence for the person.
export class Refused extends Error {}

// No answer, or one that says "not now": worth another try.
class Lost extends Error {}

// The hub doesn't know the upload any more: it begins anew.
class Gone extends Error {}

const TOO_OLD =
  "You were signed out, or this page is too old. Load the page again and choose the same files: they go on where they stopped.";
const CHANGED = "This file can't be read any more: it was changed, moved or renamed. Choose it again.";

export class Hub {
  constructor(address, token) {
    this.address = address;
    this.token = token;
  }

  // Answers the Response when the hub says yes.
  async ask(method, address, { headers = {}, body, signal, patience = SILENCE } = {}) {
    const own = new AbortController();
    const stop = () => own.abort();
    const timer = setTimeout(stop, patience);
    signal?.addEventListener("abort", stop);
    try {
      const all = { "Tus-Resumable": VERSION, "X-CSRFToken": this.token, ...headers };
      // oxlint-disable-next-line unicorn/no-invalid-fetch-options -- the caller chooses the method
      const answer = await fetch(address, { method, headers: all, body, signal: own.signal });
      if (!answer.ok) throw await reasonOf(answer.status, () => answer.json());
      return answer;
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof Refused || error instanceof Gone ? error : new Lost();
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }

  // What the hub has with this SHA-256 already; null when there is nothing, or nothing can be learned now.
  async known(sha256, signal) {
    try {
      const answer = await this.ask("POST", `${this.address}/known`, { body: new URLSearchParams({ sha256 }), signal });
      return (await answer.json()).duplicate;
    } catch (error) {
      if (error instanceof Refused) throw error;
      signal.throwIfAborted();
      return null;
    }
  }
}

export class Upload {
  // `store` remembers addresses over a reload: get(), set(address), remove().
  // `tell` hears of progress(bytes), resumed(bytes) and paused(seconds).
  constructor(hub, file, store, tell) {
    Object.assign(this, { hub, file, store, tell });
    this.address = store.get();
    this.controller = new AbortController();
    this.hurry = () => {};
  }

  get signal() {
    return this.controller.signal;
  }

  // Sends the file, however often that takes; answers what the hub says of it once it is whole.
  async send(sha256) {
    for (let failures = 0; ; failures += 1) {
      try {
        let offset = this.address ? await this.offset() : await this.begin(sha256);
        if (offset) this.tell.resumed(offset);
        while (offset < this.file.size) {
          offset = await this.patch(offset);
          failures = 0;
        }
        return await this.ask("POST", "/keep", 5 * SILENCE).then((answer) => answer.json());
      } catch (error) {
        this.signal.throwIfAborted();
        if (error instanceof Gone) this.forget();
        else if (!(error instanceof Lost)) throw error;
        await this.readable();
        const seconds = PAUSES[Math.min(failures, PAUSES.length - 1)];
        this.tell.paused(seconds);
        await this.pause(seconds);
      }
    }
  }

  // The document's own title and date, as far as the hub can tell quickly.
  async look() {
    const answer = await this.ask("POST", "/look");
    return answer.json();
  }

  async begin(sha256) {
    const told = [`filename ${base64(this.file.name)}`];
    if (sha256) told.push(`sha256 ${base64(sha256)}`);
    const headers = { "Upload-Length": String(this.file.size), "Upload-Metadata": told.join(",") };
    const answer = await this.hub.ask("POST", this.hub.address, { headers, signal: this.signal });
    this.address = answer.headers.get("Location");
    if (!this.address) throw new Refused(TOO_OLD);
    this.store.set(this.address);
    return 0;
  }

  async offset() {
    const answer = await this.ask("HEAD", "");
    if (!answer.headers.has("Upload-Offset")) throw new Refused(TOO_OLD);
    return Number(answer.headers.get("Upload-Offset"));
  }

  ask(method, below, patience) {
    return this.hub.ask(method, this.address + below, { signal: this.signal, patience });
  }

  // Sends one piece, with progress on the way, which fetch doesn't tell; answers the new offset.
  patch(offset) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      let timer;
      const wait = () => {
        clearTimeout(timer);
        timer = setTimeout(() => request.abort(), SILENCE);
      };
      const stop = () => request.abort();
      const end = () => {
        clearTimeout(timer);
        this.signal.removeEventListener("abort", stop);
      };
      request.open("PATCH", this.address);
      request.setRequestHeader("Tus-Resumable", VERSION);
      request.setRequestHeader("X-CSRFToken", this.hub.token);
      request.setRequestHeader("Upload-Offset", String(offset));
      request.setRequestHeader("Content-Type", "application/offset+octet-stream");
      request.upload.onprogress = (event) => {
        wait();
        this.tell.progress(offset + event.loaded);
      };
      const lose = () => {
        end();
        reject(new Lost());
      };
      request.onerror = lose;
      request.onabort = lose;
      request.onload = async () => {
        end();
        if (request.status === 204) resolve(Number(request.getResponseHeader("Upload-Offset")));
        else reject(await reasonOf(request.status, () => JSON.parse(request.responseText)));
      };
      this.signal.addEventListener("abort", stop);
      wait();
      request.send(this.file.slice(offset, offset + PIECE));
    });
  }

  // Waits until the time is up, the network is back, or someone is in a hurry.
  async pause(seconds) {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, 1000 * seconds);
      this.hurry = () => {
        clearTimeout(timer);
        resolve();
      };
      addEventListener("online", this.hurry, { once: true });
      this.signal.addEventListener("abort", this.hurry, { once: true });
    });
    removeEventListener("online", this.hurry);
    this.hurry = () => {};
    this.signal.throwIfAborted();
  }

  async readable() {
    try {
      await this.file.slice(0, 1).arrayBuffer();
    } catch {
      throw new Refused(CHANGED);
    }
  }

  forget() {
    this.address = null;
    this.store.remove();
  }

  // Stops, and throws away what has arrived.
  cancel() {
    const { address } = this;
    this.controller.abort(new DOMException("Removed", "AbortError"));
    this.forget();
    if (address) this.hub.ask("DELETE", address).catch(() => {}); // it expires by itself
  }
}

// The SHA-256 of a file as hexadecimal digits; empty where the browser can't compute it or the file is too large.
export async function sha256Of(file, largest) {
  if (!globalThis.crypto?.subtle || file.size > largest) return "";
  let bytes;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    throw new Refused(CHANGED);
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What a status means for an upload: try again, begin anew, or a sentence that ends it.
async function reasonOf(status, read) {
  if (status === 404) return new Gone();
  if (status === 400) return new Refused(TOO_OLD);
  if (![411, 412, 413, 415, 422, 429, 507].includes(status)) return new Lost();
  try {
    return new Refused((await read()).error);
  } catch {
    return new Lost();
  }
}

function base64(text) {
  const bytes = new TextEncoder().encode(text.slice(-255));
  return btoa(String.fromCodePoint(...bytes));
}
