"""Pictures of pages: drawn once, redrawn if they are missing, and never shown with the wrong page."""

import io
import shutil
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF
from PIL import Image
from sqlalchemy import select, update

from hub import worker
from hub.core import clock
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts
from hub.library.derive.previews import making, shelf, showing
from hub.library.extract.legacy import libreoffice
from hub.library.extract.limits import Limits
from hub.library.extract.pieces import Pieces
from hub.library.extract.reader import Reader
from hub.library.files import originals
from hub.library.models import Revision
from hub.library.rules import Kind, PreviewState, State
from tests.library import documents
from tests.world import a_resource, an_organization

needs_libreoffice = pytest.mark.usefixtures("office")


def _add(database: Database, path: Path) -> int:
    """Add a resource with that file, which isn't read yet, and return its id."""
    with path.open("rb") as stream:
        stored = originals.store(database.config, stream)
    with database.writing() as db:
        facts = library_actions.Facts(Kind.RESOURCE)
        return library_actions.add(db, None, an_organization(db), facts, library_actions.File(stored, path.name)).id


def _revision(database: Database, resource_id: int) -> Revision:
    with database.reading() as db:
        return db.scalars(select(Revision).where(Revision.resource_id == resource_id)).one()


def _folder(database: Database, resource_id: int) -> Path:
    return shelf.folder_of(database.config, _revision(database, resource_id).sha256 or "")


def _pictures(database: Database, resource_id: int) -> dict[str, tuple[int, int]]:
    """Return the sizes of the existing pictures, by name."""
    sizes = {}
    for path in sorted(_folder(database, resource_id).glob("*.webp")):
        with Image.open(path) as picture:
            assert picture.format == "WEBP"
            sizes[path.stem] = picture.size
    return sizes


def test_every_page_of_a_pdf_gets_a_small_picture_and_a_large_one_when_asked_for(
    database: Database, reader: Reader, tmp_path: Path
) -> None:
    resource = _add(database, documents.pdf(tmp_path / "a.pdf", "one", "two", "three"))
    page_texts.catch_up(database, reader)
    assert _revision(database, resource).preview_state is PreviewState.WAITING
    making.catch_up(database, reader)
    assert _revision(database, resource).preview_state is PreviewState.PICTURES
    sizes = _pictures(database, resource)
    assert set(sizes) == {"1-320", "2-320", "3-320"}
    assert {size[0] for size in sizes.values()} == {320}
    showing.picture(database.config, _revision(database, resource), 2, shelf.LARGE)
    assert _pictures(database, resource)["2-1200"][0] == 1200
    assert making.catch_up(database, reader) == 0


@pytest.mark.both_databases
def test_nothing_is_drawn_before_it_is_read(database: Database, reader: Reader, tmp_path: Path) -> None:
    _add(database, documents.pdf(tmp_path / "a.pdf", "one"))
    assert making.catch_up(database, reader) == 0


def test_previews_that_were_deleted_are_made_again(database: Database, reader: Reader, tmp_path: Path) -> None:
    resource = _add(database, documents.pdf(tmp_path / "a.pdf", "one", "two"))
    page_texts.catch_up(database, reader)
    making.catch_up(database, reader)
    before = _pictures(database, resource)
    shutil.rmtree(database.config.UPLOADS / "derived")
    assert making.catch_up(database, reader) > 0
    assert _pictures(database, resource) == before
    making.delete_all(database)
    assert _pictures(database, resource) == {}
    assert _revision(database, resource).preview_state is PreviewState.WAITING
    making.catch_up(database, reader)
    assert _pictures(database, resource) == before


def test_a_preview_reported_missing_is_made_again(database: Database, reader: Reader, tmp_path: Path) -> None:
    resource = _add(database, documents.pdf(tmp_path / "a.pdf", "one"))
    page_texts.catch_up(database, reader)
    making.catch_up(database, reader)
    shutil.rmtree(_folder(database, resource))
    assert making.catch_up(database, reader) == 0  # the loss isn't noticed yet
    shelf.report_missing(database.config, _revision(database, resource).sha256 or "")
    making.catch_up(database, reader)
    assert set(_pictures(database, resource)) == {"1-320"}
    assert shelf.reported_missing(database.config) == []


