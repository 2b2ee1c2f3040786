"""Which of a resource's keywords are worth showing as a reason, and how they are written. Pure."""

from collections.abc import Mapping

SHORTEST = 5  # letters, unless it is an acronym
# A word that more resources have says nothing about two of them. In a small hub a few may share it.
COMMON, FEW = 0.2, 5
# Words of any subject, and of the hub itself.
_GENERIC = """
    about after again agenda amount annual answer asked asks available based because become before began begin being
    below better between briefing bring build called calls change check class column comes community company cost costs
    county current dates deadline different during early either email every example fifteen first five form found four
    full given gives going group groups half help hours hundred include information issue items keep kind large last
    later learn learns least less letter level line lines list little local look made make makes making manager many
    meeting member members minute minutes money month months more most must name names national need needs never next
    none note notes number numbers office only organization organizations other others over page pages paid part parts
    partner partners pays people percent person place plan plans point points present presentation price problem
    process program project question questions rate read reason recording region regional report required resource
    resources result results same says second section seven several share shared sharing sheet shop shops should show
    shows since six slide slides small some something start state step still summary table tables take takes team tells
    tell than their thing things third thirty thousand three through time times title today together told total tool
    toolkit tooling topic total twelve twenty type under until update using value version want week weeks well what
    when where which while whole with within without word words work worked worker workers working works would write
    writes year years yet account action against break chance coalition collaborative confirm contact demand digest
documents fifty folder follow forward forwards https implement links million mistakes monday tuesday wednesday thursday
friday ninety nothing option partnership presentations quarter records require requirement searches serve service stays
steps users wrong workbook language terms
"""
GENERIC = frozenset(_GENERIC.split())
ENDINGS_OF_OTHERS = ("ed", "ly")  # verbs and adverbs


def as_shown(word: str, frequency: int, total: int, acronyms: Mapping[str, str]) -> str:
    """Return a keyword as people write it; "" if it isn't worth showing.

    ``frequency`` of ``total`` resources have it; ``acronyms`` has those of the glossary by their lowercase letters.
    """
    word = word.lower()
    is_rare = frequency <= max(FEW, COMMON * total)
    if word in acronyms:
        return acronyms[word] if is_rare else ""
    is_plain = len(word) >= SHORTEST and word.isalpha() and not word.endswith(ENDINGS_OF_OTHERS)
    return word if is_rare and is_plain and word not in GENERIC else ""
