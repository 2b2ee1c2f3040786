"""The decoding of text whose character set is declared wrongly, under another name, or not at all."""

import codecs
import re

BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Names that mail programs and web pages use, and Python either doesn't know or takes too narrowly.
OTHER_NAMES = {
    **dict.fromkeys(("unicode-1-1-utf-8", "x-utf-8", "utf-8mb4", "unicode-utf-8", "x-unicode20utf8"), "utf-8"),
    **dict.fromkeys(("65001", "cp65001", "utf-8-mac", "x-unicode-2-0-utf-8"), "utf-8"),
    **dict.fromkeys(("unicode-1-1-utf-7", "x-unicode-2-0-utf-7"), "utf-7"),
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1", "ansi", "x-ansi", "x-cp1252"), "cp1252"),
    **dict.fromkeys(("iso-8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("iso-8859-11", "tis-620", "windows-874", "dos-874", "x-windows-874"), "cp874"),
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-8-e", "logical", "visual"), "iso-8859-8"),
    **dict.fromkeys(("iso-8859-6-i", "iso-8859-6-e"), "iso-8859-6"),
    **dict.fromkeys(("shift-jis", "x-sjis", "sjis", "ms-kanji", "windows-31j", "x-ms-cp932"), "cp932"),
    **dict.fromkeys(("x-euc-jp", "x-euc", "cp51932", "eucjp-ms"), "euc_jp"),
    **dict.fromkeys(("iso-2022-jp", "csiso2022jp", "cp50220", "cp50221", "cp50222"), "iso2022_jp_ext"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk", "cp936", "gb-2312", "euc-cn", "x-euc-cn", "chinese"), "gb18030"),
    **dict.fromkeys(("ks-c-5601-1987", "ks-c-5601-1989", "ksc5601", "euc-kr", "windows-949", "korean"), "cp949"),
    **dict.fromkeys(("big5", "x-x-big5", "cn-big5", "big5-eten", "windows-950"), "big5hkscs"),
    **dict.fromkeys(("macintosh", "x-mac-roman", "mac", "x-macroman"), "mac_roman"),
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ce": "mac_latin2",
    "x-mac-greek": "mac_greek",
    "x-mac-turkish": "mac_turkish",
    "x-mac-japanese": "cp932",
    "x-mac-icelandic": "mac_iceland",
}
# What says nothing about the text: it is all that a program says that doesn't know.
NOTHING = {"", "us-ascii", "ascii", "ansi-x3.4-1968", "unknown", "unknown-8bit", "x-unknown", "8bit", "binary", "none"}
NOTHING |= {"default", "default-charset", "x-user-defined"}
# Text encodings of Python that are no character sets, and slow with long texts.
NO_CHARSETS = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"}
WESTERN = {"cp1252", "iso8859-15"}
WINDOWS = re.compile(r"(?:x-)?(?:windows|win|cp|ms)-?(\d{3,4})")
IBM = re.compile(r"(?:ibm|cp|dos|oem)-?(\d{3})")

DECLARED = re.compile(
    rb"""<meta\s[^<>]{0,500}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([A-Za-z0-9_:.+-]{1,40})""", re.IGNORECASE
)
XML_DECLARED = re.compile(rb"""\s{0,99}<\?xml\s[^<>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9_:.+-]{1,40})""")
DECLARED_WITHIN = 4_096
SAMPLE = 4_096
JAPANESE = re.compile(rb"\x1b\$[@B(]")
UNREADABLE = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\ufffd\ufffe\uffff]")
# A damaged character among this many good ones is a damaged text, not one in another character set.
GOOD_PER_BAD = 20
WIDE_SHARE = 0.2
NARROW_SHARE = 0.95
RARE_SHARE = 0.1


def decoded(content: bytes, declared: str = "", *, is_html: bool = False) -> str:
    """Return the text of some bytes; never raises.

    A byte order mark decides. Otherwise it is UTF-16 without one, the character set with the name ``declared``, UTF-8,
    the one that a web page declares itself, or Windows-1252, which accepts nearly anything: the first in which the
    text can be read.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    own = declared_in(content) if is_html else ""
    encodings = [wide_encoding(content, declared), encoding_of(declared), "utf-8", encoding_of(own)]
    if JAPANESE.search(content[:SAMPLE]):
        encodings.insert(1, "iso2022_jp_ext")
    return first_readable(content, [encoding for encoding in encodings if encoding])


def decoded_page(content: bytes) -> str:
    """Return the text of a web page from a file: its own declaration comes before UTF-8."""
    return decoded(content, declared_in(content), is_html=True)


def first_readable(content: bytes, encodings: list[str]) -> str:
    """Return the text in the first of the encodings that fits, otherwise in Windows-1252."""
    for encoding in encodings:
        if encoding in WESTERN and is_utf8(content):
            continue  # Windows-1252 accepts all of UTF-8, as "Ã¤"
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            text = content.decode(encoding, "replace")
        bad = text.count("\ufffd")
        if GOOD_PER_BAD * bad <= sum(not character.isascii() for character in text) - bad:
            return text
    return content.decode("cp1252", "replace")


def is_utf8(content: bytes) -> bool:
    """Return True if the bytes are valid UTF-8 with characters outside of ASCII."""
    try:
        return not content.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False


def wide_encoding(content: bytes, declared: str = "") -> str:
    """Return "utf-16-le", "utf-16-be" or a UTF-32 if the bytes are text in it, without a byte order mark; else "".

    Every second byte of such a text is NUL wherever it has Latin letters, spaces or line ends.
    """
    sample = content[: SAMPLE - SAMPLE % 4]
    sample = sample[: len(sample) - len(sample) % 2]
    if b"\0" not in sample and not declared.lower().startswith(("utf-16", "utf16", "ucs-2", "unicode")):
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    candidates = ["utf-16-le", "utf-16-be"] if odd >= even else ["utf-16-be", "utf-16-le"]
    if sample.count(0) * 2 > len(sample):
        candidates = ["utf-32-le", "utf-32-be"]
    named = bool(declared) and encoding_of(declared).startswith(("utf-16", "utf_16"))
    for encoding in candidates:
        if looks_wide(sample, encoding, sure=named):
            return encoding
    return ""


def looks_wide(sample: bytes, encoding: str, *, sure: bool) -> bool:
    """Return True if the sample is text in this encoding; ``sure`` if it is declared, so that no spaces are needed."""
    text = sample.decode(encoding, "replace")
    # Its end may be cut within a character.
    body = text.removesuffix("\ufffd")
    if not body or UNREADABLE.search(body):
        return False
    has_ascii = any(character.isascii() for character in body)
    return (sure or (has_ascii and not is_narrow(sample))) and is_plausible(body)


def is_narrow(sample: bytes) -> bool:
    """Return True if the sample is text with a byte for each character, and some NULs in it."""
    nulls = sample.count(0)
    printable = sum(32 <= byte < 127 or byte in {9, 10, 13} for byte in sample)  # noqa: PLR2004  (of ASCII)
    return nulls < WIDE_SHARE * len(sample) and printable >= NARROW_SHARE * (len(sample) - nulls)


def is_plausible(text: str) -> bool:
    """Return True if most characters are letters, digits, spaces or common signs, not a mixture of scripts."""
    rare = sum(not (character.isprintable() or character.isspace()) for character in text)
    return rare <= RARE_SHARE * len(text)


def declared_in(content: bytes) -> str:
    """Return the character set that a web page declares in its head; "" if it doesn't."""
    start = content[:DECLARED_WITHIN]
    match = XML_DECLARED.match(start) or DECLARED.search(start)
    name = match[1].decode("ascii") if match else ""
    # It could be read as ASCII, so it isn't what it says.
    return "" if name.lower().startswith(("utf-16", "utf-32", "ucs-2", "unicode")) else name


def encoding_of(name: str) -> str:
    """Return Python's name of a declared character set; "" when there is none, or it says nothing about the text."""
    plain = name.strip().strip("\"'").lower().replace("_", "-").partition("*")[0]
    if plain in NOTHING:
        return ""
    windows, ibm = WINDOWS.fullmatch(plain), IBM.fullmatch(plain)
    numbered = f"cp{windows[1]}" if windows else f"cp{ibm[1]}" if ibm else plain
    for candidate in (OTHER_NAMES.get(plain, ""), numbered, plain):
        try:
            codec = codecs.lookup(candidate)
            b"ab".decode(candidate, "replace")  # raises for encodings of bytes, such as base64
        except (LookupError, ValueError, UnicodeError):
            continue
        if codec.name.replace("-", "_") not in NO_CHARSETS:
            return codec.name
    return ""