def test_reading_again_draws_again(database: Database, reader: Reader, tmp_path: Path) -> None:
    resource = _add(database, documents.pdf(tmp_path / "a.pdf", "one"))
    page_texts.catch_up(database, reader)
    making.catch_up(database, reader)
    with database.writing() as db:
        library_actions.discard_page_texts(db)
    page_texts.catch_up(database, reader)
    assert _revision(database, resource).preview_state is PreviewState.WAITING
    making.catch_up(database, reader)
    assert _revision(database, resource).preview_state is PreviewState.PICTURES


def test_an_extremely_tall_page_gets_a_picture_that_fits(database: Database, reader: Reader, tmp_path: Path) -> None:
    document = FPDF(unit="pt", format=(600, 144_000))
    document.add_page()
    document.output(str(tmp_path / "tall.pdf"))
    resource = _add(database, tmp_path / "tall.pdf")
    page_texts.catch_up(database, reader)
    making.catch_up(database, reader)
    width, height = _pictures(database, resource)["1-320"]
    assert (width, height) == (4, 961)


@needs_libreoffice
def test_hidden_slides_are_drawn_too_so_that_numbers_match(database: Database, reader: Reader, tmp_path: Path) -> None:
    resource = _add(database, documents.three_slides(tmp_path / "a.pptx"))
    page_texts.catch_up(database, reader)
    making.catch_up(database, reader)
    assert _revision(database, resource).preview_state is PreviewState.PICTURES
    assert set(_pictures(database, resource)) == {"1-320", "2-320", "3-320"}


@needs_libreoffice
def test_without_libreoffice_cards_are_shown_until_it_is_installed(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "libreoffice", lambda: None)
    resource = _add(database, documents.three_slides(tmp_path / "a.pptx", thumbnail=True))
    page_texts.catch_up(database, reader)
    making.catch_up(database, reader)
    assert _revision(database, resource).preview_state is PreviewState.CARDS
    assert set(_pictures(database, resource)) == {"embedded"}
    assert making.catch_up(database, reader) == 0
    monkeypatch.setattr(making, "libreoffice", libreoffice)
    making.catch_up(database, reader)
    assert _revision(database, resource).preview_state is PreviewState.PICTURES
    assert making.catch_up(database, reader) == 0


class Printer(Reader):
    """A reader whose `make` returns the given answers and records the requests."""

    def __init__(self, answers: Callable[[str, dict[str, Any]], Pieces]) -> None:
        super().__init__()
        self.answers = answers
        self.asked: list[tuple[str, Any]] = []

    def make(
        self, job: str, path: Path, extension: str, limits: Limits | None = None, timeout: float = -1, **details: Any
    ) -> Pieces:
        """Record the request, and return the given answer."""
        self.asked.append((job, details.get("numbers")))
        return self.answers(job, details)


def _webp() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 18)).save(buffer, "WEBP")
    return buffer.getvalue()


def _ready(database: Database, reader: Reader, path: Path) -> int:
    """Add a resource that is read but not drawn yet, and return its id."""
    resource = _add(database, path)
    page_texts.catch_up(database, reader)
    return resource


def test_pictures_are_not_shown_if_their_number_differs_from_the_slides(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "libreoffice", lambda: "/usr/bin/soffice")
    resource = _ready(database, reader, documents.three_slides(tmp_path / "a.pptx"))
    making.catch_up(
        database,
        Printer(lambda job, _: Pieces({2: b"%PDF-"} if job == "print" else {}, State.OK)),
    )
    assert _revision(database, resource).preview_state is PreviewState.UNMATCHED
    assert _pictures(database, resource) == {}


def test_a_deck_that_libreoffice_cannot_export_is_marked_as_failed(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "libreoffice", lambda: "/usr/bin/soffice")
    resource = _ready(database, reader, documents.three_slides(tmp_path / "a.pptx", thumbnail=True))
    printer = Printer(lambda job, _: Pieces({}, State.CORRUPT) if job == "print" else Pieces({1: _webp()}, State.OK))
    making.catch_up(database, printer)
    assert _revision(database, resource).preview_state is PreviewState.FAILED
    assert set(_pictures(database, resource)) == {"embedded"}
    assert making.catch_up(database, printer) == 0


