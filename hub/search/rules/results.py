"""Queries and results as values. Pure."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from hub.library.rules import Audience, Kind, PageKind, place_name
from hub.search.rules.passages import Snippet

PER_PAGE = 10

By = Literal["words", "meaning"]  # how a hit was found


@dataclass(frozen=True)
class Query:
    """A query. ``filters`` has values by filter name; a resource must match one value of each filter."""

    text: str = ""
    filters: Mapping[str, Collection[str]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    per_page: int = PER_PAGE
    exact: bool = False  # without the names that the glossary adds


@dataclass(frozen=True)
class Hit:
    """A matching resource with its best page (None: no page matches) and a snippet."""

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
    lacking: Sequence[str] = ()  # typed words that it doesn't have
    page_title: str = ""
    seconds: int | None = None  # where the page begins in a recording
    by: By = "words"
    heading: Snippet = field(default_factory=Snippet)  # of the page, if the snippet doesn't have it

    @property
    def place(self) -> str:
        """The name of the page: ``Slide 7``; of a moment, when and by whom: ``12:34, Rosa Peña``; "" without a page."""
        if self.page is None or self.page_kind is None:
            return ""
        name = place_name(self.page_kind, self.page, self.seconds)
        if self.page_kind is not PageKind.MOMENT or not self.page_title:
            return name
        return self.page_title if self.seconds is None else f"{name}, {self.page_title}"

    @property
    def place_in_text(self) -> str:
        """The name of the page within a sentence: ``slide 7``."""
        return self.place if self.page_kind is PageKind.MOMENT else self.place.lower()


@dataclass(frozen=True)
class Facet:
    """A facet value with the number of results that have it."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Results:
    """The results of a query."""

    query: Query
    total: int
    hits: Sequence[Hit]
    facets: Mapping[str, Sequence[Facet]]
    notes: Sequence[str]
    took_ms: float
    complete: bool = True  # False: there is no index, and only titles were searched
    also: Sequence[
        str
    ] = ()  # names and other forms that were added to the query (or would have been, if ``query.exact``)
    did_you_mean: str = ""  # the query with corrected spelling; "" if there is no suggestion

    @property
    def pages(self) -> int:
        """The number of pages of hits."""
        return max(1, math.ceil(self.total / self.query.per_page))
