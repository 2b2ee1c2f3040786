"""A search and its results, as values. Pure."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from hub.library.rules import Audience, Kind, PageKind
from hub.search.rules.passages import Snippet

PER_PAGE = 10


@dataclass(frozen=True)
class Query:
    """What somebody searches for. ``filters`` has for each name in FILTERS the values of which one must hold."""

    text: str = ""
    filters: Mapping[str, Collection[str]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    per_page: int = PER_PAGE
    exact: bool = False  # without what the glossary adds


@dataclass(frozen=True)
class Hit:
    """A resource that was found, with the page of it that answers best (None: the answer is not on a page)."""

    resource: int
    title: str
    kind: Kind
    organization: str  # slug
    organization_name: str
    published_on: date
    audience: Audience
    page: int | None
    page_kind: PageKind | None
    snippet: Snippet
    lacking: Sequence[str] = ()  # words that were typed and are not in it


@dataclass(frozen=True)
class Facet:
    """A value that results have, and how many of them."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Results:
    """What was found for a query."""

    query: Query
    total: int
    hits: Sequence[Hit]
    facets: Mapping[str, Sequence[Facet]]
    notes: Sequence[str]
    took_ms: float
    complete: bool = True  # False: the index is missing, and titles alone were searched
    also: Sequence[str] = ()  # names that the glossary added to what was typed (or would have, when ``query.exact``)
    did_you_mean: str = ""  # what was typed with its words as the hub knows them; "" when there is nothing to propose

    @property
    def pages(self) -> int:
        """How many pages of hits there are."""
        return max(1, math.ceil(self.total / self.query.per_page))
