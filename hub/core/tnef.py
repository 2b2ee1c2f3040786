"""Outlook's winmail.dat ([MS-OXTNEF]): the text and the files that old Outlooks pack into one attachment. Pure.

It is a signature and a key, then attributes of level, number, length, data and checksum; two of the attributes are
lists of properties ([MS-OXCDATA]). Everything in it is untrusted: what is cut off or inconsistent is left out.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

SIGNATURE = b"\x78\x9f\x3e\x22"
KEY_END = 6
HEADER = 9  # level, number and length of an attribute
CHECKSUM = 2

SUBJECT = 0x00018004
BODY = 0x0002800C
CODE_PAGE = 0x00069007
MESSAGE_PROPERTIES = 0x00069003
ATTACHMENT_BEGINS = 0x00069002
ATTACHMENT_TITLE = 0x00018010
ATTACHMENT_DATA = 0x0006800F
ATTACHMENT_PROPERTIES = 0x00069005

PLAIN, RICH, HTML = 0x1000, 0x1009, 0x1013
SUBJECT_PROPERTY, SENDER_NAME, SENDER_ADDRESS = 0x0037, 0x0C1A, 0x0C1F
FILE_NAME, LONG_FILE_NAME, MEDIA_TYPE, CONTENT_ID = 0x3704, 0x3707, 0x370E, 0x3712
DATA_OBJECT = 0x3701
GUID = 16

FIXED_SIZES = {
    0x0000: 0,
    0x0001: 0,
    0x0002: 4,
    0x0003: 4,
    0x0004: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x000A: 4,
    0x000B: 4,
    0x0014: 8,
    0x0040: 8,
    0x0048: 16,
}
OBJECT, STRING, WIDE_STRING, BINARY = 0x000D, 0x001E, 0x001F, 0x0102
MANY = 0x1000
NAMED = 0x8000
MOST_ATTRIBUTES = 20_000
MOST_VALUES = 10_000


@dataclass
class PackedFile:
    """A file in a winmail.dat; `is_message` is True if its content is another winmail.dat with a whole message."""

    name: str = ""
    content: bytes = b""
    media_type: str = ""
    content_id: str = ""
    is_message: bool = False


@dataclass
class Packed:
    """What a winmail.dat holds: the text as plain text, compressed RTF and HTML, each empty if it is missing."""

    subject: str = ""
    sender: str = ""
    plain: str = ""
    rich: bytes = b""
    html: bytes = b""
    files: list[PackedFile] = field(default_factory=list)


def is_packed(content: bytes) -> bool:
    """Return True if these bytes are a winmail.dat."""
    return content.startswith(SIGNATURE)


def unpacked(content: bytes) -> Packed:
    """Return what a winmail.dat holds, as far as it is well formed; never raises."""
    packed, encoding = Packed(), "cp1252"
    for number, data in attributes(content):
        if number == CODE_PAGE and len(data) >= len(b"1252"):
            encoding = known(f"cp{int.from_bytes(data[:4], 'little')}")
        elif number == ATTACHMENT_BEGINS:
            packed.files.append(PackedFile())
        elif number == MESSAGE_PROPERTIES:
            take_message(packed, data, encoding)
        elif number == SUBJECT:
            packed.subject = packed.subject or text_of(data, encoding)
        elif number == BODY:
            packed.plain = packed.plain or text_of(data, encoding)
        elif number in {ATTACHMENT_TITLE, ATTACHMENT_DATA, ATTACHMENT_PROPERTIES}:
            if not packed.files:
                packed.files.append(PackedFile())
            take_file(packed.files[-1], number, data, encoding)
    packed.files = [each for each in packed.files if each.content]
    return packed


def is_whole(content: bytes) -> bool:
    """Return False if a winmail.dat ends within an attribute, or has too many of them."""
    offset = KEY_END
    for _ in range(MOST_ATTRIBUTES):
        if offset + HEADER > len(content):
            return offset <= len(content) + CHECKSUM
        offset += HEADER + int.from_bytes(content[offset + HEADER - 4 : offset + HEADER], "little") + CHECKSUM
    return False


def attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the attributes with their numbers; those that are cut off are left out."""
    offset = KEY_END
    for _ in range(MOST_ATTRIBUTES):
        if not content.startswith(SIGNATURE) or offset + HEADER > len(content):
            return
        number, length = struct.unpack_from("<II", content, offset + 1)
        data = content[offset + HEADER : offset + HEADER + length]
        if len(data) == length:
            yield number, data
        offset += HEADER + length + CHECKSUM


