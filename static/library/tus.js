// Resumable upload of a file to the hub: the core of tus 1.0, with creation and termination.

const VERSION = "1.0.0";
const PIECE = 8 * 1024 * 1024; // bytes per request; a broken request keeps its progress too, unless a proxy buffers it
const SILENCE = 60_000; // milliseconds without progress after which a connection counts as lost
const PAUSES = [1, 2, 4, 8, 15, 30]; // seconds before each retry; the last one repeats

// The hub refused the request; the message is a sentence for the person.
export class Refused extends Error {}

// No answer, or a temporary error: retried.
class Lost extends Error {}

// The hub no longer has the upload: it restarts.
class Gone extends Error {}

const TOO_OLD =
  "You were signed out, or this page is too old. Reload the page and choose the same files to resume the upload.";
const CHANGED = "This file was changed, moved or renamed. Choose it again.";

export class Hub {
  constructor(address, token) {
    this.address = address;
    this.token = token;
  }

  // Return the Response if the request succeeds; otherwise throw Refused, Gone or Lost.
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

  // Return the resource with this SHA-256; null if there is none, or the hub can't tell now.
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
  // `store` keeps the address over a reload: get(), set(address), remove().
  // `tell` has the callbacks progress(bytes), resumed(bytes) and paused(seconds).
  constructor(hub, file, store, tell) {
    Object.assign(this, { hub, file, store, tell });
    this.address = store.get();
    this.controller = new AbortController();
    this.hurry = () => {};
  }

  get signal() {
    return this.controller.signal;
  }

  // Send the file, with as many retries as needed; return the hub's details of the complete file.
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

  // Return the document's own title and date, if the hub finds them quickly.
  async look() {
    const answer = await this.ask("POST", "/look");
    return answer.json();
  }

  async begin(sha256) {
    const metadata = [`filename ${base64(this.file.name)}`];
    if (sha256) metadata.push(`sha256 ${base64(sha256)}`);
    const headers = { "Upload-Length": String(this.file.size), "Upload-Metadata": metadata.join(",") };
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

  // Send one piece with progress events, which fetch doesn't have; return the new offset.
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

  // Wait until the time is up, the network is back, or the person presses "Retry now".
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

  // Stop, and discard the bytes that have arrived.
  cancel() {
    const { address } = this;
    this.controller.abort(new DOMException("Removed", "AbortError"));
    this.forget();
    if (address) this.hub.ask("DELETE", address).catch(() => {}); // otherwise it expires
  }
}

// Return the SHA-256 of a file as hexadecimal digits; empty if the browser can't compute it or the file is too large.
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

// Return the error for an HTTP status: Lost to retry, Gone to restart, or Refused to end the upload with a sentence.
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
