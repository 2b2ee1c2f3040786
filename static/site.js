// What makes the hub quicker to use. Every page works without it.

// "Copy" buttons: hidden without scripts, since selecting the text by hand works too.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.querySelector(button.dataset.copy);
    source.select();
    try {
      await navigator.clipboard.writeText(source.value);
    } catch {
      document.execCommand("copy"); // clipboards of unsecured addresses
    }
    const label = button.textContent;
    button.textContent = "Copied";
    button.setAttribute("aria-live", "polite");
    setTimeout(() => {
      button.textContent = label;
    }, 2000);
  });
}

// Menus close when one presses Escape, or presses or goes elsewhere.
const menus = document.querySelectorAll("[data-menu]");
function closeMenusBut(kept) {
  for (const menu of menus) if (!menu.contains(kept)) menu.open = false;
}
document.addEventListener("click", (event) => closeMenusBut(event.target));
document.addEventListener("focusin", (event) => closeMenusBut(event.target));
document.addEventListener("keydown", (event) => {
  const open = document.querySelector("[data-menu][open]");
  if (event.key !== "Escape" || !open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
