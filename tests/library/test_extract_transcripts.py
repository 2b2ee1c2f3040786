"""Transcripts, captions and chats: every word is in a moment, with its speaker and its second."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from docx.document import Document as WordDocument
from hypothesis import given
from hypothesis import strategies as some

from hub.library.extract.captions import parts_of_captions
from hub.library.extract.moments import Turn, moments, seconds_of
from hub.library.extract.pages import ExtractedPage, Extraction
from hub.library.extract.reader import Reader
from hub.library.extract.transcripts import recognized
from hub.library.rules import PageKind, State
from tests.library import documents

ZOOM = """WEBVTT

1
00:00:02.100 --> 00:00:05.000
Ana Brook: Good morning, everyone.

2
00:00:05.200 --> 00:00:09.000
Ana Brook: The roofing grant opens at 10:30.

3
00:12:34.000 --> 00:12:39.990
Li Wei (Foundry Lab): We poured the first castings.
"""
TEAMS = """WEBVTT

4f1c-9b/21-0
00:00:03.000 --> 00:00:06.250
<v Brook, Ana>The kiln is
cold &amp; dry.</v>

4f1c-9b/21-1
00:00:06.250 --> 00:00:09.000
<v Li Wei>Agreed.</v> <v Brook, Ana>Next topic.</v>
"""
YOUTUBE = "\n".join(
    [
        *("WEBVTT", "Kind: captions", "Language: en", ""),
        *("00:00:00.000 --> 00:00:02.030 align:start position:0%", " "),
        *("hello<00:00:00.400><c> and</c><00:00:00.800><c> welcome</c>", ""),
        *("00:00:02.030 --> 00:00:02.040 align:start position:0%", "hello and welcome", " ", ""),
        *("00:00:02.040 --> 00:00:04.500 align:start position:0%", "hello and welcome"),
        *("to<00:00:02.400><c> the</c><00:00:03.000><c> workshop</c>", ""),
        *("00:00:04.500 --> 00:00:04.510 align:start position:0%", "to the workshop", " ", ""),
    ]
)
SUBRIP = """1
00:00:01,000 --> 00:00:03,500
<i>Tools on the bench</i>

2
00:00:03,600 --> 00:00:06,000
{\\an8}and gloves on.

<font color="#fff">Goggles too.</font>
"""
SAVED_CHAT = """11:34:05 From  Ana Brook  to  Everyone:
\tThe form is at https://forms.example/kiln
\tDue Friday.
11:35:10 From Li Wei to Ana Brook(Direct Message):
\tCan we talk about my salary?
11:36:00 From Li Wei to Everyone:
\tThank you
"""
RECORDED_CHAT = "00:01:04\tAna Brook:\tThe form is open.\n00:02:00\tLi Wei:\tThank you.\nSee you there.\n"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Return one reader for these tests."""
    with Reader() as reader:
        yield reader


def read(reader: Reader, folder: Path, name: str, content: str) -> Extraction:
    """Return what the hub reads from a text file."""
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return reader.read(path, name)


def told(extraction: Extraction) -> list[tuple[int | None, str, str]]:
    """Return second, title and text of each moment."""
    assert all(page.kind is PageKind.MOMENT for page in extraction.pages)
    assert [page.number for page in extraction.pages] == list(range(1, len(extraction.pages) + 1))
    return [(page.seconds, page.title, page.text) for page in extraction.pages]


def test_zooms_captions_give_the_speaker_and_the_second(reader: Reader, tmp_path: Path) -> None:
    extraction = read(reader, tmp_path, "call.vtt", ZOOM)
    assert extraction.state is State.OK
    assert told(extraction) == [
        (2, "Ana Brook", "Good morning, everyone. The roofing grant opens at 10:30."),
        (754, "Li Wei (Foundry Lab)", "We poured the first castings."),
    ]


