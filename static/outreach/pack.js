// Keeps a pack's page up to date until everything is sent.

const PAUSES = [700, 1000, 1500, 2000, 3000, 5000]; // milliseconds between refreshes; then the last one
const MOST = 400; // refreshes; after that, the link "Refresh page" remains

async function refresh() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const shown = document.querySelector("#progress");
  const next = fresh.querySelector("#progress");
  if (!next || next.innerHTML === shown.innerHTML) return;
  if (next.dataset.state !== shown.dataset.state) {
    // The buttons differ between states, so the whole content is replaced.
    document.querySelector("#content").innerHTML = fresh.querySelector("#content").innerHTML;
    return;
  }
  // Otherwise only what changed is replaced, so that it is announced and the button keeps its focus.
  const parts = "[role=status], progress, dl";
  const current = [...shown.querySelectorAll(parts)];
  for (const [index, part] of [...next.querySelectorAll(parts)].entries()) {
    if (current[index] && current[index].outerHTML !== part.outerHTML) {
      if (part.tagName === "PROGRESS") {
        current[index].max = part.max;
        current[index].value = part.value;
      } else {
        current[index].innerHTML = part.innerHTML;
      }
    }
  }
}

for (let count = 0; count < MOST && document.querySelector("[data-look-again]"); count += 1) {
  await new Promise((resolve) => setTimeout(resolve, PAUSES[Math.min(count, PAUSES.length - 1)]));
  await refresh().catch(() => {}); // the hub may be reachable again next time
}
