"""The parts of an email, as plain text and as simple HTML. Pure.

No pictures: email looks complete where pictures are blocked, and opening it loads nothing.
"""

import textwrap
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import urlsplit

WIDTH = 72  # of a line of plain text; URLs may be longer, since a wrapped one doesn't work

# Replaces the recipient's unsubscribe link where other people see the email, so that they can't use it.
NOT_SHOWN = "(the recipient’s private link, not shown here)"
NOWHERE = "#"

# Mail programs ignore external stylesheets, so the styles are inline.
_BODY = "margin:0;padding:16px;background:#ffffff;color:#1b1f24;font:16px/1.5 system-ui,-apple-system,Arial,sans-serif"
_COLUMN = "max-width:38em;margin:0 auto"
_HEADING = "font-size:18px;line-height:1.3;margin:24px 0 8px"
_PARAGRAPH = "margin:0 0 16px"
_LIST = "margin:0 0 16px;padding-left:20px"
_ITEM = "margin:0 0 8px"
_LINK = "color:#0b4f8a"
_BUTTON = (
    "display:inline-block;padding:10px 18px;background:#0b4f8a;border:1px solid #0b4f8a;border-radius:4px;"
    "color:#ffffff;text-decoration:none;font-weight:bold"
)
_QUOTE = "margin:0 0 16px;padding:0 0 0 12px;border-left:3px solid #8a939c;white-space:pre-line"
_NOTE = "color:#4a5560"
_FOOT = "margin:32px 0 0;padding:12px 0 0;border-top:1px solid #c5ccd3;font-size:14px;color:#4a5560"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: str

    def as_text(self) -> str:
        """Return the text, wrapped; line breaks are kept."""
        return "\n".join(_wrapped(line) for line in self.text.split("\n"))

    def as_html(self) -> str:
        """Return a paragraph; line breaks are kept."""
        return f'<p style="{_PARAGRAPH}">{_lines(self.text)}</p>'


@dataclass(frozen=True)
class Heading:
    """A heading."""

    text: str

    def as_text(self) -> str:
        """Return the text, underlined."""
        words = _one_line(self.text)
        return f"{words}\n{'-' * min(len(words), WIDTH)}"

    def as_html(self) -> str:
        """Return a second-level heading, since the subject is the first."""
        return f'<h2 style="{_HEADING}">{escape(_one_line(self.text))}</h2>'


@dataclass(frozen=True)
class Quote:
    """Text that a person wrote, set apart from the hub's own."""

    text: str

    def as_text(self) -> str:
        """Return the text with ``>`` in front of each line."""
        lines = [line for typed in self.text.split("\n") for line in (_wrapped(typed, WIDTH - 2).split("\n") or [""])]
        return "\n".join(f"> {line}".rstrip() for line in lines)

    def as_html(self) -> str:
        """Return a block quote with a vertical line."""
        return f'<blockquote style="{_QUOTE}">{_lines(self.text)}</blockquote>'


@dataclass(frozen=True)
class Link:
    """A link with an optional note. ``address`` is an http or https URL."""

    label: str
    address: str
    note: str = ""

    def __post_init__(self) -> None:
        _check(self.address)


@dataclass(frozen=True)
class Links:
    """A list of links. For items without a link, use `Bullets`."""

    links: tuple[Link, ...]

    def as_text(self) -> str:
        """Return a list, with each URL on a line of its own."""
        return "\n".join(self._item(link) for link in self.links)

    @staticmethod
    def _item(link: Link) -> str:
        notes = [_indented(link.note)] if link.note else []
        return "\n".join([_wrapped(f"- {_one_line(link.label)}", indent="  "), *notes, f"  {link.address}"])

    def as_html(self) -> str:
        """Return a list."""
        items = "".join(
            f'<li style="{_ITEM}">{_anchor(link.label, link.address)}'
            + (f'<br><span style="{_NOTE}">{escape(_one_line(link.note))}</span>' if link.note else "")
            + "</li>"
            for link in self.links
        )
        return f'<ul style="{_LIST}">{items}</ul>'


