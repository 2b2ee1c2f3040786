// Moves the page of a pack on, until everything is sent.

const PAUSES = [700, 1000, 1500, 2000, 3000, 5000]; // milliseconds; the last one stays
const MOST = 400; // looks; then the link "Look again" is there

async function look() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const shown = document.querySelector("#progress");
  const next = fresh.querySelector("#progress");
  if (!next || next.innerHTML === shown.innerHTML) return;
  if (next.dataset.state !== shown.dataset.state) {
    // The button that was there means something else now, so the whole of it is replaced, and the rest with it.
    document.querySelector("#content").innerHTML = fresh.querySelector("#content").innerHTML;
    return;
  }
  // Else only what changed, so that the words are announced and the button keeps its focus.
  const parts = "[role=status], progress, dl";
  const there = [...shown.querySelectorAll(parts)];
  for (const [index, part] of [...next.querySelectorAll(parts)].entries()) {
    if (there[index] && there[index].outerHTML !== part.outerHTML) {
      if (part.tagName === "PROGRESS") {
        there[index].max = part.max;
        there[index].value = part.value;
      } else {
        there[index].innerHTML = part.innerHTML;
      }
    }
  }
}

for (let looks = 0; looks < MOST && document.querySelector("[data-look-again]"); looks += 1) {
  await new Promise((resolve) => setTimeout(resolve, PAUSES[Math.min(looks, PAUSES.length - 1)]));
  await look().catch(() => {}); // the next look may find the hub again
}
