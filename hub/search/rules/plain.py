"""Text as people read it: without the signs of Markdown in which some of it was written. Pure."""

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
    """``text`` without emphasis, headings' marks, rules and addresses of links; cells of a table are parted by dots.

    What only looks a little like Markdown (5 * 3, snake_case) stays as it is. Runs of white space within a line
    become one space.
    """
    if not _SIGNS.search(text):
        return text
    text = "\n".join(_line(" ".join(line.split())) for line in text.split("\n"))
    text = _ADDRESS.sub(r"\1", _LINK.sub(r"\1", _CODE.sub(r"\2", text)))
    text = _LOW_LINES.sub(r"\2", _STARS.sub(r"\2", _STARS.sub(r"\2", text)))
    return _ESCAPE.sub(r"\1", text)


def _line(line: str) -> str:
    """One line without what stands at its beginning, and between the cells of a table."""
    if "---" in line and _OF_RULES.issuperset(line):
        return ""
    line = _BULLET.sub("• ", _LINE_START.sub("", line)) if line[:1] in "#>-*+" else line
    return _CELLS.sub(" · ", line.strip("| ")) if "|" in line else line