def test_teams_captions_give_each_voice_its_words(reader: Reader, tmp_path: Path) -> None:
    assert told(read(reader, tmp_path, "call.vtt", TEAMS)) == [
        (3, "Brook, Ana", "The kiln is cold & dry."),
        (6, "Li Wei", "Agreed."),
        (6, "Brook, Ana", "Next topic."),
    ]


def test_youtubes_rolling_captions_are_read_once(reader: Reader, tmp_path: Path) -> None:
    assert told(read(reader, tmp_path, "talk.vtt", YOUTUBE)) == [(0, "", "hello and welcome to the workshop")]


def test_rolling_captions_saved_as_srt_are_read_once(reader: Reader, tmp_path: Path) -> None:
    lines = ["one", "two", "three", "four", "five"]
    cues = [
        f"{number}\n00:00:0{number},000 --> 00:00:0{number + 2},000\n{above}\n{below}\n"
        for number, (above, below) in enumerate(pairwise(lines), start=1)
    ]
    assert told(read(reader, tmp_path, "talk.srt", "\n".join(cues))) == [(1, "", "one two three four five")]


def test_what_is_said_twice_is_kept_twice(reader: Reader, tmp_path: Path) -> None:
    cues = "".join(f"00:0{number}.000 --> 00:0{number}.900\nA: Yes.\n\n" for number in range(1, 4))
    assert told(read(reader, tmp_path, "vote.vtt", "WEBVTT\n\n" + cues)) == [(1, "A", "Yes. Yes. Yes.")]


def test_srt_is_read_with_words_after_a_blank_line(reader: Reader, tmp_path: Path) -> None:
    assert told(read(reader, tmp_path, "talk.srt", SUBRIP)) == [
        (1, "", "Tools on the bench and gloves on. Goggles too.")
    ]


def test_captions_in_a_text_file_are_captions(reader: Reader, tmp_path: Path) -> None:
    assert told(read(reader, tmp_path, "call.txt", ZOOM))[1][:2] == (754, "Li Wei (Foundry Lab)")


def test_technical_notes_are_left_out_with_a_sentence(reader: Reader, tmp_path: Path) -> None:
    noted = 'WEBVTT - Kiln talk\n\nNOTE duration:"00:01:00"\nlanguage:en\n\n' + ZOOM.partition("\n\n")[2]
    extraction = read(reader, tmp_path, "call.vtt", noted)
    assert extraction.left_out == ("Technical notes in the captions are not searched.",)
    assert (extraction.title, extraction.state) == ("Kiln talk", State.OK)
    assert "duration" not in " ".join(page.text for page in extraction.pages)


def test_names_of_chapters_and_words_above_the_first_time_are_kept(reader: Reader, tmp_path: Path) -> None:
    text = "Made in the foundry\n\nOpening words\n00:00:01.000 --> 00:00:02.000\nGlazes dry.\n"
    assert told(read(reader, tmp_path, "call.srt", text)) == [
        (1, "", "Made in the foundry\n\nOpening words Glazes dry.")
    ]


def test_captions_without_any_time_are_read_as_text(reader: Reader, tmp_path: Path) -> None:
    extraction = read(reader, tmp_path, "broken.vtt", "WEBVTT\n\nsomething about kilns\n")
    assert "kilns" in " ".join(page.text for page in extraction.pages)


def test_a_long_talk_is_divided_about_every_minute(reader: Reader, tmp_path: Path) -> None:
    cues = [
        f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.000 --> 01:59:59.000\nAna Brook: Sentence {second}.\n"
        for second in range(0, 3_700, 7)
    ]
    pages = read(reader, tmp_path, "call.vtt", "WEBVTT\n\n" + "\n".join(cues)).pages
    starts = [page.seconds or 0 for page in pages]
    gaps = [below - above for above, below in pairwise(starts)]
    assert min(gaps) >= 45
    assert max(gaps) <= 75
    assert starts[-1] > 3_600
    assert " ".join(page.text for page in pages).count("Sentence") == len(cues)


def teams_document(path: Path, lines: list[str]) -> Path:
    """Save a Word file with a paragraph for each entry."""

    def fill(document: WordDocument) -> None:
        for line in lines:
            document.add_paragraph(line)

    return documents.word(path, fill)