def take_message(packed: Packed, data: bytes, encoding: str) -> None:
    """Take a message's properties over."""
    values = dict(reversed(list(properties(data))))
    packed.subject = string(values, SUBJECT_PROPERTY, encoding) or packed.subject
    name, address = string(values, SENDER_NAME, encoding), string(values, SENDER_ADDRESS, encoding)
    packed.sender = f"{name} <{address}>" if name and "@" in address else name or address
    packed.plain = string(values, PLAIN, encoding) or packed.plain
    packed.rich = values[RICH][1] if RICH in values else b""
    if HTML in values:
        is_text = values[HTML][0] in {STRING, WIDE_STRING}
        packed.html = string(values, HTML, encoding).encode("utf-8-sig", "replace") if is_text else values[HTML][1]


def take_file(packed_file: PackedFile, number: int, data: bytes, encoding: str) -> None:
    """Take one attribute of a file over."""
    if number == ATTACHMENT_TITLE:
        packed_file.name = packed_file.name or text_of(data, encoding)
    elif number == ATTACHMENT_DATA:
        packed_file.content = packed_file.content or data
    else:
        values = dict(reversed(list(properties(data))))
        long_name = string(values, LONG_FILE_NAME, encoding) or string(values, FILE_NAME, encoding)
        packed_file.name = long_name or packed_file.name
        packed_file.media_type = string(values, MEDIA_TYPE, encoding)
        packed_file.content_id = string(values, CONTENT_ID, encoding)
        kind, value = values.get(DATA_OBJECT, (0, b""))
        if kind == OBJECT and is_packed(value[GUID:]):
            packed_file.content, packed_file.is_message = value[GUID:], True
        elif kind in {OBJECT, BINARY} and not packed_file.content:
            packed_file.content = value[GUID:] if kind == OBJECT else value


def properties(data: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
    """Yield the properties in a list: their numbers, types and first values. It ends at the first malformed one."""
    offset = 4
    try:
        for _ in range(min(struct.unpack_from("<I", data)[0], MOST_VALUES)):
            kind, number = struct.unpack_from("<HH", data, offset)
            offset += 4
            if number & NAMED:
                offset = after_name(data, offset)
            first, offset = value_at(data, offset, kind)
            yield number, (kind & ~MANY, first)
    except (struct.error, ValueError):
        return


def after_name(data: bytes, offset: int) -> int:
    """Return the offset behind the name of a named property."""
    is_string = struct.unpack_from("<I", data, offset + GUID)[0]
    length = struct.unpack_from("<I", data, offset + GUID + 4)[0] if is_string else 0
    return int(offset + GUID + 8 + padded(length))


def value_at(data: bytes, offset: int, kind: int) -> tuple[bytes, int]:
    """Return the first value of a property and the offset behind all of them; ValueError if it is malformed."""
    base = kind & ~MANY
    has_count = bool(kind & MANY) or base in {OBJECT, STRING, WIDE_STRING, BINARY}
    count = struct.unpack_from("<I", data, offset)[0] if has_count else 1
    offset += 4 if has_count else 0
    if count > MOST_VALUES or (base not in FIXED_SIZES and not has_count):
        raise ValueError(count)
    first = b""
    for place in range(count):
        if base in FIXED_SIZES:
            length, size = FIXED_SIZES[base], FIXED_SIZES[base]
        else:
            length = struct.unpack_from("<I", data, offset)[0]
            offset, size = offset + 4, padded(length)
        if offset + length > len(data):
            raise ValueError(length)
        first = data[offset : offset + length] if not place else first
        offset += size
    return first, offset


def padded(length: int) -> int:
    """Return a length rounded up to a multiple of four."""
    return (length + 3) // 4 * 4


def string(values: dict[int, tuple[int, bytes]], number: int, encoding: str) -> str:
    """Return a property as text; "" when it is missing."""
    kind, value = values.get(number, (0, b""))
    return text_of(value, "utf-16-le" if kind == WIDE_STRING else encoding)


def text_of(data: bytes, encoding: str) -> str:
    """Return a string that ends at its first NUL."""
    return data.decode(encoding, "replace").partition("\0")[0]


def known(encoding: str) -> str:
    """Return the name of a code page if Python knows it, otherwise that of Western Europe."""
    try:
        b"".decode(encoding)
    except LookupError:
        return "cp1252"
    return encoding
