"""Numbers in charts as the chart shows them, by Excel's number formats."""

import re
from datetime import datetime, timedelta

SECTION = re.compile(r"""(?:"[^"]*"|\\.|[^;"\\])*""")
# Text in quotes, an escaped character, a currency or another setting in brackets, a space as wide as a character,
# a character that fills the cell.
LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|_.|\*.')
DATE_TOKEN = re.compile(r"yyyy|yy|y|mmmmm|mmmm|mmm|mm|m|dddd|ddd|dd|d|hh|h|ss|s|am/pm|a/p", re.IGNORECASE)
DIGITS = re.compile(r"[#0?][#0?,]*(?:\.([#0?]*))?(,*)|\.([#0?]+)")
EXPONENT = re.compile(r"0(?:\.([0#]+))?E[+-]?0+", re.IGNORECASE)
GENERAL = {"", "general", "@", "standard"}
EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 - Excel's days have no zone
LATEST_DAY = 2_958_465  # December 31, 9999
MOST_DECIMALS = 15
MANY = "\x00"  # stands for literal text while a format is being read
DATE_WORDS = {
    "yyyy": "%Y", "yy": "%y", "y": "%y", "mmmmm": "%b", "mmmm": "%B", "mmm": "%b", "dddd": "%A", "ddd": "%a",
}  # fmt: skip


def shown(raw: str, code: str, *, since_1904: bool = False) -> str:
    """Return a number as the format `code` shows it; what isn't a number, or has no such format, is unchanged."""
    try:
        value = float(raw)
    except ValueError:
        return raw
    sections = [part for part in SECTION.findall(code)[:8] if part] or [""]
    section = sections[0]
    if value < 0 and len(sections) > 1:
        value, section = -value, sections[1]
    literals: list[str] = []
    pattern = LITERAL.sub(lambda match: kept(match, literals), section)
    if section.strip().lower() in GENERAL or value in {float("inf"), float("-inf")} or value != value:  # noqa: PLR0124
        return general(value)
    if DATE_TOKEN.search(pattern) and not re.search(r"[#0?]", pattern.replace("00", "")):
        text = date_text(value, pattern, since_1904=since_1904)
    else:
        text = number_text(value, pattern)
    for literal in literals:
        text = text.replace(MANY, literal, 1)
    return text.strip()


def kept(match: re.Match[str], literals: list[str]) -> str:
    """Set a literal text aside; returns what stands for it."""
    literal = match[1] or match[2] or match[3] or ""
    if not literal:
        return ""
    literals.append(literal)
    return MANY


def general(value: float) -> str:
    """Return a number as Excel shows it by default: whole numbers in full, others with up to ten digits."""
    return f"{value:.15g}" if value % 1 == 0 or abs(value) >= 1e9 else f"{value:.10g}"  # noqa: PLR2004


def number_text(value: float, pattern: str) -> str:
    """Return a number in a pattern of digits: "#,##0.0%"."""
    power = EXPONENT.search(pattern)
    if power:
        return pattern[: power.start()] + f"{value:.{len(power[1] or '')}E}" + pattern[power.end() :]
    digits = DIGITS.search(pattern)
    if digits is None or "/" in pattern:
        return general(value) if digits or not pattern.strip() else pattern
    scaled = value * 100 ** min(pattern.count("%"), 2) / 1000 ** min(len(thousands(digits)), 4)
    places = digits[1] or digits[3] or ""
    grouping = "," if "," in digits[0].partition(".")[0].rstrip(",") else ""
    text = f"{abs(scaled):{grouping}.{min(len(places), MOST_DECIMALS)}f}"
    optional = len(places) - len(places.rstrip("#?"))
    if "." in text and optional:
        text = text[: len(text) - optional] + text[len(text) - optional :].rstrip("0")
        text = text.rstrip(".")
    sign = "-" if scaled < 0 and re.search("[1-9]", text) else ""
    return sign + pattern[: digits.start()] + text + pattern[digits.end() :]


def thousands(digits: re.Match[str]) -> str:
    """Return the commas at the end of a pattern, each of which divides by a thousand."""
    whole = digits[0]
    return whole[len(whole.rstrip(",")) :]


def date_text(value: float, pattern: str, *, since_1904: bool) -> str:
    """Return a day or time in a pattern of letters: "mmm yyyy"."""
    if not 0 <= value <= LATEST_DAY:
        return general(value)
    when = EPOCHS[since_1904] + timedelta(seconds=round(min(value, LATEST_DAY - 1500) * 86400))
    half = re.search(r"am/pm|a/p", pattern, re.IGNORECASE) is not None
    pieces: list[str] = []
    last, place = "", 0
    for match in DATE_TOKEN.finditer(pattern):
        token = match[0].lower()
        pieces += [pattern[place : match.start()], date_piece(when, token, last, half=half)]
        last, place = token, match.end()
    return "".join([*pieces, pattern[place:]])


def date_piece(when: datetime, token: str, last: str, *, half: bool) -> str:
    """Return one piece of a day or time; `last` is the token before it: an "m" after hours means minutes."""
    if token in DATE_WORDS:
        return when.strftime(DATE_WORDS[token])
    if token in {"am/pm", "a/p"}:
        return when.strftime("%p")
    hour = (when.hour % 12 or 12) if half else when.hour
    minutes = when.minute if last in {"h", "hh"} else when.month
    number = {"m": minutes, "d": when.day, "h": hour, "s": when.second}[token[0]]
    return f"{number:02d}" if len(token) > 1 else str(number)
