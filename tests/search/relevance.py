"""The relevance judgments: queries as members type them, each with the page of the demo world that they want.

The queries are half-remembered words, acronyms, questions and part numbers. Each has one relevant resource, and the
page, slide, sheet, section or item in it, numbered as the hub numbers them. The variants change each query as people
would: another order, a missing word, an extra word, a whole question, a misspelled word.
"""

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class WantedHit:
    """A query, the key of the relevant resource in the demo world, and the relevant page in it."""

    query: str
    resource: str
    page: int


QUERIES: tuple[WantedHit, ...] = (
    # cybersecurity
    WantedHit("cmmc grant spring call", "spring-call-deck", 6),
    WantedHit("CMMC readiness grant 60 percent", "spring-call-deck", 6),
    WantedHit("bridge loan CDFI award letter", "spring-call-deck", 7),
    WantedHit("what did cmmc really cost firewall and managed service", "spring-call-deck", 5),
    WantedHit("awareness seminars nobody did anything", "spring-call-deck", 2),
    WantedHit("7021 letter request for clarification", "dfars-flow-downs", 7),
    WantedHit("252.204-7020", "dfars-flow-downs", 3),
    WantedHit("stripped router heat treater", "dfars-flow-downs", 6),
    WantedHit("level 1 weekend notebook", "cmmc-plain-words", 2),
    WantedHit("questions for an IT provider", "cmmc-plain-words", 4),
    WantedHit("red folders cabinet end of the shift", "cui-policy-template", 2),
    WantedHit("CUI visitors wear a badge", "cui-policy-template", 6),
    WantedHit("first twenty fixes multi-factor", "cmmc-self-assessment", 2),
    WantedHit("abandoned enclave grinding house", "call-notes-enclave", 2),
    WantedHit("certification renewal fee fraud", "update-cyber", 2),
    WantedHit("what is PTAC called now", "update-cyber", 4),
    # workforce
    WantedHit("apprentice rotations poaching", "shared-apprenticeship", 7),
    WantedHit("registered apprenticeship sponsor one set of standards", "shared-apprenticeship", 3),
    WantedHit("RAP late reimbursement line of credit", "shared-apprenticeship", 8),
    WantedHit("wage steps toolmaker", "sponsor-budget", 2),
    WantedHit("english teacher rewrote work instructions", "teacher-externships", 4),
    WantedHit("workers compensation externs", "teacher-externships", 8),
    WantedHit("two weeks notice of a schedule change quits fell", "good-jobs-scorecard", 2),
    WantedHit("cost of a quit loom technician", "good-jobs-scorecard", 3),
    WantedHit("OJT refused because of people laid off", "ojt-toolkit", 7),
    WantedHit("training outline robot cell operator", "ojt-toolkit", 5),
    WantedHit("home providers evening child care stipend", "second-shift-child-care", 3),
    WantedHit("van at 5:10 parole", "call-notes-second-chance", 2),
    WantedHit("military spouses evening licenses from other states", "separating-service-members", 6),
    WantedHit("battery technician apprenticeship schedule", "update-apprentices", 3),
    # supply chain
    WantedHit("job ads show who has a wire EDM", "mapping-tiers", 3),
    WantedHit("who do you call when your supplier fails", "mapping-tiers", 5),
    WantedHit("forge hammer cracked", "mapping-tiers", 9),
    WantedHit("wooden patterns without a drawing scanner van", "casting-lead-times", 2),
    WantedHit("level III inspector examination fees film", "casting-lead-times", 3),
    WantedHit("pump housing A-1312/B second source", "alternate-source", 2),
    WantedHit("core box shared heat radiography weeks cost", "alternate-source", 4),
    WantedHit("first article leaked padding rib", "alternate-source", 5),
    WantedHit("a-1312/a superseded", "alternate-source", 8),
    WantedHit("busbar forming gap", "capability-matrix", 3),
    WantedHit("wrecked electric vehicles taken apart", "exhaust-to-enclosures", 5),
    WantedHit("suppliers that left automotive grain dryers", "exhaust-to-enclosures", 8),
    WantedHit("arsenic slag residues", "critical-minerals", 2),
    WantedHit("tungsten carbide inserts scrap drum", "critical-minerals", 4),
    WantedHit("antitrust pooling", "plate-pool", 6),
    WantedHit("DH36 plate price", "plate-pool", 4),
    WantedHit("customs manifests import volunteers", "call-notes-tiers", 5),
    # sites
    WantedHit("voids rotted timber borings weight dropped", "mine-bench", 2),
    WantedHit("mine land acid water limestone", "mine-bench", 3),
    WantedHit("corn field points", "site-scoring", 3),
    WantedHit("options cost an acre farmers keep planting", "site-scoring", 4),
    WantedHit("what does subject to study mean", "will-serve-checklist", 8),
    WantedHit("transload conveyor cooperative drayage", "rail-spur", 3),
    WantedHit("paint hall recording", "meeting-recording", 1),
    # trade
    WantedHit("quebec van", "quebec-mission", 1),
    WantedHit("wrong tariff code", "quebec-mission", 7),
    WantedHit("Peña translation", "quebec-mission", 8),
    WantedHit("letter of credit refused misspelled", "export-starter", 3),
    WantedHit("consolidated screening list", "export-starter", 2),
    WantedHit("FDI inquiry first 72 hours", "fdi-protocol", 3),
    WantedHit("37 inquiries won four no building of 50,000 square feet", "fdi-protocol", 8),
    WantedHit("FTZ nonwovens duty saved", "call-notes-ftz", 3),
    WantedHit("proxy board subsidiary foreign owner", "soft-landings", 6),
    # capital
    WantedHit("collateral support SSBCI plain words", "press-line", 2),
    WantedHit("loan fund write-off powder metal", "loan-fund", 7),
    WantedHit("NOFO deadline letter of intent", "nofo-digest", 3),
    WantedHit("planning grant match 20 percent", "nofo-digest", 4),
    WantedHit("mistakes in last round of applications", "nofo-digest", 7),
    WantedHit("shift bell lenders move tables", "lender-day", 2),
    WantedHit("boat trailer plant wrong order", "nmtc-small-plants", 3),
    # energy and the environment
    WantedHit("compressed air leaks quick couplings", "compressed-air", 2),
    WantedHit("counterflow three tanks a tenth of the water", "plating-p2", 4),
    WantedHit("hexavalent chrome replacement approvals", "plating-p2", 5),
    WantedHit("night walk vending machine", "green-team-charter", 6),
    WantedHit("scope 1 scope 2 GHG", "green-team-charter", 7),
    WantedHit("demand charge melting at night furnaces", "induction-melt", 4),
    WantedHit("PFAS sewer cracked liner", "pfas-textiles", 3),
    WantedHit("does my plant qualify fewer than 500 people energy bills", "industrial-assessments", 2),
    WantedHit("borrow ultrasonic microphones deposit", "update-energy", 2),
    # technology
    WantedHit("cheap sensor kit current clamp modem", "old-machines-sensors", 3),
    WantedHit("union agreement screen no names", "old-machines-sensors", 7),
    WantedHit("additive manufacturing shared sand printer accounts", "printed-molds", 1),
    WantedHit("hybrid printed cores in a conventional mold", "printed-molds", 2),
    WantedHit("robot under the tarp aluminum porosity", "welding-cobots", 7),
    WantedHit("MRL weakest thread", "readiness-workshop", 5),
    WantedHit("shared lab no-shows prices", "shared-test-lab", 2),
    WantedHit("machine monitoring thermocouples furnaces", "call-notes-monitoring", 5),
    # the alliance itself
    WantedHit("four documents a new member shows SWOT", "orientation", 4),
    WantedHit("is a download sharing", "orientation", 7),
    WantedHit("how many communities did IMCP designate", "annual-report", 3),
    WantedHit("reminders with a single link", "annual-report", 4),
    WantedHit("who got nothing shared reasons honest quarters", "annual-report", 3),
    WantedHit("five headings for call notes", "writing-call-notes", 1),
    WantedHit("free coordinate measuring machine", "update-window-opens", 5),
    WantedHit("plate for emergencies at cost", "update-hurricane", 2),
    WantedHit("presentation dates free this year", "update-new-year", 3),
)


