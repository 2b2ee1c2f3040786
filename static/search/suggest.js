// Suggestions under a search field: the combobox of the ARIA Authoring Practices, with its list open while there is
// something to choose. Without this the field is a plain one.

const PAUSE = 120; // milliseconds without a key before the hub is asked
const ADDRESS = "/search/suggestions";

for (const field of document.querySelectorAll("form[role=search] #q, form[role=search] #header-q")) enliven(field);

function enliven(field) {
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

  let timer; // until the hub is asked
  let underway; // the request of the last question
  let active = -1; // the option that Enter would open
  const known = new Map(); // answers of this page, by what was typed

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

  function optionOf(one, number) {
    const option = document.createElement("li");
    option.id = `${list.id}-${number}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.address = one.address;
    for (const [name, text] of [
      ["sort", one.sort],
      ["label", one.label],
      ["detail", one.detail],
    ]) {
      if (!text) continue;
      const part = document.createElement("span");
      part.className = `suggestion-${name}`;
      part.textContent = text;
      option.append(part, " ");
    }
    return option;
  }

  function show(found) {
    list.replaceChildren(...found.map(optionOf));
    list.hidden = found.length === 0;
    field.setAttribute("aria-expanded", String(isOpen()));
    choose(-1);
  }

  async function ask() {
    const typed = field.value.trim();
    if (!known.has(typed)) {
      underway?.abort();
      underway = new AbortController();
      try {
        const answer = await fetch(`${ADDRESS}?${new URLSearchParams({ q: typed })}`, { signal: underway.signal });
        if (!answer.ok) return;
        known.set(typed, (await answer.json()).suggestions);
      } catch {
        return; // no suggestions, then
      }
    }
    // Late answers, and those for a field that was left, are kept but not shown; a list that one chooses from stays.
    if (field.value.trim() === typed && document.activeElement === field && active < 0) show(known.get(typed));
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  field.addEventListener("input", () => (field.value.trim() ? soon() : close()));
  field.addEventListener("blur", close);
  field.form.addEventListener("submit", close);
  // A press on an option must not take the focus, or the list would be gone before the click.
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
      // Beyond either end one is back in what was typed.
      const step = event.key === "ArrowDown" ? 2 : count + 1;
      if (!isOpen()) ask();
      else if (event.altKey) close();
      else choose(((active + step) % (count + 1)) - 1);
    } else if (event.key === "Enter" && isOpen() && active >= 0) {
      event.preventDefault();
      location.assign(options()[active].dataset.address);
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault(); // the first Escape closes the list, the next one empties the field
      close();
    }
  });

  // On a slow line people type before this is there.
  if (document.activeElement === field && field.value.trim() && field.value !== field.defaultValue) soon();
}
