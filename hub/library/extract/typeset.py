"""Formatted texts (Markdown, email, web pages) as safe HTML."""

from email import policy
from email.parser import BytesParser
from pathlib import Path

from lxml import etree

from hub.core.text import as_typed, markdown, safe_html
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.mail import part_text
from hub.library.extract.problems import TOO_LARGE, Unreadable
from hub.library.extract.text import read_text
from hub.library.extract.webpage import UNSEEN, parse_html

LONGEST = 300_000  # characters of HTML; longer texts are shown as plain text, page by page


def as_html(path: Path, file_format: Format, limits: Limits) -> str:
    """Return the text as HTML without scripts, external content or frames; "" when it has none. Raises Unreadable."""
    if file_format.extension == "eml":
        html = message_html(path)
    else:
        text = read_text(path, file_format, limits)
        if len(text) > LONGEST:
            raise Unreadable(TOO_LARGE)
        html = markdown(text) if file_format.extension == "md" else safe_html(seen(text))
    if len(html) > LONGEST:
        raise Unreadable(TOO_LARGE)
    return html


def message_html(path: Path) -> str:
    """Return the body of an email message as HTML, from its HTML or otherwise its plain text."""
    with path.open("rb") as file:
        message = BytesParser(policy=policy.default).parse(file)
    body = message.get_body(("html", "plain"))
    if body is None:
        return ""
    text = part_text(body)
    if len(text) > LONGEST:
        raise Unreadable(TOO_LARGE)
    return safe_html(seen(text) if body.get_content_subtype() == "html" else as_typed(text))


def seen(markup: str) -> str:
    """Return the visible part of a web page: without head, styles and scripts, whose text would otherwise remain."""
    root = parse_html(markup)
    if root is None:
        return ""
    etree.strip_elements(root, *UNSEEN, with_tail=False)
    return str(etree.tostring(root, encoding="unicode", method="html"))
