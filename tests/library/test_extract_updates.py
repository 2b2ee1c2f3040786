"""Numbered updates as mail programs and newsletter tools write them, and pages with the updates of several dates."""

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hub.library.extract.dated import only_day, parts_by_date
from hub.library.extract.newsletters import LEFT_OUT, without_footer
from hub.library.extract.pieces import Pieces
from hub.library.extract.reader import Reader
from hub.library.extract.splitting import received
from hub.library.extract.text import pages_of
from hub.library.extract.webpage import markdown_of, parse_html
from hub.library.rules import PageKind
from tests.library import documents

FOOTER = "The newsletter’s footer"


def items_of(html: str) -> list[tuple[int, str]]:
    """Return the number and title of each item of a message in HTML; [] if it isn't an update."""
    pages, _ = pages_of(markdown_of(parse_html(html)))
    return [(page.number, page.title) for page in pages if page.kind is PageKind.ITEM]


THREE = [(1, "Grants"), (2, "Training"), (3, "Events")]


@pytest.mark.parametrize(
    "html",
    [
        "<div><b>1.&nbsp;</b><b>Grants:</b> a</div><div><b>2.&nbsp;Training:</b> b</div><div><b>3. Events</b>: c</div>",
        "<table><tr><td>1.<td>Grants<tr><td>2.<td>Training<tr><td>3.<td>Events</table>",
        "<table><tr><td><p>1.</p><td><p>Grants</p><tr><td><p>2.</p><td><p>Training</p><tr><td>3.<td>Events</table>",
        "<table><tr><td>1<td>Grants<tr><td>2<td>Training<tr><td>3<td>Events</table>",
        "<table><tr><td><b>1</b><td><h3>Grants</h3><p>a<tr><td>2<td><h3>Training</h3><tr><td>3<td><h3>Events</h3></table>",
        "<p>1.</p><p>Grants</p><p>2.</p><p>Training</p><p>3.</p><p>Events</p>",
        "<p><span>1.</span><span>Grants</span></p><p><span>2.</span> Training</p><p><b>3.</b>Events</p>",
        "<ol><li><strong>Grants</strong><br>a<li><b>Training</b>: b<li>Events</ol>",
        "<p style='font-weight:700'>1. Grants</p><p><span style='font-weight: bold'>2. Training</span> b<p>3. Events",
        "<h3>1. Grants</h3><p>a<h3>2. Training</h3><p>b<h3>3. Events</h3><p>c",
        "<h3>1</h3><p>Grants<h3>2</h3><p>Training<h3>3</h3><p>Events",
        "<p>(1) Grants</p><p>(2) Training</p><p>(3) Events</p>",
        "<p><b>1</b> Grants<p><b>2</b> Training<p><b>3</b> Events",
        "<p><b>1</b>. Grants<p><b>2</b>. Training<p><b>3</b>. Events",
        "<p>\u200b<b>1.\u200b</b>\xa0Grants<p>\ufeff2.\u200d Training<p>\u200b<b>3.</b> Events",
        "<b>1. Grants</b><ol><li>x<li>y<li>z</ol><b>2. Training</b><ol><li>x<li>y</ol><p><b>3. Events</b>",
    ],
)
def test_numbers_are_read_however_a_program_writes_them(html: str) -> None:
    assert items_of(f"<body><p>Hello all,</p>{html}</body>") == THREE


def test_numbers_may_skip() -> None:
    html = "".join(f"<p><b>{number}. Point {number}:</b> words</p>" for number in (1, 2, 3, 10, 11))
    assert [number for number, _ in items_of(html)] == [1, 2, 3, 10, 11]


def test_points_of_a_list_keep_numbers_of_their_own() -> None:
    html = "<ol><li value=2>Grants<li>Training<li value='7'>Events<li value='x'>Jobs</ol>"
    assert items_of(html) == [(2, "Grants"), (3, "Training"), (7, "Events"), (8, "Jobs")]


