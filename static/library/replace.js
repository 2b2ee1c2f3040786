// The page that replaces a file: uploads the new one with progress, and resumes when the connection was lost.
// Without this script, the plain form works too.

import { Hub, Refused, Upload } from "./tus.js";

const form = document.querySelector("form[data-uploads]");
const chooser = form.querySelector("input[type=file]");
const hub = new Hub(form.dataset.uploads, form.elements.csrf_token.value);
const box = form.querySelector("#replacing");
const bar = box.querySelector("progress");
const words = box.querySelector("p");
let upload = null; // the current upload

function say(sentence, done = 0, all = 1) {
  box.hidden = false;
  bar.max = all;
  bar.value = done;
  words.textContent = sentence;
}

function begin(file) {
  const percent = (bytes) => Math.floor((100 * bytes) / file.size);
  let address = null;
  const store = {
    get: () => address,
    set: (value) => {
      address = value;
    },
    remove: () => {
      address = null;
    },
  };
  let sent = 0;
  return new Upload(hub, file, store, {
    progress: (bytes) => say(`${percent((sent = bytes))}% of ${file.name} uploaded.`, bytes, file.size),
    resumed: (bytes) => say(`Upload resumed at ${percent((sent = bytes))}%.`, bytes, file.size),
    paused: (seconds) =>
      say(
        `The connection was lost at ${percent(sent)}%. Retrying in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`,
        sent,
        file.size,
      ),
  });
}

chooser.addEventListener("change", () => {
  upload?.cancel(); // another file was chosen
  upload = null;
  box.hidden = true;
});

form.addEventListener("submit", async (event) => {
  const [file] = chooser.files;
  if (!file) return;
  event.preventDefault();
  if (upload) return; // submitted twice
  upload = begin(file);
  const thisUpload = upload;
  say(`Uploading ${file.name}…`);
  try {
    const kept = await thisUpload.send("");
    form.elements.kept.value = kept.handle;
    chooser.disabled = true; // the file is uploaded already
    form.submit();
  } catch (error) {
    if (thisUpload.signal.aborted) return;
    if (!(error instanceof Refused)) throw error;
    say(error.message);
    upload = null;
  }
});
