"""Web pages and the HTML of emails: all that a reader sees is read, however deep it is nested."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hub.library.extract.pages import clean
from hub.library.extract.reader import Reader
from hub.library.extract.webpage import markdown_of, parse_html
from hub.library.rules import State


def text_of(html: str) -> str:
    """Return the Markdown of a page."""
    return clean(markdown_of(parse_html(html)))


@pytest.mark.parametrize("depth", [300, 3_000, 15_000])
@pytest.mark.parametrize("tag", ["div", "blockquote", "b", "span", "table><tr><td", "ul><li"])
def test_deep_nesting_is_read_whole(reader: Reader, tmp_path: Path, tag: str, depth: int) -> None:
    path = tmp_path / "a"
    path.write_text("".join(f"<{tag}>word{level} " for level in range(depth)) + "<p>Deepest.</p><h2>After all</h2>")
    extraction = reader.read(path, "a.html")
    words = " ".join(page.text for page in extraction.pages).split()
    assert (extraction.state, extraction.unread) == (State.OK, ())
    assert f"word{depth - 1}" in words
    assert {"word0", "word200", "word299", "Deepest."} <= set(words)


@pytest.mark.parametrize("tag", ["main", "section", "details", "article", "nav", "figure"])
def test_a_page_without_a_body_keeps_what_comes_after_its_title(tag: str) -> None:
    assert text_of(f"<title>Kilns</title><meta name=a><{tag}>First</{tag}> tail<p>Then</p>") == "First\n\ntail\n\nThen"


def test_scripts_are_not_text_at_any_depth() -> None:
    html = "<div>" * 3_000 + "a<script>never()</script><p>b</p>c" + "</div>" * 3_000 + "d"
    assert text_of(html).split() == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<p>a <img alt="Kiln plan" src=x>b', "a Kiln plan b"),
        ('<img alt="" title="Mold"><img src=x>', "Mold"),
        ('<img alt="pixel" width=1 height="1"><p>a', "a"),
        ('<map><area alt="North shop" href=x></map>', "North shop"),
        (
            '<form>Name <input value="Ada"><input type=hidden value=secret><input type=password value=no></form>',
            "Name Ada",
        ),
        ('<input type="submit" value="Join us"><input type=image alt="Go">', "Join us Go"),
        ('<input placeholder="Your town"><textarea placeholder="Why"></textarea>', "Your town Why"),
        ("<textarea>Typed words</textarea>", "Typed words"),
        ("<select><option>Steel<option selected>Brass</select>", "Steel\nBrass"),
        ('<a href="/x" aria-label="Open the plan"><i class=icon></i></a>', "Open the plan"),
        ('<button title="Print">P</button>', "P"),
        (
            '<p><abbr title="Manufacturing Extension Partnership">MEP</abbr> b',
            "MEP (Manufacturing Extension Partnership) b",
        ),
        ("<svg><style>x{}</style><title>Chart</title><text>Q4</text><path d=M0/></svg>", "Chart\nQ4"),
        ("<div>Preview &zwnj;&nbsp;&zwnj;&nbsp;&zwnj;&nbsp;&zwnj;</div>a", "Preview\n\na"),
        ("<p>a <b>bold</b> <strong> words </strong>b", "a **bold words** b"),
        ("<b>one<p>two</p></b>three", "**one**\n\ntwo\n\nthree"),
        ("<h2><b>Head</b></h2>", "## Head"),
        ("<style style='font-weight:bold'>x</style>a", "a"),
        ("<table><tr><td>a<td><td>b</table>", "a\t\tb"),
        ("<pre>a  b\n c</pre>", "a  b\n c"),
    ],
)
def test_what_a_reader_sees_is_text(html: str, text: str) -> None:
    assert text_of(f"<body>{html}</body>") == text


def test_links_are_kept_where_they_are_wanted() -> None:
    html = (
        '<p><b>See <a href="https://x.example/a">the plan</a></b>, <a href="javascript:x()">this</a>, <a>that</a></p>'
    )
    text = markdown_of(parse_html(html), with_links=True)
    assert text.strip() == "**See** [**the plan**](https://x.example/a), this, that"


TAGS = ("div", "p", "b", "strong", "ol", "li", "table", "td", "a href=https://x.example", "h2", "svg", "br", "span")


@given(some.lists(some.tuples(some.sampled_from(TAGS), some.booleans(), some.from_regex(r"[a-z]{3}", fullmatch=True))))
def test_no_word_of_a_page_is_lost(pieces: list[tuple[str, bool, str]]) -> None:
    html = "".join(f"</{tag.split()[0]}> {word} " if closes else f"<{tag}> {word} " for tag, closes, word in pieces)
    for with_links in (False, True):
        text = markdown_of(parse_html(html), with_links=with_links)
        assert all(word in text for _, _, word in pieces)


@pytest.mark.parametrize(
    "piece", ["<b>a", "<ol><li>a", "<td>", "<a href=https://x.example/>a", "</p>", "<img alt=a>", "&zwnj; "]
)
def test_very_long_pages_are_read_quickly(piece: str) -> None:
    start = time.process_time()
    text_of(piece * 60_000)
    assert time.process_time() - start < 20


def test_rows_of_a_number_each_stay_rows() -> None:
    html = "<table><tr><td><table><tr><td>1</td></tr><tr><td>2</td></tr></table><p>End</p></td></tr></table>"
    assert [line.strip() for line in text_of(html).split("\n") if line] == ["1", "2", "End"]
