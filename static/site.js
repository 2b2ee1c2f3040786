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
