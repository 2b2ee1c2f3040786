"""The hub's terms, as `docs/words.md` defines them. Pure."""

import re
from dataclasses import dataclass

_SECTION = re.compile(r"^## (?P<title>.+)$", re.MULTILINE)
_WORD = re.compile(r"^\*\*(?P<name>[^*]+)\.\*\* (?P<meaning>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Word:
    """A term and its definition, in Markdown."""

    name: str
    meaning: str

    @property
    def anchor(self) -> str:
        """The fragment of its URL: ``log-address``."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


@dataclass(frozen=True)
class Section:
    """The terms of a subject, in the document's order."""

    title: str
    words: tuple[Word, ...]


def sections_of(document: str) -> list[Section]:
    """Return the sections of a document in which each `## ` heading is followed by `**Term.** Meaning` paragraphs."""
    headings = list(_SECTION.finditer(document))
    ends = [heading.start() for heading in headings[1:]] + [len(document)]
    return [
        Section(
            heading["title"],
            tuple(Word(word["name"], word["meaning"]) for word in _WORD.finditer(document, heading.end(), end)),
        )
        for heading, end in zip(headings, ends, strict=True)
    ]
