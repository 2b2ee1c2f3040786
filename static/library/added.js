// Refreshes the page of added resources until the hub has processed all of them.

const PAUSES = [700, 1000, 1500, 2000, 3000, 5000]; // milliseconds; the last one repeats
const MOST = 200; // refreshes; after that, the "Refresh" link remains

async function refresh() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#added");
  const shown = document.querySelector("#added");
  // Only changed cells are replaced, so that screen readers announce them and links keep their focus.
  const cells = [...shown.querySelectorAll("td, [role=status]")];
  for (const [index, cell] of [...fresh.querySelectorAll("td, [role=status]")].entries()) {
    if (cells[index] && cells[index].innerHTML !== cell.innerHTML) cells[index].innerHTML = cell.innerHTML;
  }
  const titles = [...shown.querySelectorAll("th a")];
  for (const [index, title] of [...fresh.querySelectorAll("th a")].entries()) {
    if (titles[index]) titles[index].textContent = title.textContent;
  }
}

for (let count = 0; count < MOST && document.querySelector("[data-look-again]"); count += 1) {
  await new Promise((resolve) => setTimeout(resolve, PAUSES[Math.min(count, PAUSES.length - 1)]));
  await refresh().catch(() => {}); // the hub may answer the next time
}
