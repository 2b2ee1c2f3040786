"""What newsletter tools put around a message: "View in browser", the sender's address, "Unsubscribe". Pure.

It says nothing about the message and is in all of them, so it would be found with every search for its words. It
belongs to no item, isn't searched, and the page says so.
"""

import re

from hub.library.extract.pages import LeftOut
from hub.library.extract.points import HEADING, point_at

LEFT_OUT = LeftOut("The newsletter’s footer and its “view in browser” and “unsubscribe” lines are not searched.")
LONGEST = 300
SHORT = 100
SENDER_NAME = 40
MOST_OTHERS = 4  # unknown lines below the reason, such as an advertisement for the tool
LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\s]*\)")
MARKS = re.compile(r"[*_>\t\xa0\u200b-\u200d\ufeff ]+")
SEPARATOR = re.compile(r"\s*(?:[|·•∙/,]|\s[-–—]\s|(?<=[.!?])\s)\s*")

# A sentence of these is part of a footer.
SENTENCE = re.compile(
    r"""unsubscri(?:be|ption)|opt[ -]out\ of\ (?:these|this|all|our|future)|mailman/listinfo
    |^you\ ?(?:’re|'re|are)\ (?:receiving|getting|subscribed|on\ (?:our|this)\ (?:mailing|email)\ list)
    |^you(?:\ have|’ve|'ve)?\ received\ this|^this\ (?:e-?mail|message|newsletter)\ (?:was|has\ been|is)\ (?:sent|being\ sent)
    |no\ longer\ (?:wish|want)\ to\ receive|(?:don’t|don't|do\ not)\ (?:wish|want)\ to\ receive
    |^want\ to\ change\ how\ you\ receive|our\ (?:postal|mailing)\ address\ is|stop\ receiving\ (?:these|this|our)""",
    re.IGNORECASE | re.VERBOSE,
)
MESSAGE = r"(?:(?:this|the|our)\ )?(?:e-?mail|message|newsletter|campaign|it)"
PREFERENCES = r"(?:preferences|profile|subscriptions?|settings|options)"
# Lines of nothing but these are added by the tool, wherever they are.
NOTICE = re.compile(
    rf"""(?:click\ here\ to\ )?(?:view|read|see|open)\ (?:{MESSAGE}\ )?(?:online|(?:in|on|as)\ (?:your|a|the|an)?\ ?
        (?:web\ ?)?(?:browser|page|web|site)(?:\ version)?)
    |(?:click\ here|view|web|online)\ (?:to\ view\ )?(?:the\ )?(?:web|online|browser)?\ ?version|click\ here
    |(?:can’t|can't|cannot)\ (?:see|view|read)\ {MESSAGE}
    |(?:are\ you\ |if\ you\ ?(?:are|’re|'re|have)\ )?(?:having\ )?(?:trouble|problems|difficulty)\ (?:viewing|reading|seeing)\ {MESSAGE}
    |(?:is\ )?{MESSAGE}\ (?:is\ )?not\ display(?:ing|ed)(?:\ (?:correctly|properly|well))?
    |(?:click\ to\ )?(?:safe)?unsubscribe(?:™|\ .{{0,60}})?
    |(?:(?:update|manage|change|edit|set)\ )(?:your\ |my\ )?(?:e-?mail\ |subscription\ |communication\ )*{PREFERENCES}
    |(?:e-?mail|subscription|communication|unsubscribe)\ {PREFERENCES}
    |forward\ (?:{MESSAGE}|to\ a\ friend|{MESSAGE}\ to\ a\ friend)|(?:constant\ contact|customer\ contact)\ data\ notice
    |trusted\ e-?mail\ from\ constant\ contact|try\ (?:e-?mail\ marketing|it)\ (?:for\ )?free(?:\ today)?
    |about\ (?:our|constant\ contact)\ service\ provider|add\ us\ to\ your\ address\ book
    |(?:e-?mail\ marketing\ )?powered\ by(?:\ \S.{{0,30}})?|safeunsubscribe.{{0,60}}|opt[ -]out|(?:our\ )?privacy\ (?:policy|notice)|help|terms(?:\ of\ (?:use|service))?""",
    re.IGNORECASE | re.VERBOSE,
)
TELLS_A_TOOL = re.compile(
    r"view|unsubscri|opt[ -]out|trouble|display|preferences|profile|safe|constant contact|powered|forward|version|online|can.t (?:see|read)",
    re.IGNORECASE,
)
STATE_AND_ZIP = r"\b(?:[A-Z]{2}|[A-Z][a-z]+),?\s+\d{5}(?:-\d{4})?\b"
STREET = (
    r"\b\d{1,5}[A-Z]?\s+(?:[\w.'’]+\s+){1,5}(?:St|Street|Ave|Avenue|Rd|Road|Blvd|Boulevard|Dr|Drive|Ln|Lane|Way|Pl|Place"
    r"|Ct|Court|Pkwy|Parkway|Hwy|Highway|Sq|Square|Plaza|NW|NE|SW|SE)\b"
)
ADDRESS = re.compile(rf"{STATE_AND_ZIP}|{STREET}|\bP\.?\s?O\.?\s?Box\b|^(?:Suite|Ste\.?|Floor)\s+\w+$")
SOCIAL = (
    r"(?:(?:facebook|twitter|x|linkedin|instagram|youtube|website|e-?mail|share|tweet|forward|follow us|icon|logo"
    r"|visit our|on|like us|constant contact|mailchimp|sendgrid|hubspot|and|[|·•,/])[\s:]*)+"
)
IMPRINT = re.compile(
    rf"©|^copyright\b|all rights reserved|^sent by\b|^powered by\b|^from our (?:team|office)|^{SOCIAL}$", re.IGNORECASE
)
# Between the others these belong to a footer, too; above them, they may be the message's own.
BETWEEN = re.compile(
    r"(?:https?://)?\S+@?\S*\.\S+|[-_=*\s]+|to view this discussion.*|.{0,60}mailing list|privacy(?: policy)?",
    re.IGNORECASE,
)
SMALL_WORDS = frozenset({"of", "for", "the", "and", "&", "in", "at"})
KEPT = ("Attachments: ",)  # what the hub adds below a message


