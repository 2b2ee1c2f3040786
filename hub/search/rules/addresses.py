"""The address of a search: what somebody asks, as it stands after the question mark. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from hub.core.text import clean
from hub.library.rules import Audience, Kind, topic_label

FILTERS = ("kind", "organization", "topic", "year", "audience")
SORTS = ("relevance", "newest", "oldest", "title")
LABELS = {"kind": "Kind", "organization": "Organization", "topic": "Topic", "year": "Year", "audience": "Audience"}
SORT_LABELS = {"relevance": "Best match", "newest": "Newest", "oldest": "Oldest", "title": "Title"}

MOST_VALUES = 20  # of one filter
LAST_PAGE = 500  # whoever looks farther should ask better
LONGEST_ADDRESS = 2_000  # characters of a search that is kept

# Which values of a filter mean something; others are ignored, and the page says so.
MEANINGFUL: Mapping[str, Callable[[str], bool]] = {
    "kind": lambda value: value in set(Kind),
    "organization": lambda value: re.fullmatch(r"[a-z0-9-]{1,60}", value) is not None,
    "topic": lambda value: 0 < len(value) <= 80,  # noqa: PLR2004 - the length of a topic
    "year": lambda value: re.fullmatch(r"[1-9][0-9]{3}", value) is not None,
    "audience": lambda value: value in set(Audience),
}


@dataclass(frozen=True)
class Asked:
    """What an address asks; the notes are sentences on what of it was ignored."""

    text: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    exact: bool = False  # without what the glossary adds
    notes: tuple[str, ...] = ()


def read(pairs: Iterable[tuple[str, str]]) -> Asked:
    """Return what the names and values of an address ask. Never raises: what means nothing is left out, with a note."""
    given = [(name, clean(value)) for name, value in pairs]
    notes: list[str] = []

    def first(name: str) -> str:
        return next((value for other, value in given if other == name), "")

    filters = {name: _values(name, [value for other, value in given if other == name], notes) for name in FILTERS}
    sort = first("sort") or "relevance"
    if sort not in SORTS:
        notes.append("There is no such order, so the best matches come first.")
        sort = "relevance"
    page = _page(first("page") or "1", notes)
    return Asked(
        first("q"),
        {name: some for name, some in filters.items() if some},
        sort,
        page,
        first("exact") == "1",
        tuple(notes),
    )


def _values(name: str, given: Sequence[str], notes: list[str]) -> Sequence[str]:
    given = [value for value in given if value]
    known = list(dict.fromkeys(value for value in given if MEANINGFUL[name](value)))[:MOST_VALUES]
    if len(known) < len(set(given)):
        notes.append(f"Part of the filter “{LABELS[name]}” was ignored: it means nothing here.")
    return known


def _page(given: str, notes: list[str]) -> int:
    if re.fullmatch(r"[0-9]{1,6}", given) and int(given):
        return min(int(given), LAST_PAGE)
    notes.append("There is no such page of results, so the first one is shown.")
    return 1


def narrowed(asked: Asked, organizations: Mapping[str, str]) -> str:
    """Return the filters and the order of a search in words, as ``Briefing, Lakeshore Forge, 2026, newest first``."""
    labels: Mapping[str, Callable[[str], str]] = {
        "kind": lambda value: Kind(value).label,
        "organization": lambda value: organizations.get(value, value),
        "topic": topic_label,
        "year": str,
        "audience": lambda value: Audience(value).label,
    }
    words = [labels[name](value) for name in FILTERS for value in asked.filters.get(name, ())]
    if asked.sort != "relevance":
        words.append(f"{SORT_LABELS[asked.sort].lower()}{'' if asked.sort == 'title' else ' first'}")
    if asked.exact:
        words.append("without the glossary")
    text = ", ".join(words)
    return text[:1].upper() + text[1:]


def kept(asked: Asked) -> str:
    """Return the address of a search to keep: the same for the same search however it was clicked together; without its page."""
    pairs = [("q", " ".join(asked.text.split()))] if asked.text else []
    pairs += [(name, value) for name in FILTERS for value in sorted(asked.filters.get(name, ()))]
    if asked.sort != "relevance":
        pairs.append(("sort", asked.sort))
    if asked.exact:
        pairs.append(("exact", "1"))
    return urlencode(pairs)


def opened(address: str) -> Asked:
    """Return what a kept address asks."""
    return read(parse_qsl(address, max_num_fields=200))
