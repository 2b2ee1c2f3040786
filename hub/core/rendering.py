"""Renders and sanitizes what people wrote as HTML. The only place that sanitizes."""

import re
from functools import lru_cache
from itertools import accumulate

import bleach
import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from hub.core.text import clean

# Tags for briefings and call notes; no images, which could load from other hosts, and no styles.
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

# Tags and inline styles of the hub's own email.
MAIL_TAGS = {"a", "blockquote", "body", "br", "div", "h2", "li", "p", "span", "ul"}
MAIL_STYLES = {
    "background", "border", "border-left", "border-radius", "border-top", "color", "display", "font", "font-size",
    "font-weight", "line-height", "margin", "max-width", "padding", "padding-left", "text-decoration", "white-space",
}  # fmt: skip

_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_HEADING = re.compile(r"<(/?)h([1-6])>")


# Maximum nesting of elements in what people write. Bleach takes quadratic time: 80,000 asterisks took 11 s, which
# would block everyone who opens the page.
DEEPEST = 50
MOST_TAGS = 10_000  # and character references; with more, bleach takes more than a second
_TAG = re.compile(r"<(/?)(?!(?:br|hr|img|wbr)\b)[a-zA-Z]")


def safe_html(html: str) -> Markup:
    """Return the HTML without anything that runs, loads or frames: cleaned by bleach, then by nh3, which is maintained.

    HTML that is nested deeper than people write, or has far more tags, is cleaned by nh3 only.
    """
    cleaned = html
    if html.count("<") + html.count("&") <= MOST_TAGS and _nesting(html) <= DEEPEST:
        cleaned = bleach.clean(
            html,
            tags=TAGS,
            attributes={tag: list(names) for tag, names in ATTRIBUTES.items()},
            protocols=PROTOCOLS,
            strip=True,
        )
    cleaned = nh3.clean(cleaned, tags=set(TAGS), attributes=dict(ATTRIBUTES), url_schemes=set(PROTOCOLS))
    return Markup(cleaned)  # noqa: S704 - sanitized by the lines above


def _nesting(html: str) -> int:
    """Return the maximum nesting depth, judging by the tags."""
    steps = (-1 if tag[1] else 1 for tag in _TAG.finditer(html))
    # Closing tags without an opening tag don't count: otherwise they would hide open ones.
    return max(accumulate(steps, lambda depth, step: max(0, depth + step), initial=0))


def mail_html(html: str) -> Markup:
    """Return the HTML of an email for its preview in the hub: text, links and styles, but nothing that loads or runs."""
    attributes = {tag: {"style"} for tag in MAIL_TAGS} | {"a": {"href", "style"}}
    clean_html = nh3.clean(
        html,
        tags=MAIL_TAGS,
        attributes=attributes,
        url_schemes=set(PROTOCOLS),
        filter_style_properties=MAIL_STYLES,
        clean_content_tags={"script", "style", "title"},
    )
    return Markup(
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Email preview</title>{}</html>'
    ).format(
        Markup(clean_html)  # noqa: S704 - sanitized by the call above
    )


# What is rendered: a document of 100 pages has less. Markdown's parser takes quadratic time for open brackets and for
# lists (97 s for a list of 62,500 lines), and seconds for a text of nothing but marks, during which the process
# answers no one else.
LONGEST_FORMATTED = 250_000  # characters
MOST_LINES = 5_000
MOST_BRACKETS = 2_000
MOST_CELLS = 40_000  # of the widest table, if all lines were its rows: short rows are filled up
MOST_MARKS = 15_000
# The line below a table's head, also in a quote or a list.
_TABLE_RULE = re.compile(r"^[ \t>:*+.)0-9-]*\|[ \t>:*+.)0-9|-]*$", re.MULTILINE)
_BRACKETS, _MARKS = "[]", "*_~`|<>&\\#!\"'"
TOO_MUCH_FORMATTING = "This text has more formatting than the hub can show, so here it is as it was typed."


@lru_cache(maxsize=16)  # a long text takes half a second to render, and is opened often
def markdown(text: str) -> Markup:
    """Return Markdown as safe HTML. Its highest heading becomes an ``<h2>``, since the page has its own ``<h1>``.

    A text that would take too long is shown as it was typed, with a sentence that says so: nothing of it is lost.
    """
    if is_too_much(text):
        return Markup("<p><em>{}</em></p>\n").format(TOO_MUCH_FORMATTING) + as_typed(text)
    html = _markdown.render(text)
    down = 2 - min((int(match[2]) for match in _HEADING.finditer(html)), default=1)
    html = _HEADING.sub(lambda match: f"<{match[1]}h{min(int(match[2]) + down, 6)}>", html)
    return safe_html(html)


def is_too_much(text: str) -> bool:
    """Return True if rendering this Markdown would take too long."""
    lines = sum(map(text.count, "\n\r"))
    return (
        len(text) > LONGEST_FORMATTED
        or lines > MOST_LINES
        or lines * max((row.count("|") for row in _TABLE_RULE.findall(text)), default=0) > MOST_CELLS
        or sum(map(text.count, _BRACKETS)) > MOST_BRACKETS
        or sum(map(text.count, _MARKS)) > MOST_MARKS
    )


def as_typed(text: str) -> Markup:
    """Return plain text as HTML: paragraphs with their line breaks."""
    blocks = (escape(block).replace("\n", Markup("<br>\n")) for block in clean(text).split("\n\n") if block.strip())
    return Markup("\n").join(Markup("<p>{}</p>").format(block) for block in blocks)
