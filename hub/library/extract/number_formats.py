"""Number formats of workbooks: a cell's number as the cell shows it, in US form. Pure.

A format has up to four sections, for positive and negative numbers, zero and text: ``#,##0_);(#,##0);"none";@``.
"""

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

from hub.library.extract.date_formats import date_text

GENERAL = "General"
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"$"#,##0_);("$"#,##0)', 6: '"$"#,##0_);("$"#,##0)',
    7: '"$"#,##0.00_);("$"#,##0.00)', 8: '"$"#,##0.00_);("$"#,##0.00)', 9: "0%", 10: "0.00%", 11: "0.00E+00",
    12: "# ?/?", 13: "# ??/??", 14: "m/d/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yyyy h:mm", 37: "#,##0_);(#,##0)",
    38: "#,##0_);(#,##0)", 39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);(#,##0.00)", 41: '#,##0_);(#,##0);"-"',
    42: '"$"#,##0_);("$"#,##0);"$-"', 43: '#,##0.00_);(#,##0.00);"-"', 44: '"$"#,##0.00_);("$"#,##0.00);"$-"',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    # In East Asian versions of Excel these are dates.
    **dict.fromkeys((*range(27, 37), *range(50, 59)), "m/d/yyyy"),
}  # fmt: skip
LONGEST_CODE = 500
MOST_DECIMALS = 30
MOST_DENOMINATOR_DIGITS = 5
EXACT = Context(prec=800, rounding=ROUND_HALF_UP)