@dataclass(frozen=True)
class Bullets:
    """A list of short texts."""

    items: tuple[str, ...]

    def as_text(self) -> str:
        """Return a list."""
        return "\n".join(_wrapped(f"- {_one_line(item)}", indent="  ") for item in self.items)

    def as_html(self) -> str:
        """Return a list."""
        items = "".join(f'<li style="{_ITEM}">{escape(_one_line(item))}</li>' for item in self.items)
        return f'<ul style="{_LIST}">{items}</ul>'


@dataclass(frozen=True)
class Button:
    """The main action. ``address`` is an http or https URL."""

    label: str
    address: str

    def __post_init__(self) -> None:
        _check(self.address)

    def as_text(self) -> str:
        """Return the label, and the URL on a line of its own."""
        return f"{_one_line(self.label)}:\n{self.address}"

    def as_html(self) -> str:
        """Return a link that looks like a button."""
        return (
            f'<p style="{_PARAGRAPH}"><a href="{escape(self.address)}" style="{_BUTTON}">{escape(self.label)}</a></p>'
        )


Part = Paragraph | Heading | Quote | Links | Bullets | Button


@dataclass(frozen=True)
class Imprint:
    """Who sends an email: the organization's name and postal address, which may have several lines."""

    name: str = ""
    postal_address: str = ""

    @property
    def lines(self) -> list[str]:
        """The name, and the address on one line, without what is missing."""
        address = ", ".join(line.strip(" ,") for line in self.postal_address.split("\n") if line.strip(" ,"))
        return [line for line in (_one_line(self.name), _one_line(address)) if line]


@dataclass(frozen=True)
class Letter:
    """An email: subject, parts, and the sentence that says why the reader gets it.

    ``signature`` names the sender if it isn't the hub itself: "Ana Peña, Lakeshore". ``imprint`` is the organization
    that sends it, which bulk email must name (CAN-SPAM Act, 15 U.S.C. 7704(a)(5)).
    """

    subject: str
    parts: tuple[Part, ...]
    reason: str
    signature: str = ""
    imprint: Imprint = Imprint()

    def sent_by(self, imprint: Imprint) -> "Letter":
        """Return a copy whose footer names the organization that sends it."""
        return replace(self, imprint=imprint)

    def text(self, unsubscribe: str = "") -> str:
        """Return the email as plain text in lines of 72 characters; ``unsubscribe`` is a URL, or empty."""
        foot = [_wrapped(_one_line(self.reason)), *map(_wrapped, self.imprint.lines)]
        foot += [f"Unsubscribe: {unsubscribe}"] if unsubscribe else []
        body = [part.as_text() for part in self.parts] + ([self.signature] if self.signature else [])
        return "\n\n".join([*body, "\n".join(["-- ", *foot])]) + "\n"

    def html(self, unsubscribe: str = "") -> str:
        """Return the email as an HTML document that loads nothing."""
        subject = escape(_one_line(self.subject))
        body = "".join(part.as_html() for part in self.parts)
        if self.signature:
            body += f'<p style="{_PARAGRAPH}">{_lines(self.signature)}</p>'
        foot = [escape(line) for line in (_one_line(self.reason), *self.imprint.lines)]
        foot += [_anchor("Unsubscribe", unsubscribe)] if unsubscribe else []
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{subject}</title></head>\n"
            f'<body style="{_BODY}"><div style="{_COLUMN}">\n{body}\n'
            f'<p style="{_FOOT}">{"<br>".join(foot)}</p>\n</div></body></html>\n'
        )


def greeting(name: str) -> Paragraph:
    """Return the greeting: "Hello Ana Peña," or, without a name, "Hello,"."""
    return Paragraph(f"Hello {_one_line(name)}," if name.strip() else "Hello,")


def _check(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.netloc or any(c.isspace() for c in address):
        message = f"An email can't link to {address!r}: links begin with http:// or https://."
        raise ValueError(message)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _wrapped(text: str, width: int = WIDTH, indent: str = "") -> str:
    return textwrap.fill(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _indented(text: str) -> str:
    return textwrap.fill(
        _one_line(text),
        WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.split("\n"))


def _anchor(label: str, address: str) -> str:
    return f'<a href="{escape(address)}" style="{_LINK}">{escape(_one_line(label))}</a>'
