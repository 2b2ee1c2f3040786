"""S/MIME: what a message says that is signed in one piece, and whether one is encrypted (RFC 8551, RFC 5652).

Mail programs write it in BER, whose elements may have no length, but an end mark; so its own reader is here.
"""

import re
import zlib
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from dataclasses import dataclass

PKCS7, SMIME = bytes.fromhex("2a864886f70d0107"), bytes.fromhex("2a864886f70d01091001")
SIGNED, COMPRESSED = PKCS7 + b"\x02", SMIME + b"\x09"
ENCRYPTED = {PKCS7 + b"\x03", PKCS7 + b"\x06", SMIME + b"\x17"}  # enveloped, encrypted, authenticated-enveloped
ENCRYPTED_TYPES = {"enveloped-data", "authenveloped-data", "encrypted-data"}
LONGEST = 60_000_000  # bytes
MOST_ELEMENTS = 500_000
DEEPEST = 8
ARMOR = re.compile(rb"\s{0,99}-----BEGIN [A-Z0-9 ]{1,40}-----\s{0,9}([A-Za-z0-9+/=\s]*)")

OCTETS = 4
CONSTRUCTED = 0x20
LONG_TAG = 0x1F
LONG_LENGTH = 0x80
END = b"\0\0"


class Damaged(ValueError):
    """Raised when a message isn't built as the standard says."""


class Encrypted(Exception):
    """Raised when a message can't be read without a key."""


@dataclass(frozen=True)
class Element:
    """An element of BER: its tag, and where its content begins and ends; `end` is -1 if only an end mark ends it."""

    tag: int
    is_constructed: bool
    start: int
    end: int


def contained(content: bytes, smime_type: str) -> bytes:
    """Return the message in a signed or compressed one; b"" when it has only certificates.

    Raises Encrypted when it is encrypted, Damaged when it isn't built as the standard says.
    """
    if smime_type.lower() in ENCRYPTED_TYPES:
        raise Encrypted
    content = unarmored(content)
    try:
        kind, data = list(inside(content, element_at(content, 0)))[:2]
        oid = content[kind.start : kind.end]
        if oid in ENCRYPTED:
            raise Encrypted
        if oid not in {SIGNED, COMPRESSED}:
            raise Damaged(oid)
        (body,) = inside(content, data)
        envelope = list(inside(content, body))[2]
        payload = octets(content, envelope)
        return payload if oid == SIGNED else decompressed(payload)
    except (IndexError, ValueError, zlib.error) as error:
        raise Damaged(repr(error)) from error


def decompressed(payload: bytes) -> bytes:
    """Return a compressed message; raises Damaged if it is cut off or too long."""
    decompressor = zlib.decompressobj()
    content = decompressor.decompress(payload, LONGEST)
    if not decompressor.eof:
        raise Damaged(len(content))
    return content


def unarmored(content: bytes) -> bytes:
    """Return the bytes of a message that is written in letters (PEM)."""
    armor = ARMOR.match(content)
    try:
        return b64decode(armor[1]) if armor else content
    except Error:
        return b""


def octets(content: bytes, envelope: Element) -> bytes:
    """Return the bytes that an envelope carries; b"" when it carries none. They may be in pieces."""
    carried = list(inside(content, envelope))[1:]
    waiting = [(element, 1) for element in reversed(carried)]
    pieces: list[bytes] = []
    for _ in range(MOST_ELEMENTS):
        if not waiting:
            return b"".join(pieces)
        element, depth = waiting.pop()
        if element.is_constructed and depth <= DEEPEST:
            waiting += [(inner, depth + 1) for inner in reversed(list(inside(content, element)))]
        elif element.tag == OCTETS:
            pieces.append(content[element.start : element.end])
    raise Damaged(len(waiting))


def element_at(content: bytes, place: int) -> Element:
    """Return the element that begins at a place; raises IndexError or Damaged if none does."""
    first = content[place]
    length = content[place + 1]
    if first & LONG_TAG == LONG_TAG:
        raise Damaged(first)
    start = place + 2
    if length == LONG_LENGTH:
        return Element(first & ~CONSTRUCTED, bool(first & CONSTRUCTED), start, -1)
    if length > LONG_LENGTH:
        count = length - LONG_LENGTH
        length = int.from_bytes(content[start : start + count], "big")
        start += count
    if start + length > len(content):
        raise Damaged(length)
    return Element(first & ~CONSTRUCTED, bool(first & CONSTRUCTED), start, start + length)


def inside(content: bytes, outer: Element) -> Iterator[Element]:
    """Yield the elements in one; raises IndexError or Damaged where they are damaged."""
    place = outer.start
    while place < outer.end if outer.end >= 0 else content[place : place + 2] != END:
        element = element_at(content, place)
        place = element.end if element.end >= 0 else after(content, element)
        yield element


def after(content: bytes, element: Element) -> int:
    """Return the place behind an element that only an end mark ends."""
    depth, place = 1, element.start
    for _ in range(MOST_ELEMENTS):
        if content[place : place + 2] == END:
            depth, place = depth - 1, place + 2
            if not depth:
                return place
            continue
        inner = element_at(content, place)
        place, depth = (inner.end, depth) if inner.end >= 0 else (inner.start, depth + 1)
    raise Damaged(place)
