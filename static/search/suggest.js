// Suggestions under a search field: the combobox of the ARIA Authoring Practices, whose list is open while it has
// options. Without this script it is a plain field.

const PAUSE = 120; // milliseconds without a key before the request
const ADDRESS = "/search/suggestions";

for (const field of document.querySelectorAll("form[role=search] #q, form[role=search] #header-q")) {
  addSuggestions(field);
}

function addSuggestions(field) {
  const list = document.createElement("ul");
  list.id = `${field.id}-suggestions`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  const place = field.form.querySelector("[data-suggestions]");
  if (place) place.append(list);
  else field.after(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");
  field.autocomplete = "off";

  let timer; // until the request
  let underway; // the controller of the last request
  let active = -1; // the option that Enter would open
  const cache = new Map(); // suggestions by typed text

  const options = () => [...list.children];
  const isOpen = () => !list.hidden;

  function close() {
    clearTimeout(timer);
    underway?.abort();
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function choose(number) {
    active = number;
    for (const [index, option] of options().entries()) option.setAttribute("aria-selected", String(index === active));
    const chosen = options()[active];
    if (chosen) {
      field.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else {
      field.removeAttribute("aria-activedescendant");
    }
  }

  function optionOf(suggestion, number) {
    const option = document.createElement("li");
    option.id = `${list.id}-${number}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.address = suggestion.address;
    for (const [name, text] of [
      ["sort", suggestion.sort],
      ["label", suggestion.label],
      ["detail", suggestion.detail],
    ]) {
      if (!text) continue;
      const part = document.createElement("span");
      part.className = `suggestion-${name}`;
      part.textContent = text;
      option.append(part, " ");
    }
    return option;
  }

  function show(suggestions) {
    list.replaceChildren(...suggestions.map(optionOf));
    list.hidden = suggestions.length === 0;
    field.setAttribute("aria-expanded", String(isOpen()));
    choose(-1);
  }

  async function ask() {
    const typed = field.value.trim();
    if (!cache.has(typed)) {
      underway?.abort();
      underway = new AbortController();
      try {
        const answer = await fetch(`${ADDRESS}?${new URLSearchParams({ q: typed })}`, { signal: underway.signal });
        if (!answer.ok) return;
        cache.set(typed, (await answer.json()).suggestions);
      } catch {
        return; // suggestions are optional
      }
    }
    // Late responses are cached but not shown, and the list stays while the person is choosing from it.
    if (field.value.trim() === typed && document.activeElement === field && active < 0) show(cache.get(typed));
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  field.addEventListener("input", () => (field.value.trim() ? soon() : close()));
  field.addEventListener("blur", close);
  field.form.addEventListener("submit", close);
  // Pressing an option must not move the focus, or the list would close before the click.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.address);
  });

  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const count = options().length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      // Beyond either end the selection returns to the field.
      const step = event.key === "ArrowDown" ? 2 : count + 1;
      if (!isOpen()) ask();
      else if (event.altKey) close();
      else choose(((active + step) % (count + 1)) - 1);
    } else if (event.key === "Enter" && isOpen() && active >= 0) {
      event.preventDefault();
      location.assign(options()[active].dataset.address);
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault(); // the first Escape closes the list, the next one clears the field
      close();
    }
  });

  // On a slow connection people type before this script loads.
  if (document.activeElement === field && field.value.trim() && field.value !== field.defaultValue) soon();
}
