"""Equations of Office (OMML) and OpenDocument (MathML) as text on one line: "Throughput = parts / day"."""

import re
from collections.abc import Callable

from hub.library.extract.container import Element, attribute, local_name, walk

Texts = dict[Element, str]

NOT_READ = frozenset(
    {"annotation", "annotation-xml", "Fallback", "del", "moveFrom", "mphantom", "rPr", "ctrlPr", "instrText"}
)
OPERATOR = re.compile(r"[-+−±×·*/=<>≤≥≈]")
SPACED = frozenset("=<>≤≥≈≠+−±×·→⇒∈")
INVISIBLE = "\u2061\u2062\u2063\u2064"
MANY_SPACES = re.compile(r"\s+")


def equation_text(root: Element) -> str:
    """Return the equation in an element, read from left to right; "" when it is blank."""
    elements = list(walk(root, NOT_READ))
    texts: Texts = {}
    # Backward, so that each element comes after its children, and no depth of nesting matters.
    for element in reversed(elements):
        rule = RULES.get(local_name(element), joined)
        texts[element] = rule(element, texts)
    return MANY_SPACES.sub(" ", texts.get(root, "")).strip()


def joined(element: Element, texts: Texts) -> str:
    """Return the texts of the children, one after another."""
    return "".join(texts.get(child, "") for child in element)


def spaced(element: Element, texts: Texts) -> str:
    """Return the texts of the children of a MathML row, with a space between words and numbers that touch."""
    row = ""
    for child in element:
        text = texts.get(child, "")
        touches = row[-1:].isalnum() and text[:1].isalnum()
        row += f" {text}" if touches else text
    return row


def own(element: Element, texts: Texts) -> str:  # noqa: ARG001 - the rules have one signature
    """Return the element's own text, without invisible operators."""
    return "".join(element.itertext()).translate(dict.fromkeys(map(ord, INVISIBLE)))


def operator(element: Element, texts: Texts) -> str:
    """Return a MathML operator, with spaces where people write them."""
    sign = own(element, texts).strip()
    return f" {sign} " if sign in SPACED else f"{sign} " if sign in {",", ";"} else sign


def parts(element: Element, texts: Texts) -> list[str]:
    """Return the texts of the children that are arguments, not properties."""
    return [texts[child].strip() for child in element if child in texts and not local_name(child).endswith("Pr")]


def part(element: Element, texts: Texts, name: str) -> str:
    """Return the text of the first child with that name; "" when there is none."""
    return next((texts[child].strip() for child in element if local_name(child) == name and child in texts), "")


def grouped(text: str) -> str:
    """Return the text in parentheses if it has an operator."""
    bracketed = text.startswith("(") and text.find(")") == len(text) - 1
    return f"({text})" if OPERATOR.search(text) and not bracketed else text


def fraction(element: Element, texts: Texts) -> str:
    """Return "numerator / denominator"."""
    above, below = [*parts(element, texts), "", ""][:2]
    return f"{grouped(above)} / {grouped(below)}"


def scripts(*marks: str) -> Callable[[Element, Texts], str]:
    """Return a rule for a base with scripts, each after its mark."""

    def rule(element: Element, texts: Texts) -> str:
        base, *rest = parts(element, texts) or [""]
        scripted = (mark + grouped(text) for mark, text in zip(marks, rest, strict=False) if text)
        # A space at the end, so that the next letter isn't read as part of the script.
        return base + "".join(scripted) + " "

    return rule


def before(element: Element, texts: Texts) -> str:
    """Return a base with scripts in front of it."""
    base = part(element, texts, "e")
    return f"_{part(element, texts, 'sub')}^{part(element, texts, 'sup')} {base}"


def root_of(element: Element, texts: Texts) -> str:
    """Return a square or other root of OMML."""
    return f"{part(element, texts, 'deg')}√({part(element, texts, 'e')})"


def square_root(element: Element, texts: Texts) -> str:
    """Return a square root of MathML."""
    return f"√({joined(element, texts).strip()})"


def indexed_root(element: Element, texts: Texts) -> str:
    """Return a root of MathML with its index."""
    base, index = [*parts(element, texts), "", ""][:2]
    return f"{index}√({base})"


def setting(element: Element, name: str, default: str) -> str:
    """Return a setting in the properties of an OMML element."""
    for entry in element.iterfind("{*}" + local_name(element) + "Pr/{*}" + name):
        return attribute(entry, "val")
    return default


def large(element: Element, texts: Texts) -> str:
    """Return a sum, a product or an integral with its bounds."""
    low, high = part(element, texts, "sub"), part(element, texts, "sup")
    bounds = (f"_({low})" if low else "") + (f"^({high})" if high else "")
    return f"{setting(element, 'chr', '∫')}{bounds} {part(element, texts, 'e')}"


def enclosed(element: Element, texts: Texts) -> str:
    """Return terms in brackets."""
    between = setting(element, "sepChr", "|")
    begin, end = setting(element, "begChr", "("), setting(element, "endChr", ")")
    return begin + f"{between} ".join(parts(element, texts)) + end


def fenced(element: Element, texts: Texts) -> str:
    """Return terms in the brackets of MathML."""
    return f"{element.get('open', '(')}{', '.join(parts(element, texts))}{element.get('close', ')')}"


def function(element: Element, texts: Texts) -> str:
    """Return a function and its argument."""
    return f"{part(element, texts, 'fName')} {part(element, texts, 'e')}"


def listed(between: str) -> Callable[[Element, Texts], str]:
    """Return a rule for parts with that text between them."""
    return lambda element, texts: between.join(text for text in parts(element, texts) if text)


RULES: dict[str, Callable[[Element, Texts], str]] = {
    # Office
    "t": own,
    "f": fraction,
    "sSub": scripts("_"),
    "sSup": scripts("^"),
    "sSubSup": scripts("_", "^"),
    "sPre": before,
    "rad": root_of,
    "nary": large,
    "d": enclosed,
    "func": function,
    "limLow": scripts("_"),
    "limUpp": scripts("^"),
    "m": listed("; "),
    "mr": listed(", "),
    "eqArr": listed("; "),
    "oMathPara": listed("; "),
    # OpenDocument
    **dict.fromkeys(("math", "semantics", "mrow", "mstyle", "mpadded"), spaced),
    "mi": own,
    "mn": own,
    "mtext": own,
    "ms": own,
    "mo": operator,
    "mspace": lambda element, texts: " ",  # noqa: ARG005 - the rules have one signature
    "mfrac": fraction,
    "msup": scripts("^"),
    "msub": scripts("_"),
    "msubsup": scripts("_", "^"),
    "munder": scripts("_"),
    "mover": scripts("^"),
    "munderover": scripts("_", "^"),
    "msqrt": square_root,
    "mroot": indexed_root,
    "mfenced": fenced,
    "mtable": listed("; "),
    "mtr": listed(", "),
}
