"""Text that people wrote, made safe to show. The one place that sanitizes."""

import re
from functools import lru_cache
from itertools import accumulate

import bleach
import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from hub.core.errors import Refused

# What a briefing or call notes need; no images (they would call other hosts) and no styles.
TAGS = frozenset(
    {
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "code",
        "dd",
        "del",
        "dl",
        "dt",
        "em",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
    }
    | {"ins", "li", "ol", "p", "pre", "s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul"}
)
ATTRIBUTES = {"a": {"href", "title"}, "abbr": {"title"}, "ol": {"start"}, "td": {"align"}, "th": {"align"}}
PROTOCOLS = frozenset({"http", "https", "mailto"})

# What the hub's own messages are made of, with the look that stands in their elements.
MAIL_TAGS = {"a", "blockquote", "body", "br", "div", "h2", "li", "p", "span", "ul"}
MAIL_STYLES = {
    "background", "border", "border-left", "border-radius", "border-top", "color", "display", "font", "font-size",
    "font-weight", "line-height", "margin", "max-width", "padding", "padding-left", "text-decoration", "white-space",
}  # fmt: skip

_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_HEADING = re.compile(r"<(/?)h([1-6])>")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


# Elements inside of each other in what people write. Bleach takes four times as long for twice as many: 80,000
# asterisks took 11 s, and whoever wrote them would hold everyone up who opens the page.
DEEPEST = 50
_TAG = re.compile(r"<(/?)(?!(?:br|hr|img|wbr)\b)[a-zA-Z]")


def safe_html(html: str) -> Markup:
    """``html`` with nothing in it that runs, loads or frames: bleach first, then nh3, which is maintained.

    What is nested deeper than anyone writes it is cleaned by nh3 alone.
    """
    once = html
    if _nesting(html) <= DEEPEST:
        once = bleach.clean(
            html,
            tags=TAGS,
            attributes={tag: list(names) for tag, names in ATTRIBUTES.items()},
            protocols=PROTOCOLS,
            strip=True,
        )
    twice = nh3.clean(once, tags=set(TAGS), attributes=dict(ATTRIBUTES), url_schemes=set(PROTOCOLS))
    return Markup(twice)  # noqa: S704 - the two lines above are what makes it safe


def _nesting(html: str) -> int:
    """Return how many elements stand inside of each other at most, as far as the tags tell."""
    steps = (-1 if tag[1] else 1 for tag in _TAG.finditer(html))
    # What closes nothing doesn't count: otherwise it would hide as many that are open.
    return max(accumulate(steps, lambda depth, step: max(0, depth + step), initial=0))


def mail_html(html: str) -> Markup:
    """Return a message's HTML to look at inside of the hub: its words, links and look, and nothing that loads or runs."""
    attributes = {tag: {"style"} for tag in MAIL_TAGS} | {"a": {"href", "style"}}
    clean_html = nh3.clean(
        html,
        tags=MAIL_TAGS,
        attributes=attributes,
        url_schemes=set(PROTOCOLS),
        filter_style_properties=MAIL_STYLES,
        clean_content_tags={"script", "style", "title"},
    )
    return Markup('<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>The message</title>{}</html>').format(
        Markup(clean_html)  # noqa: S704 - the call above is what makes it safe
    )


@lru_cache(maxsize=16)  # a long text takes a second, and is opened again and again
def markdown(text: str) -> Markup:
    """Markdown as safe HTML; its highest heading becomes an ``<h2>``, since a page has its own ``<h1>``."""
    html = _markdown.render(text)
    down = 2 - min((int(match[2]) for match in _HEADING.finditer(html)), default=1)
    html = _HEADING.sub(lambda match: f"<{match[1]}h{min(int(match[2]) + down, 6)}>", html)
    return safe_html(html)


def clean(text: str) -> str:
    """Return a line or text that someone typed, as they typed it, less what no database or page can hold."""
    return _CONTROL.sub("", text.replace("\r\n", "\n")).strip()


def one_line(text: str) -> str:
    """Return the same on one line: whatever begins a new one becomes a space."""
    return " ".join(clean(text).split())


def text_of(typed: str, longest: int, missing: str = "") -> str:
    """Return what was typed, cleaned; raises Refused when it is too long, or missing and may not be."""
    typed = clean(typed)
    if missing and not typed:
        raise Refused(missing)
    if len(typed) > longest:
        raise Refused(f"A text is too long: up to {longest:,} characters fit here.")
    return typed
