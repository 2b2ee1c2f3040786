"""Check stylesheets for problems that the formatter doesn't find."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import tinycss2
from tinycss2.ast import AtRule, Declaration, Node, QualifiedRule

# The properties in use. A new one is added here, so that a mistyped one is noticed.
IN_USE = """
    accent-color align-items animation appearance background background-color border border-bottom border-bottom-color
    border-color border-left border-left-color border-radius border-top box-shadow break-after break-before
    break-inside caption-side clear clip-path color color-scheme column-gap columns content counter-increment counter-reset
    cursor display fill flex flex-basis flex-direction flex-wrap float font-family font-size font-variant-numeric
    font-weight gap grid-area grid-column grid-row grid-template-columns height inset justify-content justify-self
    left letter-spacing line-height list-style margin margin-bottom margin-inline margin-left margin-right margin-top
    max-height max-width min-height min-width object-fit object-position opacity order outline outline-offset overflow
    overflow-wrap overflow-x overflow-y padding padding-bottom padding-left padding-right padding-top page place-items
    pointer-events position print-color-adjust right scroll-behavior scroll-margin-top scroll-padding-top scrollbar-width
    size stroke stroke-linejoin stroke-width text-align text-decoration text-decoration-thickness text-overflow
    text-underline-offset text-wrap top transition vertical-align visibility white-space width z-index
"""
PROPERTIES = frozenset(IN_USE.split())
UNITS = frozenset({"ch", "deg", "em", "fr", "in", "ms", "pt", "px", "rem", "s", "vh", "vw"})
AT_RULES = frozenset({"font-face", "keyframes", "media", "page", "supports"})
HEX_COLOR = re.compile(r"(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\Z", re.IGNORECASE)


def stylesheets(root: Path) -> list[Path]:
    """Return the project's own stylesheets."""
    return sorted((root / "static").rglob("*.css"))


def problems(root: Path) -> list[str]:
    """Return the problems in the project's stylesheets, as `file:line: problem`."""
    paths = stylesheets(root)
    defined = _bootstrap_variables().union(*(_variables(path.read_text()) for path in paths))
    return [
        f"{path.relative_to(root)}:{line}: {problem}"
        for path in paths
        for line, problem in faults(path.read_text(), defined)
    ]


def faults(css: str, defined: Iterable[str] = ()) -> list[tuple[int, str]]:
    """Return the line and the problem of each fault in a stylesheet; `defined` are variables of other stylesheets."""
    known = _variables(css).union(defined)
    return sorted(_in_rules(tinycss2.parse_stylesheet(css, skip_whitespace=True), known))


def declarations(css: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, property and value of each declaration, except of variables and in `@page`."""
    return _declarations(tinycss2.parse_stylesheet(css, skip_whitespace=True))


def _declarations(nodes: list[Node]) -> Iterator[tuple[int, str, str]]:
    for node in nodes:
        if isinstance(node, Declaration) and not node.name.startswith("--"):
            yield node.source_line, node.name, tinycss2.serialize(node.value).strip()
        elif isinstance(node, QualifiedRule) or (isinstance(node, AtRule) and node.lower_at_keyword != "page"):
            yield from _declarations(_inside(node))


def _inside(rule: Any) -> list[Node]:
    nodes: list[Node] = tinycss2.parse_blocks_contents(rule.content or [], skip_whitespace=True)
    return nodes


def _in_rules(nodes: list[Node], known: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield the faults of a stylesheet, an at-rule or a nested block."""
    selectors: dict[str, int] = {}
    for node in nodes:
        if node.type == "error":
            yield node.source_line, f"not CSS: {node.message}"
        elif isinstance(node, QualifiedRule):
            selector = " ".join(tinycss2.serialize(node.prelude).split())
            if selector in selectors:
                yield node.source_line, f"the selector {selector} already has a rule at line {selectors[selector]}"
            selectors[selector] = node.source_line
            yield from (
                (token.source_line, f"not CSS: {token.message}") for token in node.prelude if token.type == "error"
            )
            yield from _in_block(node, known)
        elif isinstance(node, AtRule):
            if node.lower_at_keyword not in AT_RULES:
                yield node.source_line, f"unknown at-rule @{node.at_keyword}"
            yield from _in_values(node.prelude, known)
            yield from _in_block(node, known)


def _in_block(rule: Any, known: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield the faults inside a rule's braces."""
    nodes = _inside(rule)
    own = [node for node in nodes if isinstance(node, Declaration)]
    if all(node.type == "comment" for node in nodes):
        yield rule.source_line, "an empty block"
    if any(node.important for node in own) and not any(node.type == "comment" for node in nodes):
        yield rule.source_line, "!important needs a comment in its block that says why"
    lines: dict[str, int] = {}
    for node in own:
        if node.name in lines:
            yield node.source_line, f"{node.name} is already set at line {lines[node.name]}"
        lines[node.name] = node.source_line
        if not node.name.startswith("--") and node.name not in PROPERTIES:
            yield node.source_line, f"unknown property {node.name}; if it is new, add it to IN_USE"
        yield from _in_values(node.value, known)
    yield from _in_rules([node for node in nodes if not isinstance(node, Declaration)], known)


def _in_values(tokens: list[Node], known: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield the faults of a value or of an at-rule's condition."""
    for token in tokens:
        if token.type == "error":
            yield token.source_line, f"not CSS: {token.message}"
        elif token.type == "dimension" and token.lower_unit not in UNITS:
            yield token.source_line, f"unknown unit {token.unit}; if it is new, add it to UNITS"
        elif token.type == "hash" and not HEX_COLOR.match(token.value):
            yield token.source_line, f"#{token.value} isn't a color"
        elif token.type == "function":
            names = [part.value for part in token.arguments if part.type == "ident"]
            if token.lower_name == "var" and names and names[0] not in known:
                yield token.source_line, f"the variable {names[0]} isn't set anywhere"
            yield from _in_values(token.arguments, known)
        elif token.type in {"() block", "[] block", "{} block"}:
            yield from _in_values(token.content, known)


def _variables(css: str) -> frozenset[str]:
    """Return the custom properties that a stylesheet sets."""
    return frozenset(re.findall(r"(--[\w-]+)\s*:", css))


@cache
def _bootstrap_variables() -> frozenset[str]:
    spec = find_spec("flask_bootstrap")
    folders = (spec and spec.submodule_search_locations) or []
    return frozenset[str]().union(
        *(_variables(path.read_text()) for folder in folders for path in Path(folder).rglob("bootstrap.min.css"))
    )
