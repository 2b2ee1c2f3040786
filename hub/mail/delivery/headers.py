"""Writes the header fields of emails as bytes, in the forms that every mail program reads. Pure.

Python's own policies encode a token that is longer than a line (RFC 2047). That breaks URLs, ids and addresses, which
must be literal (RFC 2369, 5322, 8058); see docs/decisions/0014-the-hub-writes-its-own-headers.md.
"""

import re
from base64 import b64encode
from collections.abc import Sequence

LINE = 76  # octets that a line should have at most, without its end (RFC 5322 2.1.1, RFC 2047 2)
LONGEST_LINE = 998  # octets that it may have
LONGEST_ENCODED_WORD = 75  # RFC 2047 2
LONGEST_PLAIN_WORD = 500  # characters; longer words for people are encoded, so that they can be folded

_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
_ATOMS = re.compile(r"[\w!#$%&'*+/=?^`{|}~ -]+", re.ASCII)  # RFC 5322 3.2.3
_SAFE_IN_PHRASE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")  # RFC 2047 5


def literal(name: str, value: str) -> bytes:
    """Return a field of ASCII tokens, such as URLs and ids, which stay as they are; folded only at single spaces.

    Raises ValueError if ``value`` has other characters, or a token that doesn't fit in a line.
    """
    if not _PLAIN.fullmatch(value):
        message = f"{name} can't have {value!r}: it needs ASCII tokens with single spaces between them."
        raise ValueError(message)
    return _folded(name, value.split(" "))


def words(name: str, value: str) -> bytes:
    """Return a field of words for people, such as Subject; encoded unless it is plain ASCII."""
    return _folded(name, _plain_words(value) or _encoded_words(value, after=len(name) + 2))


def mailbox(name: str, display_name: str, address: str) -> bytes:
    """Return a field with one address, which stays as it is; in UTF-8 if it isn't ASCII (RFC 6532).

    Raises ValueError if the address has a space, a bracket or a control character.
    """
    if not re.fullmatch(r"[^\s<>\x00-\x1f\x7f]+@[^\s<>\x00-\x1f\x7f]+", address):
        message = f"{name} can't have {address!r}: it isn't an email address."
        raise ValueError(message)
    if not display_name:
        return _folded(name, [address])
    return _folded(name, [*_phrase(display_name, after=len(name) + 2), f"<{address}>"])


def _phrase(text: str, after: int) -> list[str]:
    """Return a display name as atoms, as a quoted string or encoded, in pieces between which it may be folded."""
    plain = _plain_words(text)
    if plain is None:
        return _encoded_words(text, after)
    return plain if _ATOMS.fullmatch(text) else ('"' + re.sub(r'(["\\])', r"\\\1", text) + '"').split(" ")


def _plain_words(text: str) -> list[str] | None:
    """Return the words of a text that needs no encoding; None if it does, also because it looks encoded."""
    if not _PLAIN.fullmatch(text) or "=?" in text:
        return None
    plain = text.split(" ")
    return plain if max(map(len, plain)) <= LONGEST_PLAIN_WORD else None


def _encoded_words(text: str, after: int) -> list[str]:
    """Return encoded words (RFC 2047), in the shorter encoding; readers drop the spaces between them.

    The first one leaves room for ``after`` octets before it on its line.
    """
    encode = min((_q_encoded, _b_encoded), key=lambda encoding: len(encoding(text)))
    encoded, part = list[str](), ""
    for letter in text:
        most = LONGEST_ENCODED_WORD if encoded else LINE - after
        if part and len(encode(part + letter)) > most:
            encoded.append(encode(part))
            part = ""
        part += letter
    return [*encoded, encode(part)]


def _q_encoded(text: str) -> str:
    octets = text.encode("utf-8", "replace")
    return f"=?utf-8?q?{''.join(_q_letter(octet) for octet in octets)}?="


def _q_letter(octet: int) -> str:
    if octet == ord(" "):
        return "_"
    return chr(octet) if octet in _SAFE_IN_PHRASE else f"={octet:02X}"


def _b_encoded(text: str) -> str:
    return f"=?utf-8?b?{b64encode(text.encode('utf-8', 'replace')).decode()}?="


def _folded(name: str, tokens: Sequence[str]) -> bytes:
    """Return the field with its CRLF, with a line break before each token that would make a line too long.

    The first token stays on the field's first line if at all possible, for programs that don't unfold.
    """
    line, lines = f"{name}:".encode("ascii"), list[bytes]()
    for place, token in enumerate(tokens):
        most = LONGEST_LINE if place == 0 else LINE
        octets = b" " + token.encode("utf-8", "replace")
        if len(octets) > LONGEST_LINE:
            message = f"{name} can't have a word of {len(octets)} octets: a line of email has up to {LONGEST_LINE}."
            raise ValueError(message)
        if len(line) + len(octets) > most:
            lines.append(line)
            line = octets
        else:
            line += octets
    return b"\r\n".join([*lines, line]) + b"\r\n"