def without_footer(lines: list[str]) -> tuple[list[str], bool]:
    """Return the lines without those that a newsletter tool added, and True if there were any."""
    notices = {number for number, line in enumerate(lines) if is_notice(line)}
    added = notices | set(footer(lines, notices))
    if not any(line.strip() for number, line in enumerate(lines) if number not in added):
        added = notices  # a message of few words isn't a footer
    kept = [line for number, line in enumerate(lines) if number not in added]
    return (kept, True) if added else (lines, False)


def is_notice(line: str) -> bool:
    """Return True if a line is nothing but links like "View in browser" and "Unsubscribe"."""
    if len(line) > LONGEST or not TELLS_A_TOOL.search(line):
        return False
    words = bare(line)
    pieces = [piece.strip(" .?!:()[]") for piece in SEPARATOR.split(words)]
    pieces = [piece for piece in pieces if piece]
    return bool(pieces) and all(NOTICE.fullmatch(piece) for piece in pieces) and words.lower() != "click here"


def footer(lines: list[str], notices: set[int]) -> list[int]:
    """Return the indexes of the lines of the footer at the end of a text; [] when it has none.

    Goes up from the end. Past a line that may be the message's own, only a line that gives the reason continues it.
    """
    start, has_reason, others, is_in_doubt = len(lines), False, 0, False
    for number in range(len(lines) - 1, -1, -1):
        line = bare(lines[number])
        if not line or line.startswith(KEPT):
            continue
        if (number in notices and not is_in_doubt) or is_reason_given(lines[number], line):
            start, has_reason, is_in_doubt = number, True, False
        elif begins_something(lines[number]):
            break
        elif is_imprint(line) or is_sender(lines, number, start):
            start = start if is_in_doubt else number
        elif not BETWEEN.fullmatch(line):
            is_in_doubt = has_reason
            others += 1
            if others > MOST_OTHERS or len(line) > SHORT:
                break
    if not has_reason:
        return []
    return [number for number in range(start, len(lines)) if not lines[number].startswith(KEPT)]


def is_reason_given(line: str, words: str) -> bool:
    """Return True if a line says why one gets the message, or how not to."""
    return len(words) <= LONGEST and bool(SENTENCE.search(words)) and not begins_something(line)


def is_imprint(words: str) -> bool:
    """Return True if a line is a postal address or names the sender or the tool."""
    return len(words) <= LONGEST and bool(ADDRESS.search(words) or IMPRINT.search(words))


def is_sender(lines: list[str], number: int, start: int) -> bool:
    """Return True if a line is nothing but a name, above the sender's address."""
    if start >= len(lines) or any(lines[line].strip() for line in range(number + 1, start)):
        return False
    words = bare(lines[number])
    is_name = len(words) <= SENDER_NAME and not words.endswith((".", "!", "?", ":"))
    is_capitalized = all(word[0].isupper() or word in SMALL_WORDS for word in words.split())
    return (
        is_name and is_capitalized and bool(ADDRESS.search(bare(lines[start]))) and not begins_something(lines[number])
    )


def begins_something(line: str) -> bool:
    """Return True if a line is a heading, a numbered point or an entry of a list, and so not part of a footer."""
    return bool(HEADING.match(line)) or point_at(line) is not None or line.lstrip().startswith("- ")


def bare(line: str) -> str:
    """Return the words of a line, without marks and addresses of links."""
    return MARKS.sub(" ", LINK.sub(r"\1", line[: 10 * LONGEST])).strip()
