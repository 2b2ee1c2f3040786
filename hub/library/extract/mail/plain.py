"""Plain texts of messages: lines that belong together are joined, and what isn't text is removed."""

import re

from hub.library.extract.mail.gathered import Written

SEAL_BEGINS, SEAL_ENDS = "-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----"
QUOTED = re.compile(r">*")
SIGNATURE = "-- "
ENCRYPTED = re.compile(
    r"^[>\s]{0,20}-----BEGIN PGP MESSAGE-----.*?(?:^[>\s]{0,20}-----END PGP MESSAGE-----|\Z)", re.MULTILINE | re.DOTALL
)
SIGNED = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\r?\n(?:[A-Za-z]{1,20}:.{0,200}\r?\n)*\r?\n", re.MULTILINE
)
SIGNATURE_BLOCK = re.compile(
    r"^-----BEGIN PGP SIGNATURE-----.*?(?:^-----END PGP SIGNATURE-----|\Z)", re.MULTILINE | re.DOTALL
)
DASHED = re.compile(r"^- (?=-)", re.MULTILINE)
WEB_PAGE = re.compile(r"\s{0,200}(?:<!doctype html|<html[\s>])", re.IGNORECASE)
ENRICHED = re.compile(r"<(/?[A-Za-z0-9-]{1,40})>")
PARAMETER = re.compile(r"<param>[^<]{0,200}</param>", re.IGNORECASE)


def plain(text: str, *, is_flowed: bool = False, joins_words: bool = False) -> Written:
    """Return a text without the marks of a signature by PGP, and without a part that is encrypted with PGP.

    ``is_flowed`` (RFC 3676): a space at the end of a line means that it continues on the next one, with ``joins_words``
    even within a word. A text that is a web page by mistake is read as one.
    """
    if WEB_PAGE.match(text):
        return Written(text, is_html=True)
    is_encrypted = SEAL_BEGINS in text
    if is_encrypted:
        text = ENCRYPTED.sub("", text)
    if "-----BEGIN PGP SIGNED MESSAGE-----" in text:
        text = DASHED.sub("", SIGNATURE_BLOCK.sub("", SIGNED.sub("", text)))
    if is_flowed:
        text = flowed(text, joins_words=joins_words)
    return Written(text, is_encrypted=is_encrypted)


def unsealed(page: str) -> Written:
    """Return a web page without the parts that are encrypted with PGP."""
    pieces: list[str] = []
    place = 0
    while (start := page.find(SEAL_BEGINS, place)) >= 0:
        end = page.find(SEAL_ENDS, start)
        pieces.append(page[place:start])
        place = end + len(SEAL_ENDS) if end >= 0 else len(page)
    return Written("".join([*pieces, page[place:]]), is_html=True, is_encrypted=bool(pieces))


def flowed(text: str, *, joins_words: bool) -> str:
    """Return a flowed text with the lines of each paragraph joined."""
    paragraphs: list[list[str]] = []
    depth, continues = -1, False
    for line in text.replace("\r\n", "\n").split("\n"):
        quote = QUOTED.match(line)
        marks = quote[0] if quote else ""
        words = line[len(marks) :].removeprefix(" ")
        is_signature = words == SIGNATURE
        if continues and len(marks) == depth and not is_signature:
            paragraphs[-1].append(words)
        else:
            paragraphs.append([f"{marks} {words}" if marks else words])
        depth, continues = len(marks), words.endswith(" ") and not is_signature
        if continues and joins_words:
            paragraphs[-1][-1] = paragraphs[-1][-1].removesuffix(" ")
    return "\n".join("".join(pieces) for pieces in paragraphs)


def enriched(text: str) -> str:
    """Return the words of a text in the format text/enriched (RFC 1896)."""
    return ENRICHED.sub("", PARAMETER.sub("", text)).replace("<<", "<")