# Variants


def _reordered(query: str, rng: random.Random) -> str:
    parts = query.split()
    rng.shuffle(parts)
    return " ".join(parts)


def _without_a_word(query: str, rng: random.Random) -> str:
    parts = query.split()
    if len(parts) > 3:
        parts.pop(rng.randrange(len(parts)))
    return " ".join(parts)


def _with_a_word_too_much(query: str, rng: random.Random) -> str:
    return f"{query} {rng.choice(['pdf', 'slides', 'webinar', 'handout', 'zoom'])}"


def _as_a_question(query: str, rng: random.Random) -> str:
    begin = rng.choice(["Where did I see the part about", "Who told us about", "Can you find me the one about"])
    return f"{begin} {query}?"


def _with_a_wrong_letter(query: str, rng: random.Random) -> str:
    """Return the query with two letters of the longest word swapped."""
    longest = max(query.split(), key=lambda word: (word.isalpha(), len(word)))
    at = rng.randrange(1, max(2, len(longest) - 2))
    wrong = longest[:at] + longest[at + 1 : at + 2] + longest[at : at + 1] + longest[at + 2 :]
    return query.replace(longest, wrong, 1)


VARIANTS: Mapping[str, Callable[[str, random.Random], str]] = {
    "as written": lambda query, _rng: query,
    "small letters": lambda query, _rng: query.lower(),
    "another order": _reordered,
    "a word less": _without_a_word,
    "a word too much": _with_a_word_too_much,
    "a whole question": _as_a_question,
    "a wrong letter": _with_a_wrong_letter,
}


def variants(kind: str) -> Sequence[WantedHit]:
    """Return one variant of all queries; the same each time."""
    rng = random.Random(kind)
    return [WantedHit(VARIANTS[kind](hit.query, rng), hit.resource, hit.page) for hit in QUERIES]


# Measures

DEPTH = 10  # hits that count


@dataclass(frozen=True)
class Answered:
    """A query with the rank of its resource (0: not among the first ten hits), and the page that the hit shows."""

    wanted: WantedHit
    rank: int
    page: int | None


def figures(answers: Iterable[Answered]) -> Mapping[str, float]:
    """Return success@1, success@5, nDCG@10, and the share of right pages where the resource is among the hits."""
    answers = list(answers)
    with_hit = [answer for answer in answers if answer.rank]
    return {
        "success@1": sum(answer.rank == 1 for answer in answers) / len(answers),
        "success@5": sum(0 < answer.rank <= 5 for answer in answers) / len(answers),
        "nDCG@10": sum(1 / math.log2(1 + answer.rank) for answer in with_hit) / len(answers),
        "page accuracy": sum(answer.page == answer.wanted.page for answer in with_hit) / max(1, len(with_hit)),
    }
