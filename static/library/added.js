// Moves the page of what was just added on, until the hub has read everything.

const PAUSES = [700, 1000, 1500, 2000, 3000, 5000]; // milliseconds; the last one stays
const MOST = 200; // looks; then the link "Look again" is there

async function look() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#added");
  const shown = document.querySelector("#added");
  // Only what changed is replaced, so that the words are announced and links keep their focus.
  const cells = [...shown.querySelectorAll("td, [role=status]")];
  for (const [index, cell] of [...fresh.querySelectorAll("td, [role=status]")].entries()) {
    if (cells[index] && cells[index].innerHTML !== cell.innerHTML) cells[index].innerHTML = cell.innerHTML;
  }
  const titles = [...shown.querySelectorAll("th a")];
  for (const [index, title] of [...fresh.querySelectorAll("th a")].entries()) {
    if (titles[index]) titles[index].textContent = title.textContent;
  }
}

for (let looks = 0; looks < MOST && document.querySelector("[data-look-again]"); looks += 1) {
  await new Promise((resolve) => setTimeout(resolve, PAUSES[Math.min(looks, PAUSES.length - 1)]));
  await look().catch(() => {}); // the next look may find the hub again
}
