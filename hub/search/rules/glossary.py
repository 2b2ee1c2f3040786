"""Words that members search by: a search for either side finds the other. Former names count. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from hub.search.rules import words
from hub.search.rules.question import AllOf, AnyOf, Node, Phrase, Word

# Acronym and what it stands for; the first of several is how it is said today.
STANDS_FOR: Mapping[str, Sequence[str]] = {
    "AMCC": ("American Manufacturing Community Collaborative", "American Manufacturing Communities Collaborative"),
    "BFF": ("best friend forever",),
    "IMCP": ("Investing in Manufacturing Communities Partnership",),
    "DMCSP": ("Defense Manufacturing Community Support Program",),
    "DMC": ("Defense Manufacturing Community",),
    "BBBRC": ("Build Back Better Regional Challenge",),
    "CEDS": ("Comprehensive Economic Development Strategy",),
    "SWOT": ("strengths, weaknesses, opportunities, threats",),
    "DEI": ("diversity, equity and inclusion",),
    "EDD": ("Economic Development District",),
    "EDO": ("economic development organization",),
    "COG": ("council of governments",),
    "BRE": ("business retention and expansion",),
    "FDI": ("foreign direct investment",),
    "NOFO": ("notice of funding opportunity",),
    "FOA": ("funding opportunity announcement",),
    "RFI": ("request for information",),
    "RFP": ("request for proposals",),
    "NDAA": ("National Defense Authorization Act",),
    "ARPA": ("American Rescue Plan Act",),
    "IIJA": ("Infrastructure Investment and Jobs Act",),
    "BIL": ("Bipartisan Infrastructure Law",),
    "IRA": ("Inflation Reduction Act",),
    "CHIPS": ("Creating Helpful Incentives to Produce Semiconductors",),
    "DOC": ("Department of Commerce",),
    "EDA": ("Economic Development Administration",),
    "NIST": ("National Institute of Standards and Technology",),
    "MEP": ("Manufacturing Extension Partnership",),
    "ITA": ("International Trade Administration",),
    "MBDA": ("Minority Business Development Agency",),
    "GJC": ("Good Jobs Challenge",),
    "DoD": ("Department of Defense",),
    "DoW": ("Department of War",),
    "OLDCC": ("Office of Local Defense Community Cooperation",),
    "OEA": ("Office of Economic Adjustment",),
    "DIB": ("defense industrial base",),
    "DPA": ("Defense Production Act",),
    "MII": ("Manufacturing Innovation Institute",),
    "CMMC": ("Cybersecurity Maturity Model Certification",),
    "CUI": ("controlled unclassified information",),
    "DFARS": ("Defense Federal Acquisition Regulation Supplement",),
    "APEX": ("APEX Accelerators",),
    "PTAC": ("Procurement Technical Assistance Center",),
    "DOE": ("Department of Energy",),
    "AMMTO": ("Advanced Materials and Manufacturing Technologies Office",),
    "IAC": ("Industrial Assessment Center",),
    "EPA": ("Environmental Protection Agency",),
    "P2": ("pollution prevention",),
    "GHG": ("greenhouse gas",),
    "PFAS": ("per- and polyfluoroalkyl substances",),
    "DOL": ("Department of Labor",),
    "WIOA": ("Workforce Innovation and Opportunity Act",),
    "WDB": ("workforce development board",),
    "RAP": ("registered apprenticeship program",),
    "CTE": ("career and technical education",),
    "OJT": ("on-the-job training",),
    "HBCU": ("Historically Black College or University",),
    "SBA": ("Small Business Administration",),
    "SBDC": ("Small Business Development Center",),
    "SBIR": ("Small Business Innovation Research",),
    "STTR": ("Small Business Technology Transfer",),
    "SSBCI": ("State Small Business Credit Initiative",),
    "CDFI": ("community development financial institution",),
    "NMTC": ("New Markets Tax Credit",),
    "EXIM": ("Export-Import Bank",),
    "NSF": ("National Science Foundation",),
    "ARC": ("Appalachian Regional Commission",),
    "CDBG": ("Community Development Block Grant",),
    "OSTP": ("Office of Science and Technology Policy",),
    "SMM": ("small and medium-sized manufacturer",),
    "OEM": ("original equipment manufacturer",),
    "AM": ("additive manufacturing",),
    "IIoT": ("industrial internet of things",),
    "TRL": ("technology readiness level",),
    "MRL": ("manufacturing readiness level",),
}
# What is or was called by another name: who searches for one finds the other.
SAME = (("DoD", "DoW"), ("OEA", "OLDCC"), ("PTAC", "APEX"), ("BBB", "BBBRC"))

# Acronyms that are ordinary words too: only in capitals they are the acronym.
ALSO_WORDS = words.ORDINARY_ACRONYMS | {"CHIPS", "DOC", "ARC", "DIB", "BIL", "APEX", "RAP"}
LONGEST = 7  # words of the longest expansion


def widened(nodes: Sequence[Node]) -> Sequence[Node]:
    """The question with each acronym or name of the glossary widened to what else it is called."""
    found: list[Node] = []
    at = 0
    while at < len(nodes):
        taken, node = _spelled_out(nodes[at : at + LONGEST])
        found.append(node)
        at += taken
    return found


def _spelled_out(nodes: Sequence[Node]) -> tuple[int, Node]:
    """The longest expansion that plain words begin with, together with its acronym; else the first node."""
    first = nodes[0]
    if isinstance(first, AnyOf):
        return 1, AnyOf(tuple(_spelled_out([node])[1] for node in first.nodes))
    if isinstance(first, Phrase):
        others = _by_words().get(_key(first.text), ())
        return 1, AnyOf((first, *others)) if others else first
    for count in range(len(nodes), 1, -1):
        some = nodes[:count]
        if all(isinstance(node, Word) for node in some):
            others = _by_words().get(_key(" ".join(node.text for node in some if isinstance(node, Word))), ())
            if others:
                return count, AnyOf((AllOf(tuple(some)), *others))
    others = _by_acronym().get(_acronym(first.text), ()) if isinstance(first, Word) else ()
    return 1, AnyOf((first, *others)) if others else first


def _acronym(text: str) -> str:
    """How an acronym is known: in capitals; one that is also a word only when it was typed so."""
    return text.upper() if text.upper() not in ALSO_WORDS else text


def _key(text: str) -> tuple[str, ...]:
    return tuple(term for piece in words.pieces(text) for term in words.reading(piece[0])[0])


@cache
def _by_acronym() -> Mapping[str, tuple[Node, ...]]:
    """What else an acronym is called."""
    same = {one: other for pair in SAME for one, other in (pair, pair[::-1])}
    known = dict.fromkeys([*STANDS_FOR, *same])
    return {name.upper(): tuple(_names(name, same.get(name))) for name in known}


def _names(name: str, same: str | None) -> Iterator[Node]:
    yield from (Phrase(text) for text in STANDS_FOR.get(name, ()))
    if same:
        yield Word(same)
        yield from (Phrase(text) for text in STANDS_FOR.get(same, ()))


@cache
def _by_words() -> Mapping[tuple[str, ...], tuple[Node, ...]]:
    """What else an expansion is called."""
    found: dict[tuple[str, ...], tuple[Node, ...]] = {}
    for name, texts in STANDS_FOR.items():
        for text in texts:
            found[_key(text)] = (Word(name), *(node for node in _by_acronym()[name.upper()] if node != Phrase(text)))
    return found
