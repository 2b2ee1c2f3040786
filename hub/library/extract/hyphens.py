"""Hyphens at the ends of lines: part of a compound (cost-sharing) or only a division (auto-mation). Pure.

Which of the two it is can't be known for sure, so the page shows the likelier reading and search finds both.
"""

import re

# PDFium writes one of the first two for a hyphen at the end of a line, and joins the lines.
MARK = re.compile("(?P<joined>[\x02\ufffe](?:\r?\n)?)|(?P<kept>(?<=[^\\W_])[-\u2010\u00ad]\r?\n)(?=[^\\W\\d_A-Z])")
SIGNS = ("\x02", "\ufffe", "-\r", "-\n", "\u2010\r", "\u2010\n", "\u00ad")
LEFT = re.compile(r"[\w\u2019'-]{1,40}\Z")
RIGHT = re.compile(r"\w{1,40}")
NEAR = 40
MOST_COMPARED = 300
SHORTEST_PROOF = 6
# Words that stand before a hyphen, unless an ending of their own follows: third-party, but shortage.
FIRST_HALVES = """
    advanced award body business career client climate clean community company computer cost county cross customer
    cutting data decision defense demand double drug early easy employer energy equal export federal federally fifth
    first follow four fourth full future gender general global government green grant half hard health heavy high higher
    home hourly import income industry information job joint know labor large larger local locally long longer low lower
    market match matching member middle mission outcome peer performance person policy private problem product
    production profit program project public quality quick rapid real region regional resource risk rural same school
    second self seven seventh shared short single skill skills small smaller special start state still strong
    student supply task tax team technology third three trade tribal tribally twelve twenty thirty forty fifty sixty
    seventy eighty ninety two urban user value veteran virtual water well wide woman women worker world year young
    zero
"""
FIRST = frozenset(FIRST_HALVES.split())
# What makes a word of its own with one of those: shortage, highway, specialist.
ENDINGS = re.compile(
    r"(?:a?bl[ey]|ac[ey]|ages?|al|ally|als|ary?|aries|ance|ates?|ated|ations?|atory|care|een|[ei]?ty|e[dnr]s?|ened|ening"
    r"|erns?|ers?|ership|est|ful|fully|ian|ics?|ier|ies|if[iy]\w*|ings?|ingly|ions?|ional|is[ehmt]\w*|itud\w*|ive\w*|iz\w+"
    r"|land|ledge\w*|less|lessly|lights?|lighted|lighting|lines?|lined|ly|man|mark\w*|men|ments?|mental|ness|nel|ous|place"
    r"|s|shed|shops?|ship|some|stand\w*|stream|house|homes?|teen|th|town|ware|ways?|wards?|wide|work\w*|y)"
)
# Words that stand behind a hyphen.
SECOND_HALVES = """
    adjusted aligned assisted aware backed based bound building capable caused centered centric certified class
    compliant conscious cost dependent directed driven earning eligible effective efficient enabled exempt facing focus
    focused free friendly funded heavy high intensive lasting leading led level linked long looking making managed
    minded of oriented owned paced paid party people producing proof quality ready related resistant rich running saving
    scale sector sensitive setting sharing size sized skill skilled solving specific sponsored standing step style
    supported term the tier to trained type value weighted year
"""
SECOND = frozenset(SECOND_HALVES.split())
PAIRS = frozenset({"full-time", "part-time", "real-time", "one-time", "follow-up", "start-up", "scale-up", "on-site"})
PAIRS |= {"on-line", "off-site", "in-person", "in-kind", "in-depth", "in-house", "on-the", "off-the", "one-stop"}
PAIRS |= {"hands-on", "add-on", "add-ons", "co-op", "co-ops", "walk-in", "drop-in", "log-in", "check-in", "built-in"}
PAIRS |= {"follow-ups", "start-ups", "on-demand", "on-going", "co-owner", "co-owned", "e-mail", "x-ray", "two-day"}
# Words in the middle of a compound: state-of-the-art.
BETWEEN = frozenset(
    {"a", "and", "as", "at", "by", "for", "in", "of", "off", "on", "or", "out", "over", "per", "the", "to", "up"}
)
# After these the first half of a second compound is left out: short- and long-term.
LINKS = frozenset({"and", "or", "nor", "to", "und", "oder"})


def readings(text: str) -> tuple[str, list[str]]:
    """Return the text with its divided words in their likelier readings, and the other readings of these words.

    Accepts any text; all marks of PDFium are gone from the result.
    """
    if not any(sign in text for sign in SIGNS):
        return text, []
    pieces: list[str] = []
    others: list[str] = []
    end, lowered = 0, ""
    for mark in MARK.finditer(text):
        # A page has a few dozen of them at most, unless it was made to be slow.
        lowered = (lowered or text.lower()) if len(others) < MOST_COMPARED else ""
        left = LEFT.search(text[max(0, mark.start() - NEAR) : mark.start()])
        right = RIGHT.match(text[mark.end() : mark.end() + NEAR])
        pieces.append(text[end : mark.start()])
        end = mark.end()
        if left is None or right is None:
            pieces.append("-")
            continue
        hyphen, other = choice(left.group().strip("-"), right.group(), lowered)
        pieces.append(hyphen)
        if other:
            others.append(other)
    return "".join([*pieces, text[end:]]), others


def choice(left: str, right: str, text: str) -> tuple[str, str]:
    """Return what to put between the halves of a word, and the word's other reading; `text` is all in small letters."""
    if right.lower() in LINKS:
        return "- ", ""
    last = left.rpartition("-")[2]
    joined, compound = left + right, f"{left}-{right}"
    if keeps_hyphen(last, right, "-" in left, text):
        return "-", last + right
    return "", compound if left == last else f"{last}-{right}" if joined else ""


def keeps_hyphen(left: str, right: str, is_compound: bool, text: str) -> bool:  # noqa: FBT001  (of the left half)
    """Return True if the hyphen between two halves belongs to the word."""
    if not (right[0].islower() and left.isalpha()):
        return True
    first, second = left.lower(), right.lower()
    if len(first) + len(second) >= SHORTEST_PROOF:
        if f"{first}-{second}" in text:
            return True
        if first + second in text:
            return False
    if f"{first}-{second}" in PAIRS or second in SECOND:
        return True
    if is_compound and first in BETWEEN:
        return True
    return first in FIRST and not ENDINGS.fullmatch(second)
