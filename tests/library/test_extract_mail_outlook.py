"""Messages that Outlook on Windows saves (.msg)."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub.library.extract.pages import Extraction
from hub.library.extract.reader import Reader
from hub.library.rules import PageKind, State
from tests.library import compound
from tests.library.compound import Tree, binary, fixed, text

SENT = compound.file_time(datetime(2024, 3, 5, 15, 0, tzinfo=UTC))


def read(reader: Reader, folder: Path, tree: Tree) -> Extraction:
    """Return what the reader makes of a message with these streams."""
    return reader.read(compound.compound(folder / "a", tree), "Letter.MSG")


def message(*streams: Tree, offset: int = 32) -> dict[str, object]:
    """Return a message from Otis Reed with these streams."""
    common = {**text(0x0037, "Gear order"), **text(0x0C1A, "Otis Reed"), **text(0x5D01, "otis@reed.example")}
    all_streams: dict[str, object] = {**fixed(offset, {0x0039: SENT, 0x3FFD: 1252, 0x3FDE: 28591}), **common}
    for each in streams:
        all_streams.update(each)
    return all_streams


def attachment(number: int, *streams: Tree, method: int = 1) -> dict[str, object]:
    """Return an attachment with these streams."""
    inside: dict[str, object] = {**fixed(8, {0x3705: method})}
    for each in streams:
        inside.update(each)
    return {f"__attach_version1.0_#{number:08X}": inside}


def test_a_message_has_its_subject_its_day_and_its_text(reader: Reader, tmp_path: Path) -> None:
    extraction = read(reader, tmp_path, message(text(0x1000, "The bevel gears arrive in spring.\r\n")))
    assert (extraction.state, extraction.title, extraction.published_on) == (State.OK, "Gear order", date(2024, 3, 5))
    (page,) = extraction.pages
    assert (page.kind, page.title) == (PageKind.SECTION, "Gear order")
    assert page.text == "The bevel gears arrive in spring."


def test_html_in_the_code_page_of_the_message_gives_its_items(reader: Reader, tmp_path: Path) -> None:
    html = "<ol><li>Bögen are here</li><li>Räder follow</li><li>Nägel last</li></ol>".encode("latin-1")
    extraction = read(reader, tmp_path, message(binary(0x1013, html)))
    assert [(page.number, page.title) for page in extraction.pages] == [
        (1, "Bögen are here"),
        (2, "Räder follow"),
        (3, "Nägel last"),
    ]


def test_the_html_inside_rich_text_is_read(reader: Reader, tmp_path: Path) -> None:
    rich = (
        rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\fonttbl{\f0 Arial;}}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Caf\'e9 by the "
        rb"\u8364? sign{\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0 closes.{\*\htmltag72 </p>}\htmlrtf }\htmlrtf0 }"
    )
    stored = len(rich).to_bytes(4, "little") * 2 + b"MELA" + bytes(4) + rich
    (page,) = read(reader, tmp_path, message(binary(0x1009, stored))).pages
    assert page.text == "Café by the € sign closes."


def test_files_are_pages_and_forwarded_messages_are_items(reader: Reader, tmp_path: Path) -> None:
    deeper = message(text(0x0037, "Older letter"), text(0x1000, "Pinion stock is low."), offset=24)
    inner = message(
        text(0x0037, "Inner letter"),
        text(0x1000, "Worm gears too."),
        attachment(0, {"__substg1.0_3701000D": deeper}, method=5),
        offset=24,
    )
    extraction = read(
        reader,
        tmp_path,
        message(
            text(0x1000, "See both."),
            attachment(0, text(0x3707, "list.txt"), binary(0x3701, b"Sprocket prices rise.")),
            attachment(1, {"__substg1.0_3701000D": inner}, method=5),
        ),
    )
    assert extraction.state is State.OK
    assert [(page.number, page.kind, page.title) for page in extraction.pages] == [
        (1, PageKind.SECTION, "Gear order"),
        (2, PageKind.ITEM, "Inner letter"),
        (3, PageKind.ITEM, "Older letter"),
        (4, PageKind.ATTACHMENT, "list.txt"),
    ]
    assert extraction.pages[1].text.startswith(
        "From: Otis Reed <otis@reed.example>\nDate: Mar 5, 2024\n\nWorm gears too."
    )
    assert extraction.pages[2].text.endswith("Pinion stock is low.")
    assert extraction.pages[3].text == "Sprocket prices rise."


def test_what_lies_elsewhere_or_is_an_object_is_named(reader: Reader, tmp_path: Path) -> None:
    extraction = read(
        reader,
        tmp_path,
        message(
            text(0x1000, "Look."),
            attachment(0, text(0x3707, "share.xlsx"), method=4),
            attachment(1, text(0x3001, "Drawing"), {"__substg1.0_3701000D": {"CONTENTS": b"x"}}, method=6),
        ),
    )
    assert extraction.state is State.PARTIAL
    assert extraction.unread == (
        "The attachment “share.xlsx” is stored elsewhere, so it can’t be searched.",
        "The object “Drawing” in this email couldn’t be read.",
    )


def test_a_text_or_file_that_is_cut_off_is_named(reader: Reader, tmp_path: Path) -> None:
    """The streams from 4,096 bytes on are in sectors of the file, one after the other; here the last ones are missing."""
    listed = attachment(0, text(0x3707, "list.txt"), binary(0x3701, b"Sprocket prices rise. " * 400))
    path = compound.compound(tmp_path / "a", message(text(0x1000, "Look."), listed))
    whole = reader.read(path, "Letter.msg")
    assert whole.unread == ()
    compound.cut_off(path, b"Sprocket prices rise. ")
    extraction = reader.read(path, "Letter.msg")
    assert extraction.state is State.PARTIAL
    assert extraction.unread == ("The attachment “list.txt” is damaged.",)
    assert extraction.pages[0].text.endswith("Look.")


def test_a_meeting_says_when_and_where(reader: Reader, tmp_path: Path) -> None:
    names = {"__nameid_version1.0": {"__substg1.0_00030102": (0x8208).to_bytes(4, "little") + bytes([6, 0, 2, 0])}}
    tree = message(text(0x001A, "IPM.Schedule.Meeting.Request"), text(0x8002, "Hall of looms"), names)
    tree |= fixed(32, {0x0060: SENT})
    (page,) = read(reader, tmp_path, tree).pages
    assert page.text == "When: Tuesday, March 5, 2024, 3:00 p.m. UTC\n\nWhere: Hall of looms"


@pytest.mark.parametrize(
    "content", [b"", b"From: a@b.example\n\ntext", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)]
)
def test_a_file_that_is_no_message_is_reported(reader: Reader, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    assert reader.read(path, "a.msg").state is State.CORRUPT


def test_another_compound_file_is_reported(reader: Reader, tmp_path: Path) -> None:
    extraction = read(reader, tmp_path, {"WordDocument": b"x" * 5000})
    assert extraction.detail.startswith("This file is named like a message from Outlook")
