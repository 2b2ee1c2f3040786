"""The automatic numbers of lists and headings in Word documents, which aren't part of the stored text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hub.library.extract.container import Element, attribute, properties_in
from hub.library.extract.updates import Label

WHOLE = re.compile(r"[0-9]{1,9}")
PLACE = re.compile(r"%([1-9])")
BULLET = "-"
LEVELS = 9
MOST_LETTERS = 26 * 26
ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
LARGEST_ROMAN = 3999
LETTERS = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class Level:
    """One level of a list: `restarts` is the level above which it begins again, None for never."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    restarts: int | None = None
    is_legal: bool = False


def in_form(number: int, form: str) -> str:
    """Return a number in the form of a list: "4", "04", "iv", "D"."""
    if form.endswith("Roman") and 0 < number <= LARGEST_ROMAN:
        digits = roman(number)
    elif form.endswith("Letter") and 0 < number <= MOST_LETTERS:
        digits = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
    elif form == "none":
        return ""
    else:
        return f"{number:02d}" if form == "decimalZero" else str(number)
    return digits.upper() if form.startswith("upper") else digits


def roman(number: int) -> str:
    """Return a number from 1 to 3999 in Roman numerals, in lower case."""
    digits = ""
    for value, letters in ROMAN:
        digits += letters * (number // value)
        number %= value
    return digits


class Numbers:
    """The numbers of a document's paragraphs, which are counted in the order in which they are asked for."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        """Read the definitions; without them no paragraph has a number."""
        self.abstracts = {} if numbering is None else by_attribute(numbering, "abstractNum", "abstractNumId")
        self.lists = {} if numbering is None else by_attribute(numbering, "num", "numId")
        self.styles = {} if styles is None else by_attribute(styles, "style", "styleId")
        self.definitions: dict[str, dict[int, Level]] = {}
        self.counts: dict[str, dict[int, int]] = {}
        self.begun: set[tuple[str, int]] = set()

    def label(self, paragraph: Element) -> Label | None:
        """Count a paragraph, and return its number; None when it has none."""
        if not self.lists:
            return None
        number, level = self.reference(paragraph)
        if number not in self.lists or level >= LEVELS:
            return None
        abstract = self.abstract(number)
        levels = self.levels(number, abstract)
        counts = self.counts.setdefault(abstract, {})
        self.count(number, level, levels, counts)
        text = label_text(level, levels, counts)
        return Label(text, level) if text else None

    def reference(self, paragraph: Element) -> tuple[str, int]:
        """Return the list and the level of a paragraph, from its own settings or from its style; "" when it has none."""
        number, level = "", 0
        properties = properties_in(paragraph, "pPr")
        if properties is None:
            return "", 0
        for own in properties.iterfind("{*}numPr"):
            number, level = value_in(own, "numId"), whole(value_in(own, "ilvl"), 0)
        if number:
            return number, level
        for style in properties.iterfind("{*}pStyle"):
            return self.by_style(attribute(style, "val"), level)
        return "", 0

    def by_style(self, name: str, level: int) -> tuple[str, int]:
        """Return the list and the level that a style gives, or one that it is based on."""
        for identifier in self.lineage(name):
            for own in self.styles[identifier].iterfind("{*}pPr/{*}numPr"):
                number = value_in(own, "numId")
                if number:
                    given = value_in(own, "ilvl")
                    return number, whole(given, level) if given else self.level_of_style(number, identifier, level)
        return "", 0

    def lineage(self, name: str) -> Iterator[str]:
        """Yield a style and those that it is based on."""
        seen: set[str] = set()
        while name in self.styles and name not in seen:
            seen.add(name)
            yield name
            name = value_in(self.styles[name], "basedOn")

    def level_of_style(self, number: str, style: str, level: int) -> int:
        """Return the level of a list that belongs to a style."""
        definition = self.abstracts.get(self.abstract(number))
        for entry in () if definition is None else definition.iterfind("{*}lvl"):
            if value_in(entry, "pStyle") == style:
                return whole(attribute(entry, "ilvl"), level)
        return level

    def abstract(self, number: str) -> str:
        """Return the definition of a list, which several lists can share, or that of the list style it links to."""
        for _ in range(LEVELS):
            identifier = value_in(self.lists[number], "abstractNumId") if number in self.lists else ""
            definition = self.abstracts.get(identifier)
            linked = "" if definition is None else value_in(definition, "numStyleLink")
            style = self.styles.get(linked)
            inner = None if style is None else style.find("{*}pPr/{*}numPr")
            if inner is None:
                return identifier
            number = value_in(inner, "numId")
        return ""

    def levels(self, number: str, abstract: str) -> dict[int, Level]:
        """Return the levels of a list: those of its definition, changed by its own."""
        if number not in self.definitions:
            holders = [self.abstracts.get(abstract), *self.lists[number].iterfind("{*}lvlOverride")]
            self.definitions[number] = {
                whole(attribute(entry, "ilvl"), 0): level_of(entry)
                for holder in holders
                if holder is not None
                for entry in holder.iterfind("{*}lvl")
            }
        return self.definitions[number]

    def count(self, number: str, level: int, levels: dict[int, Level], counts: dict[int, int]) -> None:
        """Count one paragraph at a level, so that the levels below it begin again."""
        begins = self.overridden(number, level)
        if begins is not None and (number, level) not in self.begun:
            counts[level] = begins
        elif level in counts:
            counts[level] += 1
        else:
            counts[level] = begins if begins is not None else levels.get(level, Level()).start
        self.begun.add((number, level))
        for deeper in [entry for entry in counts if entry > level]:
            restarts = levels.get(deeper, Level()).restarts
            if restarts is None or level < restarts:
                del counts[deeper]

    def overridden(self, number: str, level: int) -> int | None:
        """Return the number with which a list begins at a level if that isn't the one of its definition."""
        for entry in self.lists[number].iterfind("{*}lvlOverride"):
            start = value_in(entry, "startOverride")
            if start and whole(attribute(entry, "ilvl"), 0) == level:
                return whole(start, 1)
        return None


def level_of(entry: Element) -> Level:
    """Return a level by its definition."""
    restarts = value_in(entry, "lvlRestart")
    legal = next(entry.iterfind("{*}isLgl"), None)
    return Level(
        whole(value_in(entry, "start"), 1),
        value_in(entry, "numFmt") or "decimal",
        value_in(entry, "lvlText"),
        whole(restarts, 0) if restarts else None,
        is_legal=legal is not None and attribute(legal, "val") not in {"0", "false"},
    )


def label_text(level: int, levels: dict[int, Level], counts: dict[int, int]) -> str:
    """Return the number at a level, with those above it where its text has them."""
    own = levels.get(level)
    if own is None:
        return ""
    if own.form == "bullet":
        return BULLET

    def number_at(match: re.Match[str]) -> str:
        place = int(match[1]) - 1
        at_place = levels.get(place, Level())
        form = "decimal" if own.is_legal and place != level else at_place.form
        return in_form(counts.setdefault(place, at_place.start) if place < level else counts[level], form)

    text = PLACE.sub(number_at, own.text).strip()
    return text if LETTERS.search(text) else ""


def by_attribute(root: Element, name: str, key: str) -> dict[str, Element]:
    """Return the children with that name by an attribute; the first one wins."""
    entries: dict[str, Element] = {}
    for entry in root.iterfind("{*}" + name):
        entries.setdefault(attribute(entry, key), entry)
    return entries


def value_in(element: Element, name: str) -> str:
    """Return the value of the first child with that name; "" when there is none."""
    return next((attribute(entry, "val") for entry in element.iterfind("{*}" + name)), "")


def whole(text: str, default: int) -> int:
    """Return a whole number of at most nine digits, otherwise the default."""
    return int(text) if WHOLE.fullmatch(text) else default