def test_teams_word_transcript_gives_moments(reader: Reader, tmp_path: Path) -> None:
    path = teams_document(
        tmp_path / "a",
        [
            "Kiln call-20260112_150000-Meeting Transcript",
            "January 12, 2026, 3:00PM",
            "32m 5s",
            "Ana Brook started transcription",
            "\nAna Brook   0:03\nThe kiln is cold.",
            "\nLi Wei   1:02:09\nWe heat it at 9:30.\nThen we pour.",
            "Ana Brook stopped transcription",
        ],
    )
    first, second = told(reader.read(path, "call.docx"))
    assert first[:2] == (3, "Ana Brook")
    assert first[2].endswith("Ana Brook started transcription\n\nThe kiln is cold.")
    assert second[:2] == (3_729, "Li Wei")
    assert second[2].startswith("We heat it at 9:30.\nThen we pour.")


@pytest.mark.parametrize("joined", [True, False], ids=["one paragraph each", "a paragraph for each line"])
def test_older_teams_word_transcript_gives_moments(reader: Reader, tmp_path: Path, *, joined: bool) -> None:
    entries = [
        ["0:0:0.0 --> 0:0:4.250", "Ana Brook", "The kiln is cold."],
        ["0:0:4.500 --> 0:0:9.10", "Li Wei", "Heat it."],
    ]
    lines = ["\n".join(entry) for entry in entries] if joined else [line for entry in entries for line in entry]
    path = teams_document(tmp_path / "a", lines)
    assert told(reader.read(path, "call.docx")) == [(0, "Ana Brook", "The kiln is cold."), (4, "Li Wei", "Heat it.")]


def test_a_saved_chat_gives_the_time_of_day_and_no_private_messages(reader: Reader, tmp_path: Path) -> None:
    extraction = read(reader, tmp_path, "meeting_saved_chat.txt", SAVED_CHAT)
    assert told(extraction) == [
        (None, "11:34:05, Ana Brook", "The form is at https://forms.example/kiln\nDue Friday."),
        (None, "11:36:00, Li Wei", "Thank you"),
    ]
    assert extraction.left_out == ("Private messages in the chat are not searched.",)


@pytest.mark.parametrize(
    ("to", "is_shown"),
    [
        ("Everyone", True),
        ("All panelists and attendees", True),
        ("Hosts and panelists", True),
        ("Meeting Group Chat", True),
        ("Otto Quill", False),
        ("Ana Brook, Otto Quill", False),
        ("Meeting Host (Privately)", False),
    ],
)
def test_only_messages_to_a_group_are_searched(reader: Reader, tmp_path: Path, to: str, *, is_shown: bool) -> None:
    chat = f"15:02:11 From Ana Brook to Everyone: Hello\n15:03:00 From Li Wei to {to}: Offer\n"
    texts = [
        text for _, _, text in told(read(reader, tmp_path, "chat.txt", chat + "15:04:00 From Bo to Everyone: Bye"))
    ]
    assert ("Offer" in texts) is is_shown


def test_older_saved_chats_have_the_message_on_the_same_line(reader: Reader, tmp_path: Path) -> None:
    chat = "15:02:11\t From  Ana Brook : Minutes: see page 4\n15:03:00\t From  Li Wei  to  Everyone : Done\n"
    assert told(read(reader, tmp_path, "chat.txt", chat)) == [
        (None, "15:02:11, Ana Brook", "Minutes: see page 4"),
        (None, "15:03:00, Li Wei", "Done"),
    ]


