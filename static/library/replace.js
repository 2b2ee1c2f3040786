// The page that replaces a file: the new one is sent with progress, and goes on where a lost connection stopped it.
// Without it the plain form does it all.

import { Hub, Refused, Upload } from "./tus.js";

const form = document.querySelector("form[data-uploads]");
const chooser = form.querySelector("input[type=file]");
const hub = new Hub(form.dataset.uploads, form.elements.csrf_token.value);
const box = form.querySelector("#replacing");
const bar = box.querySelector("progress");
const words = box.querySelector("p");
let upload = null; // of the file that is on its way

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
    set: (one) => {
      address = one;
    },
    remove: () => {
      address = null;
    },
  };
  let sent = 0;
  return new Upload(hub, file, store, {
    progress: (bytes) => say(`${percent((sent = bytes))} % of ${file.name} has arrived.`, bytes, file.size),
    resumed: (bytes) => say(`The upload goes on where it stopped, at ${percent((sent = bytes))} %.`, bytes, file.size),
    paused: (seconds) =>
      say(
        `The connection was lost at ${percent(sent)} %. Trying again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`,
        sent,
        file.size,
      ),
  });
}

chooser.addEventListener("change", () => {
  upload?.cancel(); // another file was chosen meanwhile
  upload = null;
  box.hidden = true;
});

form.addEventListener("submit", async (event) => {
  const [file] = chooser.files;
  if (!file) return;
  event.preventDefault();
  if (upload) return; // pressed twice
  upload = begin(file);
  const mine = upload;
  say(`Sending ${file.name}…`);
  try {
    const kept = await mine.send("");
    form.elements.kept.value = kept.handle;
    chooser.disabled = true; // its bytes are there already
    form.submit();
  } catch (error) {
    if (mine.signal.aborted) return;
    if (!(error instanceof Refused)) throw error;
    say(error.message);
    upload = null;
  }
});