def test_a_page_that_crashes_drawing_is_marked_and_the_others_are_drawn(
    database: Database, reader: Reader, tmp_path: Path
) -> None:
    resource = _ready(database, reader, documents.pdf(tmp_path / "a.pdf", "one", "two", "three"))

    def draw(_: str, details: dict[str, Any]) -> Pieces:
        numbers = details["numbers"]
        good = numbers[: numbers.index(2)] if 2 in numbers else numbers
        return Pieces({number: _webp() for number in good}, State.OK if 2 not in numbers else None)

    making.catch_up(database, Printer(draw))
    assert _revision(database, resource).preview_state is PreviewState.PICTURES
    assert set(_pictures(database, resource)) == {"1-320", "3-320"}
    assert (_folder(database, resource) / "2-320.none").exists()
    shown = showing.shown(database.config, _revision(database, resource), 1)
    assert [shown.has(number) for number in (1, 2, 3)] == [True, False, True]


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"RIFFxxxxAVI "])
def test_pictures_from_the_helper_are_validated(
    database: Database, reader: Reader, tmp_path: Path, content: bytes
) -> None:
    resource = _ready(database, reader, documents.pdf(tmp_path / "a.pdf", "one"))
    making.catch_up(database, Printer(lambda _, details: Pieces(dict.fromkeys(details["numbers"], content), State.OK)))
    assert _pictures(database, resource) == {}
    assert not showing.shown(database.config, _revision(database, resource), 1).has(1)


@pytest.mark.both_databases
def test_a_long_document_is_drawn_a_piece_at_a_time(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "PAGES_AT_ONCE", 2)
    resource = _ready(database, reader, documents.pdf(tmp_path / "a.pdf", *"abcde"))
    printer = Printer(lambda _, details: Pieces({number: _webp() for number in details["numbers"]}, State.OK))
    assert making.catch_up(database, printer, limit=1) == 1
    assert _revision(database, resource).preview_state is PreviewState.WAITING
    assert _revision(database, resource).lease_token is None
    assert making.catch_up(database, printer) == 2
    assert printer.asked == [("draw", [1, 2]), ("draw", [3, 4]), ("draw", [5])]


