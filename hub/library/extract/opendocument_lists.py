"""The automatic numbers of lists and headings in OpenDocument texts, which aren't part of the stored text."""

from dataclasses import dataclass

from hub.library.extract.container import Element, attribute, local_name
from hub.library.extract.numbering import BULLET, in_form, whole
from hub.library.extract.updates import Label

OUTLINE = "\x00outline"  # no style has this name
FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
LEVELS = 10


@dataclass(frozen=True)
class Level:
    """One level of a list style; `form` is "" if it shows no number, BULLET for a bullet."""

    form: str = ""
    prefix: str = ""
    suffix: str = ""
    start: int = 1
    shown: int = 1


class Lists:
    """The numbers of a document's list items and headings, counted in the order in which they are asked for."""

    def __init__(self, *roots: Element | None) -> None:
        """Read the list styles of the parts of a document."""
        self.styles: dict[str, dict[int, Level]] = {}
        self.counts: dict[str, dict[int, int]] = {}
        for root in roots:
            for style in [] if root is None else root.iter("{*}list-style", "{*}outline-style"):
                name = OUTLINE if local_name(style) == "outline-style" else attribute(style, "name")
                self.styles.setdefault(name, levels_of(style))

    def begin(self, style: str) -> None:
        """Begin a list with its first number again."""
        self.counts.pop(style, None)

    def label(self, style: str, level: int, start: str = "") -> Label | None:
        """Count an item of a list at a level from 1; returns its number, or None when it shows none."""
        levels = self.styles.get(style, {})
        own = levels.get(level)
        counts = self.counts.setdefault(style, {})
        first = whole(start, 1) if start else None
        begun = counts[level] + 1 if level in counts else (own or Level()).start
        counts[level] = first if first is not None else begun
        for deeper in [entry for entry in counts if entry > level]:
            del counts[deeper]
        text = "" if own is None else label_text(own, level, levels, counts)
        return Label(text, level - 1) if text else None


def label_text(own: Level, level: int, levels: dict[int, Level], counts: dict[int, int]) -> str:
    """Return the number of an item, with those of the levels above that it shows."""
    if own.form in {"", BULLET}:
        return own.form
    places = range(max(1, level - own.shown + 1), level + 1)
    numbers = (in_form(counts.get(place, 1), levels.get(place, own).form or "decimal") for place in places)
    return f"{own.prefix}{'.'.join(numbers)}{own.suffix}".strip()


def levels_of(style: Element) -> dict[int, Level]:
    """Return the levels of a list style."""
    levels: dict[int, Level] = {}
    for entry in style:
        number = whole(attribute(entry, "level"), 0)
        if local_name(entry) in {"list-level-style-number", "outline-level-style"}:
            levels[number] = numbered_level(entry)
        elif local_name(entry) in {"list-level-style-bullet", "list-level-style-image"}:
            levels[number] = Level(BULLET)
    return levels


def numbered_level(entry: Element) -> Level:
    """Return a level with numbers."""
    form = attribute(entry, "num-format")
    return Level(
        FORMS.get(form[:1], "decimal") if form else "",
        attribute(entry, "num-prefix"),
        attribute(entry, "num-suffix"),
        whole(attribute(entry, "start-value"), 1),
        min(whole(attribute(entry, "display-levels"), 1), LEVELS),
    )
