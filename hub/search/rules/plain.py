"""Plain text of Markdown, for snippets. Pure."""

import re

_SIGNS = re.compile(r"[*_|`#>\[\]\\]|^[ \t]{0,12}[-+] ", re.MULTILINE)
_LINE_START = re.compile(r"^(?:#{1,6} |(?:> ?)+)")
_BULLET = re.compile(r"^[-*+] (?=\S)")
_LINK = re.compile(r"!?\[([^\[\]\n]{1,300})\]\([^()\s]{1,500}(?: \"[^\"\n]{0,200}\")?\)")
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,500})>")
_CODE = re.compile(r"(`{1,3})([^`]{1,500})\1")
_STARS = re.compile(r"(?<![\\*])(\*{1,3})(?=[^\s*])([^*]{0,499}[^\s*\\])\1(?!\*)")
_LOW_LINES = re.compile(r"(?<![\w\\])(_{1,3})(?=[^\s_])([^_]{0,499}[^\s_\\])\1(?!\w)")
_CELLS = re.compile(r" ?(?<!\\)\| ?")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")
_OF_RULES = frozenset("|-: ")


def plain(text: str) -> str:
    """Return ``text`` without Markdown syntax: emphasis, headings, rules, link targets; table cells get dots between.

    Text that only resembles Markdown (5 * 3, snake_case) stays the same. Runs of white space in a line become one
    space.
    """
    if not _SIGNS.search(text):
        return text
    text = "\n".join(_line(" ".join(line.split())) for line in text.split("\n"))
    text = _ADDRESS.sub(r"\1", _LINK.sub(r"\1", _CODE.sub(r"\2", text)))
    text = _LOW_LINES.sub(r"\2", _STARS.sub(r"\2", _STARS.sub(r"\2", text)))
    return _ESCAPE.sub(r"\1", text)


def _line(line: str) -> str:
    """Return a line without heading, quote and list markers, and with dots between table cells."""
    if "---" in line and _OF_RULES.issuperset(line):
        return ""
    line = _BULLET.sub("• ", _LINE_START.sub("", line)) if line[:1] in "#>-*+" else line
    return _CELLS.sub(" · ", line.strip("| ")) if "|" in line else line