TOKEN = re.compile(
    r"""(?P<literal>"[^"]*"?|\\.|!.) | (?P<dropped>_.|\*.) | (?P<bracket>\[[^\]]*\]) | (?P<general>General)
      | (?P<exponent>E[+-]) | (?P<half>AM/PM|A/P) | (?P<date>y+|m+|d+|h+|s+|[eg]+) | (?P<digit>[0\#?])
      | (?P<mark>[.,%/@;]) | (?P<other>.)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d{1,15}(?:\.\d{1,15})?)")
ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")


@dataclass(frozen=True)
class Token:
    """A piece of a format: what it is, and its text."""

    kind: str
    text: str


@dataclass
class Section:
    """A section of a format, with the comparison that a number must pass to be shown by it."""

    tokens: list[Token] = field(default_factory=list)
    condition: tuple[str, float] | None = None

    def has(self, *kinds: str) -> bool:
        """Return True if it has a token of one of the kinds."""
        return any(token.kind in kinds for token in self.tokens)

    @property
    def is_date(self) -> bool:
        """True if it shows numbers as dates, times or durations."""
        return self.has("date", "elapsed", "half")


def number_text(value: float, code: str, *, since_1904: bool = False) -> str:
    """Return a number as a cell with that format shows it; formats that make no sense are taken as General."""
    sections = sections_of(code)
    place = matching(value, sections)
    section = sections[place]
    if section.has("general") or not code:
        return "".join(plain(value) if token.kind == "general" else token.text for token in section.tokens) or plain(
            value
        )
    if section.is_date:
        return date_text(value, [(token.kind, token.text) for token in section.tokens], since_1904) or plain(value)
    try:
        sign = "-" if value < 0 and (place == 0 or section.condition) else ""
        return figure(abs(value), section, sign)
    except (InvalidOperation, OverflowError, ValueError):
        return plain(value)


def raw_as_shown(raw: str, code: str, *, since_1904: bool = False) -> str:
    """Return a number, which a file stores as text, as its format shows it; what is no number is unchanged."""
    try:
        return number_text(float(raw), code, since_1904=since_1904)
    except ValueError:
        return raw


def text_as_shown(text: str, code: str) -> str:
    """Return a text as a cell with that format shows it: ``"Dept. "@`` has a word in front of it."""
    if "@" not in code or code == "@":
        return text
    for section in reversed(sections_of(code)):
        if any(token.text == "@" for token in section.tokens if token.kind == "mark"):
            return "".join(text if token.text == "@" else token.text for token in section.tokens)
    return text


def is_date(code: str) -> bool:
    """Return True if the format shows numbers as dates or times of day, not as durations."""
    first = sections_of(code)[0]
    return first.is_date and not first.has("elapsed")


def plain(value: float) -> str:
    """Return a number without a format and without rounding errors."""
    return f"{value:.15g}"


@lru_cache(maxsize=512)
def sections_of(code: str) -> list[Section]:
    """Return the sections of a format, at least one."""
    sections = [Section()]
    for match in TOKEN.finditer(code if len(code) <= LONGEST_CODE else GENERAL):
        kind, text = str(match.lastgroup), match.group()
        if text == ";":
            sections.append(Section())
        elif kind == "bracket":
            add_bracket(sections[-1], text)
        elif kind == "literal":
            sections[-1].tokens.append(Token(kind, text.strip('"') if text.startswith('"') else text[1:]))
        elif kind != "dropped":
            sections[-1].tokens.append(Token("literal" if kind == "other" else kind, text))
    return sections


def add_bracket(section: Section, text: str) -> None:
    """Add what is in brackets: a duration, a currency or a condition; colors and languages are dropped."""
    if ELAPSED.fullmatch(text):
        section.tokens.append(Token("elapsed", text[1:-1].lower()))
    elif currency := CURRENCY.fullmatch(text):
        section.tokens.append(Token("literal", currency[1]))
    elif condition := CONDITION.fullmatch(text[1:-1].strip()):
        section.condition = (condition[1], float(condition[2]))


def matching(value: float, sections: list[Section]) -> int:
    """Return the place of the section that shows the number."""
    if any(section.condition for section in sections[:2]):
        for place, section in enumerate(sections[:3]):
            if section.condition is None or holds(value, *section.condition):
                return place
        return min(len(sections), 3) - 1
    if value < 0 and len(sections) > 1:
        return 1
    return 2 if value == 0 and len(sections) > 2 else 0  # noqa: PLR2004  (the third section is for zero)


def holds(value: float, comparison: str, limit: float) -> bool:
    """Return True if the number passes the comparison."""
    return {
        "<": value < limit,
        "<=": value <= limit,
        ">": value > limit,
        ">=": value >= limit,
        "=": value == limit,
        "<>": value != limit,
    }[comparison]


def figure(value: float, section: Section, sign: str) -> str:
    """Return a number that isn't negative in a section for numbers."""
    tokens = section.tokens
    marks = [token.text for token in tokens if token.kind == "mark"]
    if not section.has("digit"):
        return sign + "".join(plain(value) if token.text == "@" else token.text for token in tokens)
    amount = Decimal(plain(value)) * 100 ** marks.count("%")
    if section.has("exponent"):
        return sign + scientific(amount, tokens)
    if "/" in marks:
        return sign + fraction(amount, tokens)
    whole, decimals = divided(tokens)
    amount /= Decimal(1000) ** (trailing_commas(whole) + trailing_commas(decimals))
    return place_digits(amount, whole, decimals, sign)


def divided(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """Return the tokens before and after the decimal point."""
    for place, token in enumerate(tokens):
        if token == Token("mark", "."):
            return tokens[:place], tokens[place + 1 :]
    last = max((place for place, token in enumerate(tokens) if token.kind == "digit"), default=-1)
    while last + 1 < len(tokens) and tokens[last + 1].text == "," and tokens[last + 1].kind == "mark":
        last += 1
    return tokens[: last + 1], tokens[last + 1 :]


def trailing_commas(tokens: list[Token]) -> int:
    """Return how many commas follow the last digit; each divides the number by a thousand."""
    count = 0
    for token in reversed(tokens):
        if token == Token("mark", ","):
            count += 1
        elif token.kind == "digit":
            return count
    return 0


def place_digits(amount: Decimal, whole: list[Token], decimals: list[Token], sign: str) -> str:
    """Return the number with its digits in the places of the format."""
    digits = [token.text for token in decimals if token.kind == "digit"][:MOST_DECIMALS]
    rounded = amount.quantize(Decimal(1).scaleb(-len(digits)), context=EXACT)
    before, _, after = f"{rounded:f}".partition(".")
    kept = max((place + 1 for place, digit in enumerate(digits) if digit == "0" or after[place] != "0"), default=0)
    before = "" if before == "0" and not any(token.text == "0" for token in whole if token.kind == "digit") else before
    sign = "" if not rounded else sign
    rest = iter(after[:kept])
    point = "." if kept else ""
    behind = "".join(next(rest, "") if token.kind == "digit" else shown(token) for token in decimals)
    return sign + whole_part(before, whole) + point + behind


def shown(token: Token) -> str:
    """Return the text of a token that isn't a digit: marks other than the percent sign have none."""
    return token.text if token.kind != "mark" or token.text == "%" else ""


def whole_part(digits: str, tokens: list[Token]) -> str:
    """Return the digits before the decimal point in their places; the first place takes all that are left."""
    places = [place for place, token in enumerate(tokens) if token.kind == "digit"]
    grouped = has_thousands(tokens, places)
    pieces: list[str] = []
    left, count = list(digits), 0
    for place in range(len(tokens) - 1, -1, -1):
        if tokens[place].kind != "digit":
            pieces.append(shown(tokens[place]))
            continue
        many = len(left) if place == places[0] else 1
        taken = [left.pop() for _ in range(min(many, len(left)))] or (["0"] if tokens[place].text == "0" else [])
        for digit in taken:
            pieces += ([","] if grouped and count and count % 3 == 0 else []) + [digit]
            count += 1
    return "".join(reversed(pieces))


def has_thousands(tokens: list[Token], places: list[int]) -> bool:
    """Return True if a comma is between the digits."""
    between = tokens[places[0] : places[-1]] if places else []
    return any(token == Token("mark", ",") for token in between)


def scientific(amount: Decimal, tokens: list[Token]) -> str:
    """Return the number with an exponent: 1.20E+06."""
    at = next(place for place, token in enumerate(tokens) if token.kind == "exponent")
    whole, decimals = divided(tokens[:at])
    step = max(sum(token.kind == "digit" for token in whole), 1)
    power = amount.adjusted() if amount else 0
    power -= power % step
    width = sum(token.kind == "digit" for token in tokens[at:])
    sign = "-" if power < 0 else "+" if tokens[at].text.endswith("+") else ""
    mantissa = place_digits(amount.scaleb(-power), whole, decimals, "")
    return f"{mantissa}E{sign}{abs(power):0{max(width, 1)}d}"


def fraction(amount: Decimal, tokens: list[Token]) -> str:
    """Return the number as a fraction: 1 1/2."""
    at = next(place for place, token in enumerate(tokens) if token == Token("mark", "/"))
    below = "".join(token.text for token in tokens[at + 1 :]).strip()
    wanted = Fraction(amount)
    if below.isdecimal() and int(below):
        parts, bottom = round(wanted * int(below)), int(below)
    else:
        size = min(max(len(below), 1), MOST_DENOMINATOR_DIGITS)
        near = wanted.limit_denominator(10**size - 1)
        parts, bottom = near.numerator, near.denominator
    has_whole = any(token.text == " " for token in tokens[:at])
    whole, top = divmod(parts, bottom) if has_whole else (0, parts)
    words = [str(whole)] if whole or not top else []
    return " ".join([*words, f"{top}/{bottom}"] if top else words)
