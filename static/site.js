// Progressive enhancements. Every page works without them.

// "Copy" buttons: hidden without scripts.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.querySelector(button.dataset.copy);
    source.select();
    try {
      await navigator.clipboard.writeText(source.value);
    } catch {
      document.execCommand("copy"); // without HTTPS there is no clipboard API
    }
    const label = button.textContent;
    button.textContent = "Copied";
    button.setAttribute("aria-live", "polite");
    setTimeout(() => {
      button.textContent = label;
    }, 2000);
  });
}

// Menus close on Escape and when a click or the focus is outside of them.
const menus = document.querySelectorAll("[data-menu]");
function closeMenusWithout(target) {
  for (const menu of menus) if (!menu.contains(target)) menu.open = false;
}
document.addEventListener("click", (event) => closeMenusWithout(event.target));
document.addEventListener("focusin", (event) => closeMenusWithout(event.target));
document.addEventListener("keydown", (event) => {
  const open = document.querySelector("[data-menu][open]");
  if (event.key !== "Escape" || !open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

// A form that is being sent isn't sent again until the next page is there. If that is a file, this page stays open.
// After Back, browsers show what was typed in a new copy of the page. The form then gets its former id, so that the hub
// knows it again.
const posting = [...document.querySelectorAll("form[method=post]")];
const place = (form) => `form ${location.pathname}${location.search} ${posting.indexOf(form)}`;
function lock(form, isLocked) {
  form.classList.toggle("sending", isLocked);
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    button.classList.toggle("disabled", isLocked);
    button.setAttribute("aria-disabled", String(isLocked));
  }
}
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !posting.includes(form)) return;
  if (form.classList.contains("sending")) return event.preventDefault();
  sessionStorage.setItem(place(form), form.elements.form_id?.value ?? "");
  lock(form, true);
  setTimeout(() => lock(form, false), 10_000);
});
addEventListener("pageshow", () => {
  const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  for (const form of posting) {
    lock(form, false);
    const id = isBack && sessionStorage.getItem(place(form));
    if (id) form.elements.form_id.value = id;
  }
});
