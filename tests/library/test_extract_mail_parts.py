"""Every word of an email is on a page, or its part is named, however its parts are put together."""

import itertools
import re
import tempfile
from binascii import b2a_uu
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.library.extract.formats import FORMATS
from hub.library.extract.limits import Limits
from hub.library.extract.openers import open_document
from hub.library.extract.pages import ExtractedPage, Unread
from hub.library.extract.reader import Reader
from tests.library.mails import HEAD, PICTURE, attached, encoded, part, read, several
from tests.library.test_extract_mail_sealed import SIGNED, attribute, element, envelope, packed

PLAIN, HTML = "text/plain; charset=utf-8", "text/html; charset=utf-8"
LEAVES = ["plain", "html", "file", "data", "invitation", "signed", "packed", "coded"]
CONTAINERS = ["mixed", "related", "alternative", "signed", "forwarded", "digest"]

# A part is the name of a leaf, or a container's name with the parts in it.
PARTS = st.recursive(
    st.sampled_from(LEAVES),
    lambda parts: st.tuples(st.sampled_from(CONTAINERS), st.lists(parts, min_size=1, max_size=3)),
    max_leaves=8,
)


def leaf(name: str, word: str) -> str:
    """Return a part without parts that has this word."""
    if name in {"plain", "html"}:
        return part(PLAIN, f"A {word}.") if name == "plain" else part(HTML, f"<p>A {word}.")
    if name in {"file", "data"}:
        return part(PLAIN if name == "file" else "application/x-cad", word, attached(f"{word}.{name[0]}xt"))
    if name == "invitation":
        calendar = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:{word}\nEND:VEVENT\nEND:VCALENDAR\n"
        return part("text/calendar", calendar)
    if name == "signed":
        content = envelope(SIGNED, element(4, part(PLAIN, word).encode()))
        return encoded("application/pkcs7-mime", content, attached("smime.p7m"))
    if name == "packed":
        return encoded(
            "application/ms-tnef", packed(attribute(0x2800C, word.encode() + b"\0")), attached("winmail.dat")
        )
    return encoded("text/plain; charset=utf-16", word.encode("utf-16"))


def built(tree: object, words: Iterator[str], used: list[str]) -> str:
    """Return a part; the words in it are added to ``used``."""
    if isinstance(tree, str):
        used.append(next(words))
        return leaf(tree, used[-1])
    assert isinstance(tree, tuple)
    kind, trees = tree
    line = f"b{next(words)}"
    if kind == "alternative":
        used.append(next(words))
        versions = leaf("plain", used[-1]), leaf("html", used[-1])
        inside = [built(each, words, used) for each in trees]
        rich = several("multipart/mixed", versions[1], *inside, boundary=f"{line}-")
        return several("multipart/alternative", versions[0], rich, boundary=line)
    parts = [built(each, words, used) for each in trees]
    if kind == "forwarded":
        return part(
            "message/rfc822", f"Subject: s\nFrom: a@b.example\n{several('multipart/mixed', *parts, boundary=line)}"
        )
    if kind == "digest":
        return several("multipart/digest", *(f"\nSubject: s\n{each}" for each in parts), boundary=line)
    picture = part("image/png", PICTURE, "Content-Transfer-Encoding: base64", "Content-ID: <p>")
    return several(f"multipart/{kind}", *parts, *([picture] if kind == "related" else []), boundary=line)


@given(PARTS)
@settings(max_examples=60, deadline=None)
def test_every_word_is_read_or_its_part_is_named(tree: object) -> None:
    used: list[str] = []
    mail = built(tree, (f"word{number}q" for number in itertools.count(1)), used)
    with tempfile.NamedTemporaryFile() as file:
        file.write((HEAD + mail).encode())
        file.flush()
        parts = list(open_document(Path(file.name), FORMATS["eml"], Limits()).pages)
    text = " ".join(f"{each.title} {each.text}" for each in parts if isinstance(each, ExtractedPage))
    sentences = " ".join(each.sentence for each in parts if isinstance(each, Unread))
    missing = [word for word in used if not re.search(rf"{word}", text + sentences)]
    assert not missing, mail
    numbers = [each.number for each in parts if isinstance(each, ExtractedPage)]
    assert len(set(numbers)) == len(numbers)


def test_files_that_old_programs_write_into_the_text_are_read(reader: Reader, tmp_path: Path) -> None:
    lines = b2a_uu(b"Rivets in stock").decode()
    body = f"See the list.\n\nbegin 644 rivets.txt\n{lines}`\nend\n\nBye.\n\nbegin 644 b.txt\n~\nend\n"
    extraction = read(reader, tmp_path, part("text/plain", body))
    assert [page.text for page in extraction.pages][-1] == "Rivets in stock"
    assert "rivets.txt" in extraction.pages[0].text + extraction.pages[0].also_searched
    assert "Bye." in extraction.pages[0].text
    assert lines.strip() not in extraction.pages[0].text


def test_a_text_with_many_beginnings_of_files_is_read_quickly(reader: Reader, tmp_path: Path) -> None:
    body = "begin 644 A\n" * 100_000 + "AAAA\n" * 100_000 + "end\n"
    assert read(reader, tmp_path, part("text/plain", body)).pages