@pytest.mark.both_databases
def test_a_dead_workers_previews_are_drawn_after_its_lease_expires(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = _ready(database, reader, documents.pdf(tmp_path / "a.pdf", "one"))
    claimed = making._claim(database)  # and then the worker dies
    assert claimed
    assert making.catch_up(database, reader) == 0
    later = clock.now() + making.LEASE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    making.catch_up(database, reader)
    making._finish(database, claimed[0], PreviewState.FAILED)  # the worker wasn't dead, but its lease is lost
    assert _revision(database, resource).preview_state is PreviewState.PICTURES


@pytest.mark.both_databases
def test_a_file_that_crashes_the_worker_is_given_up_after_three_tries(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = _ready(database, reader, documents.pdf(tmp_path / "a.pdf", "one"))
    start = clock.now()
    for number in range(1, making.MOST_TRIES + 1):
        monkeypatch.setattr(clock, "now", lambda number=number: start + 2 * number * making.LEASE)
        assert making._claim(database)  # each time the worker dies
    monkeypatch.setattr(clock, "now", lambda: start + 20 * making.LEASE)
    making.catch_up(database, reader)
    assert _revision(database, resource).preview_state is PreviewState.FAILED


def test_formatted_texts_become_html_without_scripts(database: Database, reader: Reader, tmp_path: Path) -> None:
    html = (
        "<html><head><style>p {color: red}</style></head><body><h1>AMCC Update</h1><p onclick='x()'>Good <b>week</b>"
        "<img src=http://tracker.example/1.gif><script>alert(1)</script></p><a href='javascript:x()'>link</a></body></html>"
    )
    mail = _ready(database, reader, documents.message(tmp_path / "a.eml", "Update", html=html))
    note = tmp_path / "note.md"
    note.write_text("# Call\n\nAna **spoke** <script>alert(1)</script>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    markdown = _ready(database, reader, note)
    making.catch_up(database, reader)
    set_mail = showing.set_text(database.config, _revision(database, mail))
    assert set_mail is not None
    assert "<b>week</b>" in set_mail
    for bad in ("script", "alert", "img", "onclick", "javascript", "color: red", "tracker"):
        assert bad not in set_mail
    set_note = showing.set_text(database.config, _revision(database, markdown))
    assert set_note is not None
    assert "<strong>spoke</strong>" in set_note
    assert "<td>1</td>" in set_note
    assert "<script" not in set_note


def test_a_plain_text_email_keeps_its_lines(database: Database, reader: Reader, tmp_path: Path) -> None:
    mail = _ready(
        database, reader, documents.message(tmp_path / "a.eml", "Hi", plain="One <two>\nthree\n\nFour & five")
    )
    making.catch_up(database, reader)
    text = showing.set_text(database.config, _revision(database, mail))
    assert text is not None
    assert "One &lt;two&gt;<br>" in text
    assert "<p>Four &amp; five</p>" in text


def test_an_uploaded_picture_is_its_own_preview(database: Database, reader: Reader, tmp_path: Path) -> None:
    Image.new("RGB", (2400, 1200), "green").save(tmp_path / "plant.png")
    resource = _ready(database, reader, tmp_path / "plant.png")
    (tmp_path / "fake.jpg").write_bytes(b"\xff\xd8 no picture at all")
    fake = _ready(database, reader, tmp_path / "fake.jpg")
    making.catch_up(database, reader)
    assert _pictures(database, resource) == {"1-320": (320, 160)}
    showing.picture(database.config, _revision(database, resource), 1, shelf.LARGE)
    assert _pictures(database, resource) == {"1-1200": (1200, 600), "1-320": (320, 160)}
    assert _revision(database, resource).preview_state is PreviewState.PICTURES
    assert _revision(database, fake).preview_state is PreviewState.FAILED


def test_typed_texts_and_tables_have_no_previews(database: Database, reader: Reader, tmp_path: Path) -> None:
    with database.writing() as db:
        typed = a_resource(db, an_organization(db), pages=["one", "two"]).id
    sheet = _ready(database, reader, documents.workbook(tmp_path / "a.xlsx", lambda book: book.create_sheet("Sites")))
    making.catch_up(database, reader)
    assert {_revision(database, resource).preview_state for resource in (typed, sheet)} == {PreviewState.NONE}


def test_a_missing_original_does_not_block_the_others(database: Database, reader: Reader, tmp_path: Path) -> None:
    gone = _ready(database, reader, documents.pdf(tmp_path / "a.pdf", "gone"))
    originals.path_of(database.config, _revision(database, gone).sha256 or "").unlink()
    good = _ready(database, reader, documents.pdf(tmp_path / "b.pdf", "good"))
    making.catch_up(database, reader)
    assert _revision(database, gone).preview_state is PreviewState.NONE
    assert _revision(database, good).preview_state is PreviewState.PICTURES


def test_an_encrypted_or_damaged_file_has_no_pictures(database: Database, reader: Reader, tmp_path: Path) -> None:
    locked = _ready(database, reader, documents.pdf(tmp_path / "a.pdf", "secret", password="known"))
    with zipfile.ZipFile(tmp_path / "b.pptx", "w") as archive:
        archive.writestr("[Content_Types].xml", "garbage")
    broken = _ready(database, reader, tmp_path / "b.pptx")
    making.catch_up(database, reader)
    assert {_revision(database, resource).preview_state for resource in (locked, broken)} == {PreviewState.NONE}


def test_every_step_of_the_worker_runs_in_exactly_one_thread() -> None:
    assert sorted(name for steps in worker.THREADS for name in steps) == sorted(worker.STEPS)


@pytest.mark.both_databases
def test_previews_of_an_older_version_are_made_again(database: Database, reader: Reader, tmp_path: Path) -> None:
    resource = _ready(database, reader, documents.pdf(tmp_path / "a.pdf", "one"))
    making.catch_up(database, reader)
    with database.writing() as db:
        db.execute(update(Revision).values(preview_version=1))
    assert making.catch_up(database, reader) == 1
    assert _revision(database, resource).preview_state is PreviewState.PICTURES


def test_the_size_of_a_picture_is_read_from_its_first_bytes(tmp_path: Path) -> None:
    Image.new("RGB", (123, 45)).save(tmp_path / "a.webp", "WEBP", quality=80)
    assert shelf.picture_size(tmp_path / "a.webp") == (123, 45)
    (tmp_path / "b.webp").write_bytes(b"RIFF")
    assert shelf.picture_size(tmp_path / "b.webp") is None
    assert shelf.picture_size(tmp_path / "c.webp") is None
