// Results that come while one types. The form works without this: Enter asks, and the address has the whole question.

const PAUSE = 180; // milliseconds without a key before the hub is asked
const form = document.querySelector("[data-live]");
const field = form.elements.q;
const announcer = document.querySelector("[data-announcer]");
const trouble = document.querySelector("[data-trouble]");

let timer; // until the hub is asked
let turn = 0; // counts the questions: an answer to another than the last is dropped
let underway; // the request of the last question
let shown = addressNow(field.defaultValue);

function addressNow(typed = field.value) {
  const asked = new URLSearchParams(new FormData(form));
  asked.set("q", typed.trim());
  if (!asked.get("q")) asked.delete("q");
  return form.action + (asked.size ? `?${asked}` : "");
}

// Put the answer for an address in the place of the one that is shown; answers whether it came and is still wanted.
async function show(address) {
  turn += 1;
  const mine = turn;
  underway?.abort();
  underway = new AbortController();
  const answer = document.querySelector("#search-answer");
  answer.setAttribute("aria-busy", "true");
  let other;
  try {
    // Half a word isn't a search that someone made: the hub doesn't keep it among the recent ones.
    const response = await fetch(address, { signal: underway.signal, headers: { "X-Typing": "yes" } });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    other = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    if (mine === turn) {
      trouble.hidden = false;
      answer.removeAttribute("aria-busy");
    }
    return null;
  }
  if (mine !== turn) return null;
  trouble.hidden = true;
  for (const id of ["search-answer", "search-kept"]) {
    document.getElementById(id).replaceWith(other.getElementById(id));
  }
  document.title = other.title;
  shown = address;
  announcer.textContent = document.querySelector("[data-count]").textContent;
  return other;
}

// While one types one entry of the history follows along; going back leads to what was asked before.
async function askWhatIsTyped() {
  const address = addressNow();
  if (address === shown || !(await show(address))) return;
  if (history.state?.typing) history.replaceState({ typing: true }, "", address);
  else history.pushState({ typing: true }, "", address);
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(askWhatIsTyped, PAUSE);
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

// Whoever follows a hit meant what they had typed: now it is a search that they made.
document.addEventListener("click", (event) => {
  if (history.state?.typing && event.target.closest?.("#search-answer .hit a")) {
    fetch(location.href, { keepalive: true }).catch(() => {});
  }
});

if (field.value !== field.defaultValue) soon(); // on a slow line people type before this is there
