// Live results while the person types. The form works without this script: Enter submits it, and the URL has the query.

const PAUSE = 180; // milliseconds without a key before the request
const form = document.querySelector("[data-live]");
const field = form.elements.q;
const announcer = document.querySelector("[data-announcer]");
const trouble = document.querySelector("[data-trouble]");

let timer; // until the request
let turn = 0; // counts requests: only the response to the last one is shown
let underway; // the controller of the last request
let shown = addressNow(field.defaultValue);

function addressNow(typed = field.value) {
  const parameters = new URLSearchParams(new FormData(form));
  parameters.set("q", typed.trim());
  if (!parameters.get("q")) parameters.delete("q");
  return form.action + (parameters.size ? `?${parameters}` : "");
}

// Show the results of an address. Returns the loaded page, or null if the request failed or is no longer the last.
async function show(address) {
  turn += 1;
  const ownTurn = turn;
  underway?.abort();
  underway = new AbortController();
  const answer = document.querySelector("#search-answer");
  answer.setAttribute("aria-busy", "true");
  let other;
  try {
    // The hub doesn't record unfinished words as recent searches.
    const response = await fetch(address, { signal: underway.signal, headers: { "X-Typing": "yes" } });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    other = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    if (ownTurn === turn) {
      trouble.hidden = false;
      answer.removeAttribute("aria-busy");
    }
    return null;
  }
  if (ownTurn !== turn) return null;
  trouble.hidden = true;
  for (const id of ["search-answer", "search-kept"]) {
    document.getElementById(id).replaceWith(other.getElementById(id));
  }
  document.title = other.title;
  shown = address;
  announcer.textContent = document.querySelector("[data-count]").textContent;
  return other;
}

// Typing updates a single history entry, so that going back leads to the search before.
async function search() {
  const address = addressNow();
  if (address === shown || !(await show(address))) return;
  if (history.state?.typing) history.replaceState({ typing: true }, "", address);
  else history.pushState({ typing: true }, "", address);
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE);
}

field.addEventListener("input", (event) => {
  if (!event.isComposing) soon();
});
field.addEventListener("compositionend", soon);
form.addEventListener("submit", () => {
  clearTimeout(timer);
  underway?.abort();
});

addEventListener("popstate", async () => {
  clearTimeout(timer);
  const other = await show(location.href);
  if (other) field.value = other.getElementById("q").value;
});

// Opening a hit makes the typed query a search to record.
document.addEventListener("click", (event) => {
  if (history.state?.typing && event.target.closest?.("#search-answer .hit a")) {
    fetch(location.href, { keepalive: true }).catch(() => {});
  }
});

if (field.value !== field.defaultValue) soon(); // on a slow connection people type before this script loads
