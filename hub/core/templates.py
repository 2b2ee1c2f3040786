"""A Jinja extension that removes the indentation of templates from pages."""

import re
from collections.abc import Iterable, Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

# White space with a line break, and the characters before and after it.
_BREAK = re.compile(r"(.?)[ \t]*\n\s*(.?)", re.DOTALL)
# Indentation whose line break Jinja removed because a block ended there.
_INDENTATION = re.compile(r"\A[ \t]{2,}")
# White space at the start or end of a block of text, which browsers don't show.
_BLOCK = r"(?:p|td|th|li|dd|dt|h[1-6]|caption|summary|legend|figcaption)"
_EDGE = re.compile(rf"(<{_BLOCK}(?:\s[^<>]*)?>)\s+|\s+(</{_BLOCK}>)", re.IGNORECASE)
# Elements in which white space is significant: it isn't changed until they end.
_KEEPS_SPACE = re.compile(r"<(/?)(?:pre|textarea)\b", re.IGNORECASE)


class Unindented(Extension):
    """Collapses white space that contains a line break: to a line break next to a tag, otherwise to a space.

    At the start and end of a paragraph, cell or similar element it is removed. This happens once, when a template is
    compiled, so values are never changed.
    """

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Return the template's tokens without indentation. Jinja calls this."""
        return _unindented(stream)


def _unindented(tokens: Iterable[Token]) -> Iterator[Token]:
    keeps = False
    for token in tokens:
        if token.type != "data":
            yield token
            continue
        if not keeps and not _KEEPS_SPACE.search(token.value):
            text = _EDGE.sub(r"\1\2", _INDENTATION.sub("", token.value))
            yield Token(token.lineno, "data", _BREAK.sub(_collapsed, text))
            continue
        for match in _KEEPS_SPACE.finditer(token.value):
            keeps = not match[1]
        yield token


def _collapsed(match: re.Match[str]) -> str:
    before, after = match[1], match[2]
    return f"{before}\n{after}" if before == ">" or after == "<" else f"{before} {after}"