def test_the_chat_of_a_recording_has_seconds(reader: Reader, tmp_path: Path) -> None:
    assert told(read(reader, tmp_path, "chat.txt", RECORDED_CHAT)) == [
        (64, "Ana Brook", "The form is open."),
        (120, "Li Wei", "Thank you.\nSee you there."),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Ana Brook  0:00\nThe kiln.\n\nLi Wei  0:41\nIs cold.\n",
            [(0, "Ana Brook", "The kiln."), (41, "Li Wei", "Is cold.")],
        ),
        (
            "[00:00:03] Ana Brook: The kiln.\n[00:00:41] Li Wei: Is cold.\n",
            [(3, "Ana Brook", "The kiln."), (41, "Li Wei", "Is cold.")],
        ),
        (
            "[Ana Brook] 14:00:03\nThe kiln.\n[Li Wei] 14:00:41\nIs cold.\n",
            [(None, "14:00:03, Ana Brook", "The kiln."), (None, "14:00:41, Li Wei", "Is cold.")],
        ),
        ("0:00\nthe kiln\n0:04\nis cold\n0:09\nand dry\n", [(0, "", "the kiln is cold and dry")]),
    ],
    ids=["Otter", "in brackets", "Zoom's saved captions", "copied from YouTube"],
)
def test_transcripts_as_text_give_moments(
    reader: Reader, tmp_path: Path, text: str, expected: list[tuple[int | None, str, str]]
) -> None:
    assert told(read(reader, tmp_path, "call.txt", text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Agenda\nWelcome 9:00\nCoffee in the hall\nBreak 10:00\nOutside\nPanel 10:15\nFour people\nBreak 11:00\nOutside",
        "9:00 Welcome: Ana Brook speaks\n9:30 Panel: four people\n10:30 Break: coffee",
        "Shifts\n7:00\nday\n15:00\nevening\n23:00\nnight",
        "12:00:01 ERROR: the pump failed\n12:00:02 ERROR: the pump failed\n12:00:03 INFO: on again",
        "Note: the kiln is cold.\nWe met at 10:30.",
    ],
    ids=["agenda", "agenda with times first", "shifts", "log", "note"],
)
def test_other_texts_with_times_stay_texts(reader: Reader, tmp_path: Path, text: str) -> None:
    pages = read(reader, tmp_path, "plan.txt", text).pages
    assert [page.kind for page in pages] == [PageKind.SECTION]


def test_times_are_read_in_every_form() -> None:
    stamps = ["0:03", "12:34", "1:02:34", "00:12:34.500", "0:0:5,1", "100:00:00"]
    assert [seconds_of(stamp) for stamp in stamps] == [3, 754, 3_754, 754, 5, 360_000]
    assert seconds_of("12") is None
    assert seconds_of("noon") is None


WORDS = re.compile(r"[^\W_]+")
PIECES = some.sampled_from(
    [
        *("WEBVTT", "NOTE", "1", "", "", "00:01.000 --> 00:02.000", "00:00:05,000 --> 0:0:9,0", "--> nothing"),
        *("<v Ana>kiln</v>", "Ana: kiln", "kiln<00:00:01.000><c> glaze</c>", "Ana   0:03", "10:00 Ana: pour"),
        *("11:00:00 From Ana to Everyone:", "0:0:1.0 --> 0:0:2.0", "[Ana] 10:00:00", "plain words", "A & B", "0:07"),
    ]
)


@given(some.lists(PIECES).map("\n".join) | some.text())
def test_any_text_can_be_read_as_captions_or_transcript(text: str) -> None:
    parts = [*parts_of_captions(text), *(recognized(text.split("\n")) or ())]
    assert all(page.kind is PageKind.MOMENT for page in parts if isinstance(page, ExtractedPage))


@given(some.lists(some.tuples(some.integers(0, 9_000), some.sampled_from(["", "Ana", "Li"]), some.text("ab c.\n"))))
def test_every_word_of_a_turn_is_kept(spoken: list[tuple[int, str, str]]) -> None:
    turns = [Turn(second, speaker, text) for second, speaker, text in spoken]
    pages = list(moments(turns))
    spoken_words = [word for turn in turns for word in WORDS.findall(turn.text)]
    assert spoken_words == [word for page in pages for word in WORDS.findall(page.text)]
    assert {page.title for page in pages} <= {turn.speaker for turn in turns}