def test_a_number_at_the_beginning_of_a_broken_line_is_not_a_point() -> None:
    text = (
        "1. The notice for the regional program closes at noon on the last day, January\n31. Write early.\n2. b\n3. c\n"
        "4. The meeting about the second round with all of the partners is on February\n22. Come early."
    )
    assert [page.number for page in pages_of(text)[0]] == [1, 2, 3, 4]


def test_the_title_is_the_first_bold_words() -> None:
    text = "1. From our office: **New round for tool makers** opens.\n2. On **Monday** we meet.\n3. **Jobs –** more."
    assert [page.title for page in pages_of(text)[0]] == [
        "New round for tool makers",
        "On Monday we meet.",
        "Jobs",
    ]


def test_numbers_that_restart_below_dates_are_sections_by_date() -> None:
    text = "**May 20, 2022:**\n\n1. a\n2. b\n3. c\n\n**May 13, 2022:**\n\n1. d\n2. e\n3. f"
    assert [page.title for page in pages_of(text)[0]] == ["May 20, 2022:", "May 13, 2022:"]


FOOTERS = [
    (
        "Alliance of Makers | 12 Mill Road, Suite 3, Dayton, OH 45402",
        "",
        "Unsubscribe ada@example.org",
        "",
        "Update Profile | Constant Contact Data Notice",
        "",
        "Sent by office@example.org powered by",
        "",
        "Trusted Email from Constant Contact - Try it FREE today.",
    ),
    (
        "Copyright © 2024 Alliance of Makers, All rights reserved.",
        "You are receiving this email because you joined our calls.",
        "",
        "Our mailing address is:",
        "Alliance of Makers",
        "12 Mill Road",
        "Dayton, OH 45402",
        "",
        "Want to change how you receive these emails?",
        "You can update your preferences or unsubscribe from this list.",
    ),
    (
        "Alliance of Makers",
        "12 Mill Road Dayton, OH 45402",
        "",
        "Unsubscribe - Unsubscribe Preferences",
    ),
    (
        "You received this message because you are subscribed to the Google Groups “Makers” group.",
        (
            "To unsubscribe from this group and stop receiving emails from it, send an email to "
            "makers+unsubscribe@example.org."
        ),
        "To view this discussion on the web visit https://groups.example/makers.",
    ),
    (
        "Facebook | LinkedIn",
        "",
        "Alliance, PO Box 7, Dayton, OH 45402",
        "",
        "[Unsubscribe](https://x.example/u) | [Manage preferences](https://x.example/p) | View in browser",
    ),
]


@pytest.mark.parametrize("footer", FOOTERS)
def test_the_footer_of_a_newsletter_tool_belongs_to_no_item(footer: tuple[str, ...]) -> None:
    before = (
        "View this email in your browser",
        "",
        "1. a",
        "2. b",
        "3. Visit us at 9 Elm Street, Akron, OH 44301.",
        "",
    )
    pages, left_out = pages_of("\n".join(before + footer))
    assert [page.text for page in pages] == ["1. a", "2. b", "3. Visit us at 9 Elm Street, Akron, OH 44301."]
    assert left_out == (LEFT_OUT,)


@pytest.mark.parametrize(
    "text",
    [
        "1. a\n2. b\n3. How to unsubscribe from the state’s list: call them.",
        "Ada Example\n12 Mill Road\nDayton, OH 45402",
        "# Unsubscribe\n\nHow the button works.",
        "The newsletter has a link “View in browser”, which we added.\n\nMore next week.",
        "- Update your profile\n- View the web version of the survey\n\nThanks!",
        "Click here",
    ],
)
def test_what_people_write_about_such_things_stays(text: str) -> None:
    assert without_footer(text.split("\n")) == (text.split("\n"), False)


