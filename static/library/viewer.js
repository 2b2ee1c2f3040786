// Viewer enhancements: arrow keys, full screen, paging without a flash, copying the link, and automatic refresh while
// the hub processes the file. Every page works without it.

const announcer = document.createElement("p");
announcer.className = "visually-hidden";
announcer.setAttribute("role", "status");
document.body.append(announcer);

const viewer = () => document.querySelector("#viewer");
const isFull = () => document.fullscreenElement !== null;

// Replace this page's content with another page's; the keyboard focus stays where it was.
async function replaceBy(address, part = ".page") {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error(`answered ${answer.status}`);
  const other = new DOMParser().parseFromString(await answer.text(), "text/html");
  const refocus = focusRestorer(part !== ".page");
  document.querySelector(part).replaceWith(other.querySelector(part));
  document.title = other.title;
  attach();
  refocus();
}

// Remember the focused element; return a function that focuses its counterpart after the content was replaced.
function focusRestorer(isSamePage) {
  const old = document.activeElement;
  if (!old?.closest(".page")) return () => {};
  const alike = {
    rel: () => document.querySelector(`.viewer-steps a[rel="${old.rel}"]`) ?? document.querySelector(".viewer-steps a"),
    id: () => document.getElementById(old.id),
    href: () => document.querySelector(`a[href="${CSS.escape(old.getAttribute("href"))}"]`),
    text: () =>
      [...document.querySelectorAll(".page button, .page a")].find((item) => item.textContent === old.textContent),
  };
  const kind = kindOf(old);
  const typed = isSamePage && old.matches("input") ? old.value : null;
  return () => {
    const same = alike[kind]() ?? document.querySelector("#content");
    if (typed !== null && same.matches("input")) same.value = typed;
    same.focus({ preventScroll: true });
  };
}

// Return by which attribute an element is found again on the new page.
function kindOf(element) {
  if (element.matches(".viewer-steps a")) return "rel";
  if (element.id) return "id";
  return element.hasAttribute("href") ? "href" : "text";
}

// Go to another page of the document; if that fails, navigate normally.
async function go(address) {
  try {
    await replaceBy(address);
  } catch {
    location.assign(address);
    return;
  }
  history.pushState({ viewer: true }, "", address);
  if (!isFull() && viewer()?.getBoundingClientRect().top < 0) document.querySelector("h1").scrollIntoView();
  announcer.textContent = viewer()?.dataset.place ?? "";
}

function showNow(link) {
  if (link) go(link.href);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".viewer-steps a, .filmstrip a");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (link && plain) {
    event.preventDefault();
    showNow(link);
  }
});

document.addEventListener("keydown", (event) => {
  const busy = event.target.closest?.("input, textarea, select, [contenteditable], .table-scroll");
  if (busy || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (rel) showNow(document.querySelector(`.viewer-steps a[rel="${rel}"]`));
});

addEventListener("popstate", () => replaceBy(location.href).catch(() => location.reload()));

document.addEventListener("fullscreenchange", () => {
  document.documentElement.classList.toggle("viewer-full", isFull());
  for (const button of document.querySelectorAll("[data-full-screen]")) {
    button.textContent = isFull() ? "Exit full screen" : "Full screen";
  }
});

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.link);
  } catch {
    const field = document.createElement("textarea"); // the clipboard API needs HTTPS
    field.value = button.dataset.link;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  announcer.textContent = "Link copied.";
  if (button.textContent === "Copied") return;
  const label = [...button.childNodes];
  button.replaceChildren("Copied");
  setTimeout(() => button.replaceChildren(...label), 2000);
}

// Poll the processing status, less and less often, until there is something new to see.
function watch(notice, pause = 700) {
  setTimeout(async () => {
    if (!notice.isConnected) return;
    let progress;
    try {
      progress = await (await fetch(notice.dataset.state)).json();
    } catch {
      progress = null;
    }
    if (!notice.isConnected) return;
    if (progress && progress.mark !== notice.dataset.mark && !isFull()) {
      const place = [scrollX, scrollY];
      try {
        await replaceBy(location.href, "#content"); // messages above it stay
        scrollTo(...place);
        announcer.textContent = progress.sentence;
        return;
      } catch {
        // The next attempt may succeed.
      }
    }
    watch(notice, Math.min(pause * 1.2, 15_000));
  }, pause);
}

// Attach event handlers to the page's content, each time it is replaced.
function attach() {
  for (const button of document.querySelectorAll("[data-full-screen]")) {
    button.hidden = !document.fullscreenEnabled;
    button.textContent = isFull() ? "Exit full screen" : "Full screen";
    button.onclick = () => (isFull() ? document.exitFullscreen() : document.documentElement.requestFullscreen());
  }
  for (const button of document.querySelectorAll("[data-link]")) {
    button.hidden = false;
    button.onclick = () => copy(button);
  }
  for (const picture of document.querySelectorAll(".viewer-large")) {
    picture.onerror = () => {
      picture.hidden = true;
    };
    if (picture.complete && !picture.naturalWidth && picture.src) picture.hidden = true;
  }
  const current = document.querySelector('.filmstrip [aria-current="page"]');
  const strip = document.querySelector(".filmstrip");
  if (current && strip) strip.scrollLeft = current.offsetLeft - (strip.clientWidth - current.clientWidth) / 2;
  const ahead = viewer()?.dataset.nextPicture;
  const large = document.querySelector(".viewer-large");
  const fetchAhead = () => {
    if (ahead) new Image().src = ahead;
  };
  if (large && !large.complete) large.addEventListener("load", fetchAhead, { once: true });
  else fetchAhead();
  for (const notice of document.querySelectorAll("[data-state]")) watch(notice);
}

attach();
