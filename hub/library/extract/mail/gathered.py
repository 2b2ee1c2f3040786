"""What is in a message: its texts in order, the files attached to it, the messages forwarded in it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from lxml import etree

from hub.library.extract.pages import Inner, LeftOut, Unread
from hub.library.extract.webpage import markdown_of, parse_html

MOST_PARTS = 5_000  # of one message
TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Written:
    """A text of a message: plain, or the source of a web page.

    `is_encrypted` is True if a part of it was encrypted, and left out.
    """

    content: str
    is_html: bool = False
    is_encrypted: bool = False

    @cached_property
    def text(self) -> str:
        """The visible text, with the marks of Markdown if it is a web page."""
        if not self.is_html:
            return self.content
        try:
            return markdown_of(parse_html(self.content))
        except (etree.LxmlError, ValueError):  # the other texts are read all the same, and so are the words of this one
            return TAG.sub(" ", self.content)


@dataclass
class Mail:
    """A message that was taken apart.

    `waiting` are the messages forwarded in it, which are still to be taken apart: each is a function that does it.
    `is_encrypted` is True if a part of it can't be read without a key. `pictures` counts those shown inside its text.
    """

    subject: str = ""
    sender: str = ""
    sent: date | None = None
    written: list[Written] = field(default_factory=list)
    files: list[Inner] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    notes: list[Unread | LeftOut] = field(default_factory=list)
    waiting: list[Callable[[], "Mail"]] = field(default_factory=list)
    is_encrypted: bool = False
    pictures: int = 0

    @property
    def text(self) -> str:
        """All of its texts, divided by blank lines."""
        return "\n\n".join(text for written in self.written if (text := written.text.strip("\r\n ")))

    def say(self, sentence: str) -> None:
        """Note that something wasn't read, as a sentence."""
        self.notes.append(Unread(sentence))


@dataclass(frozen=True)
class Leaf:
    """A part of a message that has no parts itself, whichever format the message has."""

    media_type: str
    content: bytes
    name: str = ""
    charset: str = ""
    is_attached: bool = False
    content_id: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
