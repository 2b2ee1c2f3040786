"""Rich text (RTF) in messages of Outlook: it is compressed ([MS-OXRTFCP]), and often holds the HTML of the message."""

import re

from striprtf.striprtf import rtf_to_text

from hub.library.extract.mail.gathered import Written

HEADER = 16
COMPRESSED, PLAIN = b"LZFu", b"MELA"
WINDOW = 4_096
LONGEST = 30_000_000  # bytes
FIRST_WORDS = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
MARKUP_TAG = re.compile(r"\{\\\*\\htmltag\d{0,4} ?((?:[^{}\\]|\\[^\n])*)\}")
CODE_PAGE = re.compile(r"\\ansicpg(\d{3,5})")
TOKEN = re.compile(
    r"""\\'(?P<code>[0-9a-fA-F]{2})|\\u(?P<wide>-?\d{1,6})\ ?\??|\\(?P<word>[a-z]{1,32})(?P<number>-?\d{1,9})?\ ?
    |\\(?P<sign>[^a-z])|(?P<brace>[{}])|(?P<text>[^\\{}]+)""",
    re.VERBOSE,
)
UNSEEN = {"fonttbl", "colortbl", "stylesheet", "info", "pict"}
SPACES = {"par": "\n", "line": "\n", "tab": "\t", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”"}
SPACES |= {"bullet": "•", "endash": "–", "emdash": "—"}


class Damaged(ValueError):
    """Raised when a compressed text isn't built as the specification says."""


def written(compressed: bytes) -> Written:
    """Return the text of a compressed RTF, as HTML if it holds that; raises Damaged, or the errors of the parser."""
    source = decompressed(compressed).decode("latin-1")
    if "\\fromhtml1" in source[:2_000]:
        return Written(page_in(source), is_html=True)
    return plain(source)


def plain(source: str) -> Written:
    """Return the text of an RTF without its formats; raises the errors of the parser."""
    return Written(str(rtf_to_text(source, errors="ignore")))  # type: ignore[no-untyped-call]


def decompressed(content: bytes) -> bytes:
    """Return an RTF that Outlook compressed; raises Damaged."""
    kind, size = content[8:12], int.from_bytes(content[4:8], "little")
    if content.startswith(b"{\\rtf"):
        return content
    if kind == PLAIN:
        return content[HEADER : HEADER + size]
    if kind != COMPRESSED or size > LONGEST:
        raise Damaged(kind)
    result = bytearray(FIRST_WORDS)
    place, end = HEADER, len(FIRST_WORDS) + size
    while place < len(content) and len(result) < end:
        control = content[place]
        place += 1
        for bit in range(8):
            if control >> bit & 1:
                pair = content[place : place + 2]
                reference = int.from_bytes(pair, "big")
                place += 2
                if len(pair) < len(b"xx") or not copy_from(result, reference >> 4, (reference & 0xF) + 2):
                    place = len(content)
                    break
            else:
                result += content[place : place + 1]
                place += 1
    return bytes(result[len(FIRST_WORDS) : end])


def copy_from(result: bytearray, window_place: int, length: int) -> bool:
    """Append what is at a place of the window of the last 4,096 bytes; False at the end mark, its own place."""
    back = (len(result) - window_place) % WINDOW
    if not back:
        return False
    start = len(result) - back
    for offset in range(length):
        result.append(result[start + offset] if 0 <= start + offset < len(result) else 0x20)
    return True


def page_in(source: str) -> str:
    """Return the HTML that an RTF holds ([MS-OXRTFEX]): its tags, and the text between them."""
    match = CODE_PAGE.search(source[:2_000])
    encoding = known_encoding(match[1] if match else "1252")
    tags: list[str] = []

    def keep(tag: re.Match[str]) -> str:
        tags.append(tag[1])
        return f"{{\\hubtag{len(tags) - 1} }}"

    body = MARKUP_TAG.sub(keep, source)
    return "".join(plain_pieces(body, tags, encoding))


def plain_pieces(body: str, tags: list[str], encoding: str) -> list[str]:
    """Return the text outside of groups that RTF hides, with the tags in their places."""
    pieces: list[str] = []
    held = bytearray()
    hidden = depth = 0
    is_for_rtf = False
    for match in TOKEN.finditer(body):
        code, word, sign, brace = match["code"], match["word"], match["sign"], match["brace"]
        if brace:
            depth += 1 if brace == "{" else -1
            hidden = 0 if hidden > depth else hidden
        elif word == "htmlrtf":
            is_for_rtf = match["number"] != "0"
        elif word in UNSEEN or sign == "*":
            hidden = hidden or depth
        elif not hidden and not is_for_rtf:
            if code:
                held += bytes.fromhex(code)
                continue
            pieces += [held.decode(encoding, "replace"), piece(match, tags, encoding)]
            held.clear()
    return [*pieces, held.decode(encoding, "replace")]


def piece(token: re.Match[str], tags: list[str], encoding: str) -> str:
    """Return what one token of RTF stands for in the HTML."""
    word, sign = token["word"] or "", token["sign"]
    if word == "hubtag":
        place = int(token["number"] or 0)
        return "".join(plain_pieces(tags[place], [], encoding)) if 0 <= place < len(tags) else ""
    if token["wide"]:
        return chr(int(token["wide"]) % 0x10000)
    if sign:
        return {"~": "\xa0", "_": "-"}.get(sign, sign if sign in "\\{}" else "")
    return SPACES.get(word, "") or (token["text"] or "").replace("\r", "").replace("\n", "")


def known_encoding(code_page: str) -> str:
    """Return the encoding of a Windows code page; that of Western Europe if Python doesn't know it."""
    try:
        b"".decode(f"cp{code_page}")
    except LookupError:
        return "cp1252"
    return f"cp{code_page}"
