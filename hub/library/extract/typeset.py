"""Formatted texts (Markdown, email, web pages) as safe HTML."""

from pathlib import Path

from lxml import etree
from markupsafe import Markup

from hub.core.rendering import as_typed, markdown, safe_html
from hub.library.extract.formats import Format
from hub.library.extract.limits import Limits
from hub.library.extract.mail.gathered import Mail
from hub.library.extract.mail.opening import heading, mails_in, names_line
from hub.library.extract.problems import TOO_LARGE, Unreadable
from hub.library.extract.text import read_text
from hub.library.extract.webpage import parse_html
from hub.library.extract.webtext import UNSEEN

MAILS = {"eml", "msg"}
LONGEST = 300_000  # characters of HTML; longer texts are shown as plain text, page by page


def as_html(path: Path, file_format: Format, limits: Limits) -> str:
    """Return the text as HTML without scripts, external content or frames; "" when it has none. Raises Unreadable."""
    if file_format.extension in MAILS:
        html = message_html(path, file_format)
    else:
        text = read_text(path, file_format, limits)
        if len(text) > LONGEST:
            raise Unreadable(TOO_LARGE)
        html = markdown(text) if file_format.extension == "md" else safe_html(seen(text))
    if len(html) > LONGEST:
        raise Unreadable(TOO_LARGE)
    return html


def message_html(path: Path, file_format: Format) -> str:
    """Return an email message as HTML: its texts as search has them, then each forwarded message under its subject."""
    first, *forwarded = mails_in(path, file_format)
    pieces = [mail_html(first)]
    for mail in forwarded:
        pieces += [Markup("<hr><h2>{}</h2>").format(mail.subject), as_typed(heading(mail)), mail_html(mail)]
    return "\n".join(piece for piece in pieces if piece)


def mail_html(mail: Mail) -> str:
    """Return the texts of one message as HTML, and the names of what is attached to it; raises Unreadable."""
    if sum(len(written.content) for written in mail.written) > LONGEST:
        raise Unreadable(TOO_LARGE)
    texts = [
        safe_html(seen(written.content)) if written.is_html else as_typed(written.text) for written in mail.written
    ]
    return "\n".join(filter(None, [*texts, as_typed(names_line(mail))]))


def seen(markup: str) -> str:
    """Return the visible part of a web page: without head, styles and scripts, whose text would otherwise remain."""
    root = parse_html(markup)
    if root is None:
        return ""
    etree.strip_elements(root, *UNSEEN, with_tail=False)
    return str(etree.tostring(root, encoding="unicode", method="html"))
