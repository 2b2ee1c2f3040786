"""The headers of a message, as its sender meant them, and the parsing of messages within bounds."""

import binascii
import quopri
import re
from datetime import date
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesFeedParser
from email.utils import parsedate_to_datetime

from hub.library.extract import charsets
from hub.library.extract.pages import one_line
from hub.library.extract.problems import TOO_LARGE, Unreadable
from hub.library.extract.properties import plausible

LONGEST_HEADER = 8_000  # characters; the standard parsers take more than linear time
LONGEST_SENDER = 200
CHUNK = 1 << 20
MOST_COMPARED = 40_000_000  # lines times the parts that are open at the same time, which bounds the time of parsing
UNPARSED = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError)

BOUNDARY = re.compile(rb'(?i)\bboundary\s{0,9}=\s{0,9}"?([^"\r\n;]{1,200})|(?m:^--([^\r\n]{1,202}))')
FOLD = re.compile(r"\r?\n(?=[ \t])|[\r\n]")
ENCODED = re.compile(r"=\?([^?\s]{1,60})\?([bqBQ])\?([^?]*)\?=")
BETWEEN = re.compile(r"(\?=)\s+(=\?[^?\s]{1,60}\?[bqBQ]\?)")


class BoundedPolicy(policy.Compat32):
    """A policy that cuts long headers, and decodes headers with bytes outside of ASCII instead of replacing them."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return a header's name and its value, cut to the longest that is read."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_HEADER]

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002  (the name is part of the interface)
        """Return a header's value on one line; without a declared character set, it is UTF-8 or Windows-1252."""
        line = FOLD.sub("", value)
        return line if line.isascii() else charsets.decoded(line.encode("utf-8", "surrogateescape"))


POLICY = BoundedPolicy()


def parsed(content: bytes) -> Message:
    """Return a message or a part of one; raises Unreadable if it is built to take forever."""
    if most_open(content) * content.count(b"\n") > MOST_COMPARED:
        raise Unreadable(TOO_LARGE)
    parser: BytesFeedParser[Message] = BytesFeedParser(policy=POLICY)
    try:
        for start in range(0, len(content), CHUNK):  # in one piece, it would need several times the memory
            parser.feed(content[start : start + CHUNK])
        return parser.close()
    except UNPARSED as error:
        raise Unreadable(TOO_LARGE) from error


def most_open(content: bytes) -> int:
    """Return how many parts that have parts are open at the same time, at most; the parser compares each line with each."""
    opened: dict[bytes, None] = {}
    most = 0
    for match in BOUNDARY.finditer(content):
        if match[1]:
            opened[match[1].rstrip()] = None
            most = max(most, len(opened))
            continue
        line = match[2].rstrip()
        name = line if line in opened else line.removesuffix(b"--")
        if name in opened:
            while next(reversed(opened)) != name:
                opened.popitem()
            if name != line:
                opened.popitem()
    return most


def looks_like_message(message: Message) -> bool:
    """Return True if it has a header that each message has."""
    return any(name in message for name in ("from", "subject", "date"))


def header(message: Message, name: str) -> str:
    """Return a header's decoded text; "" when it is missing or malformed."""
    try:
        return one_line(decoded_words(str(message.get(name) or "")), LONGEST_HEADER)
    except UNPARSED:
        return ""


def decoded_words(value: str) -> str:
    """Return a header's value with its encoded words (RFC 2047) decoded.

    Words next to each other are one text: a character may begin in one and end in the next.
    """
    joined = BETWEEN.sub(r"\1\2", value)
    result: list[str] = []
    last, held, name = 0, b"", ""
    for match in ENCODED.finditer(joined):
        content = word_bytes(match[2].lower(), match[3])
        if match.start() > last or match[1].lower() != name:
            result += [charsets.decoded(held, name) if held else "", joined[last : match.start()]]
            held, name = b"", match[1].lower()
        held, last = held + content, match.end()
    return "".join([*result, charsets.decoded(held, name) if held else "", joined[last:]])


def word_bytes(encoding: str, word: str) -> bytes:
    """Return the bytes of an encoded word, as far as it is well formed."""
    ascii_word = word.encode("ascii", "ignore")
    if encoding == "q":
        return quopri.decodestring(ascii_word.replace(b"_", b" "), header=False)
    try:
        return binascii.a2b_base64(ascii_word + b"===")
    except binascii.Error:
        return b""


def sender(message: Message) -> str:
    """Return who the message is from, with their address."""
    return one_line(header(message, "from") or header(message, "sender"), LONGEST_SENDER)


def sent_on(message: Message) -> date | None:
    """Return the day on which the message was sent, in the sender's time zone."""
    try:
        return plausible(parsedate_to_datetime(header(message, "date")).date())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def file_name(part: Message) -> str:
    """Return the file name of a part; "" when it has none."""
    try:
        return one_line(decoded_words(part.get_filename() or ""))
    except UNPARSED:
        return ""


def parameter(part: Message, name: str) -> str:
    """Return a parameter of a part's Content-Type; "" when it is missing or malformed."""
    try:
        value = part.get_param(name, "")
    except UNPARSED:
        return ""
    return str(value[2] if isinstance(value, tuple) else value or "")


def as_bytes(content: bytes) -> bytes:
    """Return the source of a message without what programs write in front of it, and in UTF-8 if it was in UTF-16."""
    wide = charsets.wide_encoding(content)
    if wide or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = charsets.decoded(content).encode("utf-8", "replace")
    return content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t ")
