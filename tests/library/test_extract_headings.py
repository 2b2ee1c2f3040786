"""Headings of a PDF's pages: from bookmarks, otherwise from the size of the letters."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from fpdf import FPDF

from hub.library.extract.pages import ExtractedPage
from hub.library.extract.reader import Reader
from tests.library.scans import scan, scanned_pdf

BODY = "The cooperative lends a press brake to its members for a day at a time, with an operator who knows it."
Line = tuple[str, float] | tuple[str, float, str]  # text, size in points, style


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Return one reader for all tests."""
    with Reader() as reader:
        yield reader


def pdf(
    path: Path, pages: Sequence[Sequence[Line]], *, header: Line | None = None, outline: Sequence[str] = ()
) -> Path:
    """Return a PDF with these lines on its pages; ``outline`` has a bookmark for each of the first pages."""
    document = FPDF(unit="pt", format="letter")
    for number, lines in enumerate(pages):
        document.add_page()
        if number < len(outline):
            document.start_section(outline[number])
        for text, size, *style in ([header] if header else []) + list(lines):
            document.set_font("helvetica", style=style[0] if style else "", size=size)
            document.multi_cell(0, size * 1.3, text, new_x="LMARGIN", new_y="NEXT")
    document.output(str(path))
    return path


def titles(reader: Reader, path: Path) -> list[str]:
    return [page.title for page in pages(reader, path)]


def pages(reader: Reader, path: Path) -> tuple[ExtractedPage, ...]:
    return reader.read(path, path.name).pages


def test_large_letters_at_the_top_of_a_page_are_its_heading(reader: Reader, tmp_path: Path) -> None:
    path = pdf(
        tmp_path / "a.pdf",
        [[("Press brake library", 24), (BODY, 11)], [("Who may borrow", 14), (BODY, 11)], [(BODY, 11)]],
    )
    assert titles(reader, path) == ["Press brake library", "Who may borrow", ""]


def test_a_heading_stays_in_the_text_of_its_page(reader: Reader, tmp_path: Path) -> None:
    [page] = pages(reader, pdf(tmp_path / "a.pdf", [[("Who may borrow", 16), (BODY, 11)]]))
    assert page.text.startswith("Who may borrow\n")
    assert page.text.count("Who may borrow") == 1


def test_a_heading_over_two_lines_is_one(reader: Reader, tmp_path: Path) -> None:
    long = "What the members of a press brake library pay for a day with an operator"
    assert titles(reader, pdf(tmp_path / "a.pdf", [[(long, 22), (BODY, 11)]])) == [long]


def test_a_bookmark_names_its_page_before_any_heading(reader: Reader, tmp_path: Path) -> None:
    path = pdf(
        tmp_path / "a.pdf", [[("Fees", 20), (BODY, 11)], [("Rules", 20), (BODY, 11)]], outline=["1. What it costs"]
    )
    assert titles(reader, path) == ["1. What it costs", "Rules"]


def test_a_slightly_larger_line_is_a_heading_only_in_another_font(reader: Reader, tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", [[("Insurance", 13, "B"), (BODY, 11.5)], [("Insurance", 13), (BODY, 11.5)]])
    assert titles(reader, path) == ["Insurance", ""]


def test_a_running_header_is_no_heading(reader: Reader, tmp_path: Path) -> None:
    lines: list[list[Line]] = [[(f"Part {word}", 15), (BODY, 11)] for word in ("one", "two", "three", "four")]
    path = pdf(tmp_path / "a.pdf", lines, header=("Tri-County Tool Cooperative", 20))
    assert titles(reader, path)[1:] == ["Part two", "Part three", "Part four"]


def test_a_heading_that_continues_on_the_next_page_names_both(reader: Reader, tmp_path: Path) -> None:
    lines: list[list[Line]] = [[(text, 20), (BODY, 11)] for text in ("Start", "Fees", "Repairs", "Repairs", "Contact")]
    assert titles(reader, pdf(tmp_path / "a.pdf", lines)) == ["Start", "Fees", "Repairs", "Repairs", "Contact"]


@pytest.mark.parametrize(
    "line", ["17", "Pages 3 = 4", "we lend it for a day and", "We lend it for a day,", "www.tools.example"]
)
def test_a_number_a_formula_and_a_part_of_a_sentence_are_no_headings(reader: Reader, tmp_path: Path, line: str) -> None:
    assert titles(reader, pdf(tmp_path / "a.pdf", [[(line, 20), (BODY, 11)]])) == [""]


def test_large_letters_at_the_bottom_or_in_a_long_paragraph_are_no_heading(reader: Reader, tmp_path: Path) -> None:
    many: list[Line] = [(BODY, 11)] * 40
    assert titles(reader, pdf(tmp_path / "a.pdf", [[*many, ("42 members", 24)]])) == [""]
    assert titles(reader, pdf(tmp_path / "b.pdf", [[(BODY * 4, 20), (BODY, 11)]])) == [""]


def test_a_page_that_is_a_picture_or_has_letters_of_one_size_has_no_heading(reader: Reader, tmp_path: Path) -> None:
    path = scanned_pdf(tmp_path / "a.pdf", [scan("Press brake library"), "Typed minutes\n\n" + BODY])
    assert titles(reader, path) == ["", ""]


def test_text_in_which_each_line_has_its_own_size_has_no_heading(reader: Reader, tmp_path: Path) -> None:
    lines: list[Line] = [(f"Recognized line {number}", 10 + number * 0.37) for number in range(12)]
    assert titles(reader, pdf(tmp_path / "a.pdf", [[("Recognized first", 20), *lines]])) == [""]