@pytest.mark.parametrize(
    "text",
    [
        "View in browser\n\nWe meet on Monday.\n\nUnsubscribe",
        "You are receiving this because you asked.\n\nWe meet on Monday.\n\nUnsubscribe",
        "View online | Unsubscribe\n\nHello,\n\nWe meet on Monday.\n\nThanks,\nAda\n\nUnsubscribe",
    ],
)
def test_a_short_message_between_such_lines_stays(text: str) -> None:
    (page,) = pages_of(text)[0]
    assert "We meet on Monday." in page.text
    assert "View" not in page.text


def test_a_mail_with_a_footer_says_that_it_is_not_searched(reader: Reader, tmp_path: Path) -> None:
    html = (
        '<div style="display:none">View this email in your browser</div><table><tr><td><p><b>1. Kilns:</b> a</p><p><b>2. '
        'Lathes</b> b</p><p><b>3. Molds</b> c</p></td></tr></table><img src="https://t.example/o.gif" width="1" height="1" '
        'alt="pixel"><table><tr><td>Makers | 12 Mill Road | <a href="https://x.example/u">Unsubscribe</a></td></tr></table>'
    )
    extraction = reader.read(documents.message(tmp_path / "a", "Update", html=html), "a.eml")
    assert [(page.number, page.title, page.text) for page in extraction.pages] == [
        (1, "Kilns", "1. Kilns: a"),
        (2, "Lathes", "2. Lathes b"),
        (3, "Molds", "3. Molds c"),
    ]
    assert [sentence[: len(FOOTER)] for sentence in extraction.left_out] == [FOOTER]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("May 20, 2022", date(2022, 5, 20)),
        ("Friday, May 20th, 2022:", date(2022, 5, 20)),
        ("Fri. Sept. 2 2022", date(2022, 9, 2)),
        ("5/20/2022", date(2022, 5, 20)),
        ("05-20-22", date(2022, 5, 20)),
        ("2022-05-20", date(2022, 5, 20)),
        ("20th of May 2022", date(2022, 5, 20)),
        ("AMCC Update – May 20, 2022", date(2022, 5, 20)),
        ("Feb 30, 2022", None),
        ("May 20 to May 21, 2022", date(2022, 5, 21)),
        ("May 20, 2022 and May 27, 2022", None),
        ("13/20/2022", None),
        ("call 216-555-2022", None),
    ],
)
def test_dates_are_read_as_americans_write_them(words: str, day: date | None) -> None:
    assert only_day(words) == day


def days(text: str) -> list[tuple[str, int]]:
    """Return the days of the parts of a text, and how many lines each has."""
    return [(part.day.isoformat(), sum(map(bool, part.lines))) for part in parts_by_date(text.split("\n"))[1]]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("x\n\n# May 20, 2022\na\n\n# May 13, 2022\nb", [("2022-05-20", 2), ("2022-05-13", 2)]),
        ("**Fri, May 13, 2022**\na\n**AMCC Update: May 20, 2022**\nb", [("2022-05-13", 2), ("2022-05-20", 2)]),
        ("5/20/2022\n1. a\n\n5/13/2022\n1. b", [("2022-05-20", 2), ("2022-05-13", 2)]),
        ("May 20, 2022\n------\na\n\nMay 13, 2022\n------\nb", [("2022-05-20", 3), ("2022-05-13", 3)]),
        ("May 20, 2022\n\na\n\nMay 13, 2022\n\nb\n\nMay 20, 2022\n\nc", [("2022-05-20", 4), ("2022-05-13", 2)]),
        ("## Kilns, May 20, 2022\na\n## Molds, May 13, 2022\nb", []),
        (
            "## May 20, 2022\na\n## Special: chips, May 13, 2022\nb\n## May 6, 2022\nc",
            [("2022-05-20", 2), ("2022-05-13", 2), ("2022-05-06", 2)],
        ),
        (
            "**May 20, 2022**\n\n**June 3, 2022**\n\n**May 13, 2022**\n\n**May 6, 2022**\n\n",
            [("2022-05-20", 2), ("2022-05-13", 1), ("2022-05-06", 1)],
        ),
        ("**May 20, 2022**\na\n\n**Due June 3, 2022**\n\n- May 1, 2022\n\nWe meet on May 2, 2022.", []),
        ("One day\n\nMay 20, 2022\n\na", []),
    ],
)
def test_a_page_is_divided_at_the_dates_of_its_updates(text: str, parts: list[tuple[str, int]]) -> None:
    assert days(text) == parts


