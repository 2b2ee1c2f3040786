"""The rules of topic pages: their texts, what may be told about sharing, and which asks are about a topic. Pure."""

import re
from collections.abc import Sequence

from hub.core.dates import number
from hub.core.errors import Refused
from hub.core.text import clean

LONGEST_SENTENCES = 400  # characters
MOST_FIRST = 10  # resources that the coordinator puts first
# A total over fewer organizations would tell about the record of one of them, which only it, the coordinator and the
# board may see: of two, each would know the other.
FEWEST_ORGANIZATIONS = 3

# What a topic is about, by its slug, until the coordinator says it in their own words.
DEFAULT_SENTENCES = {
    "workforce": "How manufacturers find, train and keep people: apprenticeships, hiring, schools and colleges. "
    "Start here if you plan a training program or can’t fill jobs.",
    "research": "How new technology gets from labs to the shop floor: research partnerships, pilots and new tools. "
    "Start here if you look for a partner or want to try something new.",
    "infrastructure": "Sites, buildings, power, water and roads that manufacturers need. "
    "Start here if you get a site ready or help a company find one.",
    "supply-chain": "How manufacturers find suppliers and customers, and how small ones qualify: scouting, reshoring and "
    "supplier development. Start here if a company needs a source or a buyer.",
    "trade": "Exports, foreign trade zones and investment from abroad. "
    "Start here if a company sells to other countries or a foreign one wants to build.",
    "operations": "How manufacturers pay for growth and run better: loans, grants, energy, cybersecurity and lean. "
    "Start here if a company needs money or wants to cut costs.",
}

# Beginnings of words by which an ask is about a topic, by the topic's slug.
_WORDS = {
    "workforce": "apprentic college curricul employee hire hiring intern? interns internship instructor job jobs recruit "
    "school skill staff student talent teach train trained trainer training wage welder worker workforce",
    "research": "innovat laborator lab labs pilot prototyp research robot sensor technolog testbed universit",
    "infrastructure": "acre broadband brownfield building infrastructure land permit power rail sewer site sites "
    "utilit water zoning",
    "supply-chain": "buyer capacity oem oems procure reshor scout sourc supplier suppliers supply tier vendor",
    "trade": "abroad customs export fdi foreign ftz import international tariff tariffs trade",
    "operations": "capital cmmc cost costs cyber energy equity financ fund funding grant invest lean lender loan "
    "loans productiv quality",
}
_WHOLE = 4  # a beginning this short is a whole word: "site" isn't "sitemap", and "land" isn't "landmark"


def default_sentences(topic: str) -> str:
    """Return the sentences about a topic that come with the hub."""
    return DEFAULT_SENTENCES[topic]


def sentences_of(typed: str, topic: str) -> str:
    """Return the typed sentences as they are stored: empty if they are those that come with the hub.

    Raises Refused if they are too long.
    """
    text = clean(typed)
    if len(text) > LONGEST_SENTENCES:
        raise Refused(f"Use up to {LONGEST_SENTENCES} characters. This text has {number(len(text))}.")
    return "" if text == default_sentences(topic) else text


def is_about(text: str, topic: str) -> bool:
    """Return True if the words of a text name a topic, given by its slug."""
    return _PATTERNS[topic].search(text) is not None


def _pattern(words: str) -> re.Pattern[str]:
    any_word = "|".join(rf"{word}\b" if len(word) <= _WHOLE else word for word in words.split())
    return re.compile(rf"\b(?:{any_word})", re.IGNORECASE)


_PATTERNS = {topic: _pattern(words) for topic, words in _WORDS.items()}
_BULLET = re.compile(r"^\s*(?:[-*•–>]|\d+[.)])\s*")


def first_lines(text: str, title: str, most: int = 3, longest: int = 240) -> Sequence[str]:
    """Return the first lines of a section without bullets, leaving out its own title and empty lines."""
    lines = (_BULLET.sub("", line).strip() for line in text.splitlines())
    kept = [line for line in lines if line and line.casefold() != title.casefold()][:most]
    return [line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…" for line in kept]


def in_order(places: Sequence[tuple[int, int | None]]) -> Sequence[int]:
    """Return the resources that have a place, by place: each once, and those with the same place in the given order."""
    placed = sorted((place, at, resource) for at, (resource, place) in enumerate(places) if place is not None)
    return list(dict.fromkeys(resource for _, _, resource in placed))
