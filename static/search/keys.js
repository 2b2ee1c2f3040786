// The keys / and ?, and the list of shortcuts. They can be turned off, as WCAG 2.1.4 requires.

const KEPT_AS = "hub-single-keys";
const dialog = document.querySelector("#shortcuts");
const onOff = document.querySelector("#single-keys");

function areOn() {
  try {
    return localStorage.getItem(KEPT_AS) !== "off";
  } catch {
    return onOff.checked; // without local storage the switch applies to this page
  }
}

function open() {
  if (dialog.open) return;
  onOff.checked = areOn();
  dialog.showModal();
}

function goToSearch() {
  const field = document.querySelector("#q, #header-q");
  field?.focus();
  field?.select();
}

const ACTIONS = { "/": goToSearch, "?": open };

document.addEventListener("keydown", (event) => {
  const act = ACTIONS[event.key];
  const isTyping = event.target.closest?.(
    "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]",
  );
  // Shift is allowed: some keyboards need it for either character.
  const isOther = event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented;
  if (!act || isTyping || dialog.open || isOther || !areOn()) return;
  event.preventDefault();
  act();
});

onOff.addEventListener("change", () => {
  try {
    localStorage.setItem(KEPT_AS, onOff.checked ? "on" : "off");
  } catch {
    // It applies only to this page.
  }
});

dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

for (const button of document.querySelectorAll("[data-shortcuts]")) {
  button.hidden = false;
  button.addEventListener("click", open);
}
