"""How templates are written out: without the indentation that makes them readable."""

import re
from collections.abc import Iterable, Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

# White space that begins a new line, with the sign before and after it.
_BREAK = re.compile(r"(.?)[ \t]*\n\s*(.?)", re.DOTALL)
# Indentation whose line break Jinja took away, since a block ended there.
_INDENTATION = re.compile(r"\A[ \t]{2,}")
# White space at the edges of a block of text, which no browser shows.
_BLOCK = r"(?:p|td|th|li|dd|dt|h[1-6]|caption|summary|legend|figcaption)"
_EDGE = re.compile(rf"(<{_BLOCK}(?:\s[^<>]*)?>)\s+|\s+(</{_BLOCK}>)", re.IGNORECASE)
# Where white space is text: none of it is changed from here on, until the element ends.
_KEEPS_SPACE = re.compile(r"<(/?)(?:pre|textarea)\b", re.IGNORECASE)


class Unindented(Extension):
    """Write each line break of a template with its indentation as one: a line break beside a tag, else a space.

    At the edges of a paragraph, a cell and the like it is left out.

    It happens once, when a template is compiled. What values hold is never changed.
    """

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Called by Jinja with the tokens of a template."""
        return _unindented(stream)


def _unindented(tokens: Iterable[Token]) -> Iterator[Token]:
    keeps = False
    for token in tokens:
        if token.type != "data":
            yield token
            continue
        if not keeps and not _KEEPS_SPACE.search(token.value):
            text = _EDGE.sub(r"\1\2", _INDENTATION.sub("", token.value))
            yield Token(token.lineno, "data", _BREAK.sub(_one, text))
            continue
        for found in _KEEPS_SPACE.finditer(token.value):
            keeps = not found[1]
        yield token


def _one(found: re.Match[str]) -> str:
    before, after = found[1], found[2]
    return f"{before}\n{after}" if before == ">" or after == "<" else f"{before} {after}"
