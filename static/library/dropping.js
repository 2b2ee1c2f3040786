// Files dropped anywhere on the page, including those in folders.

let depth = 0; // dragenter and dragleave fire for every element that the pointer crosses

function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

// Pass the files of each drop to `take`.
export function takeDrops(take) {
  document.addEventListener("dragenter", (event) => {
    if (hasFiles(event)) document.body.classList.toggle("dropping", (depth += 1) > 0);
  });
  document.addEventListener("dragleave", (event) => {
    if (hasFiles(event)) document.body.classList.toggle("dropping", (depth -= 1) > 0);
  });
  document.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  document.addEventListener("drop", async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    document.body.classList.remove("dropping");
    take(await dropped(event.dataTransfer));
  });
}

// Return the dropped files, including those in folders.
async function dropped(transfer) {
  const plain = [...transfer.files];
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return plain;
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const files = [];
  for (;;) {
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!batch.length) return files;
    files.push(...(await Promise.all(batch.filter((item) => !item.name.startsWith(".")).map(filesOf))).flat());
  }
}
