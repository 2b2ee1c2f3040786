// What makes the viewer quicker: arrow keys, full screen, the next page without a blank in between, copying the link,
// and a page that moves on by itself while the hub still reads. Every page works without it.

const announcer = document.createElement("p");
announcer.className = "visually-hidden";
announcer.setAttribute("role", "status");
document.body.append(announcer);

const viewer = () => document.querySelector("#viewer");
const isFull = () => document.fullscreenElement !== null;

// Put the content of another page of the hub in the place of this one's; the keyboard stays where it was.
async function replaceBy(address, part = ".page") {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error(`answered ${answer.status}`);
  const other = new DOMParser().parseFromString(await answer.text(), "text/html");
  const refocus = whereTheKeyboardIs(part !== ".page");
  document.querySelector(part).replaceWith(other.querySelector(part));
  document.title = other.title;
  enliven();
  refocus();
}

// Remember the place of the keyboard; answers what brings it back there once the page's content is another.
function whereTheKeyboardIs(isSamePage) {
  const old = document.activeElement;
  if (!old?.closest(".page")) return () => {};
  const alike = {
    rel: () => document.querySelector(`.viewer-steps a[rel="${old.rel}"]`) ?? document.querySelector(".viewer-steps a"),
    id: () => document.getElementById(old.id),
    href: () => document.querySelector(`a[href="${CSS.escape(old.getAttribute("href"))}"]`),
    text: () =>
      [...document.querySelectorAll(".page button, .page a")].find((one) => one.textContent === old.textContent),
  };
  const kind = kindOf(old);
  const typed = isSamePage && old.matches("input") ? old.value : null;
  return () => {
    const same = alike[kind]() ?? document.querySelector("#content");
    if (typed !== null && same.matches("input")) same.value = typed;
    same.focus({ preventScroll: true });
  };
}

// What an element is known by on the page that replaces this one.
function kindOf(element) {
  if (element.matches(".viewer-steps a")) return "rel";
  if (element.id) return "id";
  return element.hasAttribute("href") ? "href" : "text";
}

// Go to another page of the document; as any link would when that fails.
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
    button.textContent = isFull() ? "Leave full screen" : "Full screen";
  }
});

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.link);
  } catch {
    const field = document.createElement("textarea"); // clipboards of unsecured addresses
    field.value = button.dataset.link;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  announcer.textContent = "The link is copied.";
  if (button.textContent === "Copied") return;
  const label = [...button.childNodes];
  button.replaceChildren("Copied");
  setTimeout(() => button.replaceChildren(...label), 2000);
}

// Ask how far the hub got until there is something new to see; less and less often.
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
        await replaceBy(location.href, "#content"); // what the hub said above it stays
        scrollTo(...place);
        announcer.textContent = progress.sentence;
        return;
      } catch {
        // The next look may fare better.
      }
    }
    watch(notice, Math.min(pause * 1.2, 15_000));
  }, pause);
}

// Bring the page's content to life, again each time it was replaced.
function enliven() {
  for (const button of document.querySelectorAll("[data-full-screen]")) {
    button.hidden = !document.fullscreenEnabled;
    button.textContent = isFull() ? "Leave full screen" : "Full screen";
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

enliven();
