// The upload page: drop files, watch their progress, enter the details of each. Without it, the plain form works too.

import { Hub, Refused, Upload, sha256Of } from "./tus.js";
import { Memory } from "./memory.js";
import { takeDrops } from "./dropping.js";

const LARGEST_TO_HASH = 200_000_000; // bytes; the browser loads the whole file into memory to hash it
const AT_ONCE = 2; // parallel uploads

const form = document.querySelector("form[data-uploads]");
const chooser = form.querySelector("input[type=file]");
const list = form.querySelector("#upload-list");
const status = form.querySelector("#upload-status");
const hub = new Hub(form.dataset.uploads, form.elements.csrf_token.value);
const memory = new Memory(form.dataset.person);
const rows = new Set();
let isHeld = false; // the form was submitted before all files were uploaded

// Texts

function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  for (const [unit, worth] of [
    ["KB", 1e3],
    ["MB", 1e6],
    ["GB", 1e9],
  ]) {
    const amount = bytes / worth;
    if (amount < 999.5 || unit === "GB") {
      return `${amount < 9.95 && unit !== "KB" ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
    }
  }
}

function files(count) {
  return count === 1 ? "1 file" : `${count} files`;
}

function announce(sentence) {
  status.textContent = sentence;
}

// Run at most `count` tasks at a time; the others wait their turn.
function gate(count) {
  const waiting = [];
  let free = count;
  return async (work) => {
    if (free) free -= 1;
    else await new Promise((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      if (waiting.length) waiting.shift()();
      else free += 1;
    }
  };
}
const checking = gate(1);
const sending = gate(AT_ONCE);
const looking = gate(1);

let counted = 0;

class Row {
  constructor(file) {
    this.file = file;
    this.state = "waiting"; // checking, asking, sending, paused, here, refused
    this.sent = 0;
    const template = form.querySelector("#upload-row");
    this.element = template.content.firstElementChild.cloneNode(true);
    this.number(template.dataset.prefix, `upload-${(counted += 1)}`);
    this.part("name").textContent = file.name;
    this.part("size").textContent = size(file.size);
    this.part("bar").max = file.size || 1;
    this.part("bar").setAttribute("aria-label", `Upload of ${file.name}`);
    this.part("remove").setAttribute("aria-label", `Remove ${file.name}`);
    this.part("remove").onclick = () => this.remove();
    this.part("retry").onclick = () => this.upload.hurry();
    this.part("leave").onclick = () => this.remove();
    this.upload = new Upload(hub, file, memory.storeOf(file), {
      progress: (bytes) => this.show("sending", bytes),
      resumed: (bytes) => {
        this.show("sending", bytes);
        announce(`${file.name}: upload resumed at ${this.percent()}%.`);
      },
      paused: (seconds) =>
        this.show(
          "paused",
          this.sent,
          `The connection was lost at ${this.percent()}%. Retrying in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`,
        ),
    });
    list.append(this.element);
  }

  part(name) {
    return this.element.querySelector(`[data-part=${name}]`);
  }

  field(name) {
    return this.element.querySelector(`[data-field$="-${name}"]`);
  }

  // Give the fields unique ids; they get names when the hub has sent the prefix for this file.
  number(from, to) {
    for (const element of this.element.querySelectorAll("*")) {
      for (const name of ["id", "for", "aria-describedby"]) {
        if (element.hasAttribute(name)) element.setAttribute(name, element.getAttribute(name).replace(from, to));
      }
      if (element.name?.startsWith(from)) {
        element.dataset.field = element.name.slice(from.length);
        element.removeAttribute("name");
      }
    }
  }

  percent() {
    return Math.floor((100 * this.sent) / (this.file.size || 1));
  }

  show(state, sent = this.sent, words = "") {
    this.state = state;
    this.sent = sent;
    this.element.dataset.state = state;
    this.part("bar").value = sent;
    this.part("bar").hidden = ["here", "refused", "asking"].includes(state);
    this.part("retry").hidden = state !== "paused";
    this.part("words").textContent = words || this.words();
    showAll();
  }

  words() {
    switch (this.state) {
      case "waiting":
        return "Waiting…";
      case "checking":
        return "Checking for duplicates…";
      case "sending":
        return `${size(this.sent)} of ${size(this.file.size)}, ${this.percent()}%`;
      case "here":
        return "Uploaded.";
      default:
        return "";
    }
  }

  async run() {
    try {
      this.show("waiting");
      const { sha256, same } = await checking(() => this.check());
      if (same) await this.ask(same, "Upload it anyway");
      this.show("waiting");
      await this.keep(await sending(() => this.upload.send(sha256)));
    } catch (error) {
      if (this.upload.signal.aborted) return;
      if (!(error instanceof Refused)) throw error;
      this.show("refused", 0, error.message);
      announce(`${this.file.name} wasn’t uploaded. ${error.message}`);
    }
  }

  // Find a duplicate before any byte is sent, if the browser can compute hashes.
  async check() {
    this.upload.signal.throwIfAborted();
    this.show("checking");
    const sha256 = await sha256Of(this.file, LARGEST_TO_HASH);
    return { sha256, same: sha256 && (await hub.known(sha256, this.upload.signal)) };
  }

  // Wait until the person decides to continue; skipping the file removes the row.
  ask(same, label) {
    const box = this.part("duplicate");
    const link = box.querySelector("a");
    link.href = same.address;
    link.textContent = same.title;
    box.querySelector("[data-part=owner]").textContent = same.organization;
    this.part("go").textContent = label;
    box.hidden = false;
    this.show("asking");
    announce(`${this.file.name} is already in the hub. Decide whether to add it again.`);
    return new Promise((resolve, reject) => {
      this.part("go").onclick = () => {
        this.mayBeTwice = true;
        this.part("decide").hidden = true;
        this.show("waiting");
        resolve();
      };
      this.upload.signal.addEventListener("abort", () => reject(this.upload.signal.reason));
    });
  }

  async keep(kept) {
    this.part("kept").value = kept.handle;
    this.part("warned").value = kept.sha256;
    for (const field of this.element.querySelectorAll("[data-field]")) field.name = kept.prefix + field.dataset.field;
    const first = form.elements.title.value; // typed before the file was chosen
    this.field("title").value = rows.size === 1 && first ? first : kept.title;
    this.field("kind").value = form.querySelector("#upload-kind").value || kept.kind;
    this.field("published_on").value = kept.published_on;
    if (kept.duplicate && !this.mayBeTwice) {
      this.sent = this.file.size;
      await this.ask(kept.duplicate, "Add it anyway");
    }
    this.part("facts").hidden = false;
    this.part("kept").name = "kept";
    if (kept.duplicate) this.part("warned").name = "warned";
    this.show("here", this.file.size);
    const here = [...rows].filter((row) => row.state === "here").length;
    announce(`${this.file.name} uploaded. ${here} of ${files(rows.size)}.`);
    sendIfHeld();
    this.propose(kept);
  }

  // Fill in the document's own title and date, unless the person has entered them.
  async propose(kept) {
    const own = await looking(() => this.upload.look()).catch(() => null);
    if (own?.title && this.field("title").value === kept.title) this.field("title").value = own.title;
    if (own?.published_on && !this.field("published_on").value) this.field("published_on").value = own.published_on;
  }

  remove() {
    const next = this.element.nextElementSibling ?? this.element.previousElementSibling;
    this.upload.cancel();
    rows.delete(this);
    this.element.remove();
    announce(`${this.file.name} removed.`);
    (next?.querySelector("[data-part=remove]") ?? chooser).focus();
    showAll();
    sendIfHeld();
  }
}

// Total progress

function showAll() {
  const all = [...rows].filter((row) => !["refused", "asking"].includes(row.state));
  const open = rows.size - all.length;
  const here = all.filter((row) => row.state === "here").length;
  const total = all.reduce((sum, row) => sum + row.file.size, 0);
  const sent = all.reduce((sum, row) => sum + row.sent, 0);
  const bar = form.querySelector("#upload-all-bar");
  bar.max = total || 1;
  bar.value = sent;
  bar.hidden = here === all.length;
  form.querySelector("#upload-all-words").textContent = summary({ here, all: all.length, open, sent, total });
  form.querySelector("#uploads").hidden = !rows.size;
  form.querySelector("#upload-kinds").hidden = rows.size < 2;
  form.querySelector("#said-of-all").hidden = rows.size < 2;
  // Details entered for each file aren't asked again for all files.
  form.querySelector("#said-of-one").hidden = rows.size > 0;
  form.querySelector("#upload-more").textContent = rows.size ? "More files" : "Files";
}

function summary({ here, all, open, sent, total }) {
  const undecided = open ? ` ${files(open)} below ${open === 1 ? "needs" : "need"} your decision.` : "";
  if (here < all) {
    const percent = Math.floor((100 * sent) / (total || 1));
    return `${here} of ${files(all)} uploaded, ${size(sent)} of ${size(total)} (${percent}%).${undecided}`;
  }
  if (here === 0) return undecided;
  return `${files(here)} uploaded, ${size(total)}.${undecided || " Check the details of each file, then add them."}`;
}

function add(chosen) {
  const known = new Set([...rows].map((row) => storeKey(row.file)));
  const added = [...chosen].filter((file) => !known.has(storeKey(file)));
  if (!added.length) return announce("These files are already in the list.");
  form.querySelector("#upload-remembered").hidden = true;
  announce(`${files(added.length)} added to the list.`);
  const fresh = added.map((file) => new Row(file));
  for (const row of fresh) rows.add(row);
  for (const row of fresh) row.run();
}

function storeKey(file) {
  return `${file.name}|${file.size}|${file.lastModified}`;
}

form.querySelector("#upload-kinds select").addEventListener("change", (event) => {
  for (const row of rows) if (event.target.value) row.field("kind").value = event.target.value;
});

function addChosen() {
  add(chooser.files);
  chooser.value = ""; // the files are uploaded separately, not with the form
}

chooser.addEventListener("change", addChosen);
takeDrops(add);

function showRemembered() {
  const box = form.querySelector("#upload-remembered");
  const unfinished = memory.unfinished();
  box.hidden = !unfinished.length;
  box.querySelector("span").textContent = unfinished.map((entry) => entry.name).join(", ");
  box.querySelector("button").onclick = () => {
    for (const { address, forget } of unfinished) {
      forget();
      hub.ask("DELETE", address).catch(() => {});
    }
    box.hidden = true;
    chooser.focus();
  };
}

// Submitting the form waits for the files

function whatBlocks() {
  const all = [...rows];
  return all.find((row) => row.state === "refused") ?? all.find((row) => row.state === "asking");
}

function hold(sentence) {
  const words = form.querySelector("#upload-held");
  words.textContent = sentence;
  words.hidden = !sentence;
  isHeld = Boolean(sentence);
}

function sendIfHeld() {
  if (!isHeld) return;
  if ([...rows].every((row) => row.state === "here") && rows.size) form.requestSubmit();
  else if (!rows.size) hold("");
}

form.addEventListener("submit", (event) => {
  const missing = [...rows].filter((row) => row.state !== "here").length;
  const blocked = whatBlocks();
  if (blocked) {
    event.preventDefault();
    hold("");
    const what =
      blocked.state === "asking"
        ? "Decide whether to add it again"
        : "This file can’t be uploaded. Remove it from the list";
    announce(`${blocked.file.name}: ${what}.`);
    blocked.part(blocked.state === "asking" ? "go" : "remove").focus();
  } else if (missing) {
    event.preventDefault();
    hold(`Waiting for ${files(missing)} to upload. The form will be sent automatically after that.`);
  } else {
    for (const row of rows) row.upload.store.remove();
  }
});

for (const element of form.querySelectorAll("[data-with-scripts]")) element.hidden = false;
showRemembered();
showAll();
if (chooser.files.length) addChosen(); // on a slow connection, people choose files before this script runs
