"""Searches as URL query strings: parsing them, and writing the canonical one to save. Pure."""

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
LAST_PAGE = 500  # of results
LONGEST_ADDRESS = 2_000  # characters of a saved search

# Returns True for a valid value of a filter; other values are ignored with a note.
IS_VALID: Mapping[str, Callable[[str], bool]] = {
    "kind": lambda value: value in set(Kind),
    "organization": lambda value: re.fullmatch(r"[a-z0-9-]{1,60}", value) is not None,
    "topic": lambda value: 0 < len(value) <= 80,  # noqa: PLR2004 - the length of a topic
    "year": lambda value: re.fullmatch(r"[1-9][0-9]{3}", value) is not None,
    "audience": lambda value: value in set(Audience),
}


@dataclass(frozen=True)
class SearchRequest:
    """A parsed query string; the notes are sentences about parts that were ignored."""

    text: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    exact: bool = False  # without the names that the glossary adds
    notes: tuple[str, ...] = ()


def parse(pairs: Iterable[tuple[str, str]]) -> SearchRequest:
    """Return the search request of a URL's parameters. Never raises: invalid values are ignored with a note."""
    parameters = [(name, clean(value)) for name, value in pairs]
    notes: list[str] = []

    def first(name: str) -> str:
        return next((value for other, value in parameters if other == name), "")

    filters = {name: _values(name, [value for other, value in parameters if other == name], notes) for name in FILTERS}
    sort = first("sort") or "relevance"
    if sort not in SORTS:
        notes.append("That sort order doesn’t exist, so the best matches come first.")
        sort = "relevance"
    page = _page(first("page") or "1", notes)
    return SearchRequest(
        first("q"),
        {name: values for name, values in filters.items() if values},
        sort,
        page,
        first("exact") == "1",
        tuple(notes),
    )


def _values(name: str, values: Sequence[str], notes: list[str]) -> Sequence[str]:
    values = [value for value in values if value]
    valid = list(dict.fromkeys(value for value in values if IS_VALID[name](value)))[:MOST_VALUES]
    if len(valid) < len(set(values)):
        notes.append(f"Part of the “{LABELS[name]}” filter isn’t valid and was ignored.")
    return valid


def _page(number: str, notes: list[str]) -> int:
    if re.fullmatch(r"[0-9]{1,6}", number) and int(number):
        return min(int(number), LAST_PAGE)
    notes.append("That page of results doesn’t exist, so this is the first one.")
    return 1


def describe_filters(search: SearchRequest, organizations: Mapping[str, str]) -> str:
    """Return the filters and the sort order of a search in words: ``Briefing, Lakeshore Forge, 2026, newest first``.

    ``organizations`` has names by slug.
    """
    labels: Mapping[str, Callable[[str], str]] = {
        "kind": lambda value: Kind(value).label,
        "organization": lambda value: organizations.get(value, value),
        "topic": topic_label,
        "year": str,
        "audience": lambda value: Audience(value).label,
    }
    words = [labels[name](value) for name in FILTERS for value in search.filters.get(name, ())]
    if search.sort != "relevance":
        words.append("sorted by title" if search.sort == "title" else f"{SORT_LABELS[search.sort].lower()} first")
    if search.exact:
        words.append("only your words")
    text = ", ".join(words)
    return text[:1].upper() + text[1:]


def canonical(search: SearchRequest) -> str:
    """Return the query string to save: the same for equal searches in any order of filters, and without the page."""
    pairs = [("q", " ".join(search.text.split()))] if search.text else []
    pairs += [(name, value) for name in FILTERS for value in sorted(search.filters.get(name, ()))]
    if search.sort != "relevance":
        pairs.append(("sort", search.sort))
    if search.exact:
        pairs.append(("exact", "1"))
    return urlencode(pairs)


def parse_saved(address: str) -> SearchRequest:
    """Return the search request of a saved query string."""
    return parse(parse_qsl(address, max_num_fields=200))