def test_an_update_that_begins_with_its_date_may_have_two_items() -> None:
    pages, _ = pages_of("**May 13, 2022:**\n\n**1. Capital.** a\n\n**2. Metrics.** b")
    assert [(page.kind, page.title) for page in pages] == [(PageKind.ITEM, "Capital."), (PageKind.ITEM, "Metrics.")]
    assert pages[0].text.startswith("May 13, 2022:")


@given(
    some.lists(
        some.sampled_from(["**May 20, 2022**", "# 5/13/2022", "2022-05-06", "", "1. a", "words", "Due 5/1/2022"])
    )
)
def test_no_line_is_lost_when_a_page_is_divided(lines: list[str]) -> None:
    before, parts = parts_by_date(lines)
    assert sorted([*before, *(line for part in parts for line in part.lines)]) == sorted(lines)
    assert len(parts) != 1


@pytest.mark.parametrize(
    "line", ["May 20, 2022", "**May 20, 2022**", "Unsubscribe |", "1. a", "**", "12 Mill Road", "a " * 40, "May " * 20]
)
def test_very_long_updates_are_divided_quickly(line: str) -> None:
    start = time.process_time()
    lines = [line] * 50_000 + [line * 10_000]
    parts_by_date(lines)
    pages_of("\n".join(lines))
    assert time.process_time() - start < 20


PAGE = """<html><head><title>Makers’ Updates</title></head><body><h1>Updates</h1><p>All of our messages.</p>
<p><strong>June 10, 2022:</strong></p><p><strong>1. Kilns</strong> a <a href="https://x.example/k">link</a></p>
<p><strong>2. Lathes</strong> b</p><p><strong>3. Molds</strong> c</p><p><strong>June 3, 2022:</strong></p><p>1. Vises</p>
<p>2. Saws</p></body></html>"""


def test_a_page_of_updates_is_split_in_the_helper(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "updates.html"
    path.write_text(PAGE)
    split = received(reader.make("split", path, "html"))
    assert [(part.day.isoformat(), part.count, part.titles) for part in split.parts] == [
        ("2022-06-10", 3, ("Kilns", "Lathes", "Molds")),
        ("2022-06-03", 2, ("Vises", "Saws")),
    ]
    assert "a [link](https://x.example/k)" in split.parts[0].text
    assert (split.title, split.before) == ("Makers’ Updates", "# Updates\n\nAll of our messages.")


@pytest.mark.parametrize("extension", ["docx", "eml", "txt", "md"])
def test_other_formats_are_split_too(reader: Reader, tmp_path: Path, extension: str) -> None:
    lines = [
        "June 10, 2022",
        "",
        "1. Kilns",
        "2. Lathes",
        "3. Molds",
        "",
        "June 3, 2022",
        "",
        "1. Vises and benches",
        "2. Saws",
    ]
    path = tmp_path / "file"
    if extension == "docx":
        documents.word(path, lambda document: [document.add_paragraph(line) for line in lines if line])
    elif extension == "eml":
        documents.message(path, "Updates", plain="\n".join(lines), attachments=("plan.pdf",))
    else:
        path.write_text("\n".join(lines))
    split = received(reader.make("split", path, extension))
    assert [(part.day.isoformat(), part.count) for part in split.parts] == [("2022-06-10", 3), ("2022-06-03", 2)]


@pytest.mark.parametrize(
    "each", [{}, {0: b"{}"}, {0: b"["}, {0: b'{"title": "", "before": "", "unread": []}', 1: b"{}"}]
)
def test_garbage_from_a_helper_is_refused(each: dict[int, bytes]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them means garbage
        received(Pieces(each, None))
