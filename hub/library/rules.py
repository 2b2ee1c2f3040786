"""The library's rules and closed sets, in the words of its users. Pure."""

from enum import StrEnum


class Kind(StrEnum):
    """What a resource is, as the alliance speaks of it."""

    BRIEFING = "briefing"
    CALL_NOTES = "call-notes"
    PRESENTATION = "presentation"
    RESOURCE = "resource"

    @property
    def label(self) -> str:
        """The word that a person reads."""
        return self.value.replace("-", " ").capitalize()


class Audience(StrEnum):
    """Who may read a resource."""

    PUBLIC = "public"
    NETWORK = "network"
    ORGANIZATION = "organization"

    @property
    def label(self) -> str:
        """The words that a person reads."""
        return AUDIENCE_LABELS[self]


AUDIENCE_LABELS = {
    Audience.PUBLIC: "Everyone",
    Audience.NETWORK: "The network",
    Audience.ORGANIZATION: "Our organization only",
}

# AMCC's "Big 6" of a thriving manufacturing ecosystem, by the slug that stands in addresses.
BIG_SIX = {
    "workforce": "Workforce and Training",
    "research": "Research and Innovation",
    "infrastructure": "Infrastructure and Site Development",
    "supply-chain": "Supply Chain Support",
    "trade": "Trade and International Investment",
    "operations": "Operational Improvement and Capital Access",
}


class Source(StrEnum):
    """What a revision is made of."""

    FILE = "file"
    TEXT = "text"
    LINK = "link"


class PageKind(StrEnum):
    """What a numbered part of a document is called."""

    PAGE = "page"
    SLIDE = "slide"
    SHEET = "sheet"
    SECTION = "section"
    ITEM = "item"

    @property
    def label(self) -> str:
        """The word that a person reads, for example before a number: "Slide 7"."""
        return self.value.capitalize()


class State(StrEnum):
    """How far the hub got with reading a revision."""

    WAITING = "waiting"
    OK = "ok"
    PARTIAL = "partial"
    ENCRYPTED = "encrypted"
    CORRUPT = "corrupt"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
