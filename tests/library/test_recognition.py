"""Text recognition: scans and pictures are read by Tesseract, found by search, and what wasn't read is named."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops
from pptx.presentation import Presentation
from sqlalchemy import select
from sqlalchemy.orm import undefer

from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts, recognizing
from hub.library.derive.previews import making, shelf, showing
from hub.library.extract import sandbox, tesseract
from hub.library.extract.formats import FORMATS, format_of
from hub.library.extract.limits import Limits
from hub.library.extract.pieces import Pieces
from hub.library.extract.reader import Reader
from hub.library.extract.recognition import BLANK, Recognition, from_json
from hub.library.extract.served import served_type
from hub.library.extract.tesseract import missing_package
from hub.library.files import originals
from hub.library.models import Page, Resource, Revision
from hub.library.rules import Kind, PreviewState, State
from tests.library import documents
from tests.library.heic import heic
from tests.library.scans import drawing, scan, scanned_pdf
from tests.world import FrozenClock, an_organization


@pytest.fixture(scope="module", autouse=True)
def tesseract_is_installed() -> None:
    """Without Tesseract, tests fail in CI and are skipped elsewhere."""
    if package := missing_package("eng"):
        advice = f"As root: apt-get install -y {package}"
        if os.environ.get("CI"):
            pytest.fail(advice)
        pytest.skip(advice)


def added(database: Database, path: Path) -> int:
    """Add a resource with a file, and return its id."""
    with path.open("rb") as stream:
        stored = originals.store(database.config, stream)
    with database.writing() as db:
        facts = library_actions.Facts(Kind.RESOURCE, title="A title")
        return library_actions.add(db, None, an_organization(db), facts, library_actions.File(stored, path.name)).id


def ready(database: Database, reader: Reader, path: Path) -> int:
    """Add a resource that was read and drawn, and whose pictures weren't recognized yet."""
    resource = added(database, path)
    page_texts.catch_up(database, reader)
    making.catch_up(database, reader)
    return resource


def revision_of(database: Database, resource: int) -> Revision:
    with database.reading() as db:
        return db.scalars(select(Revision).where(Revision.resource_id == resource)).one()


def pages_of(database: Database, resource: int) -> list[Page]:
    with database.reading() as db:
        pages = select(Page).join(Page.revision).where(Revision.resource_id == resource).order_by(Page.number)
        return list(db.scalars(pages.options(undefer(Page.places))))


def version_of(database: Database, resource: int) -> int:
    with database.reading() as db:
        return db.scalars(select(Resource.version).where(Resource.id == resource)).one()


def saved(picture: Image.Image, path: Path) -> Path:
    """Save a picture in the format of its name, and return the path."""
    if path.suffix == ".heic":
        path.write_bytes(heic(picture))
    else:
        picture.save(path)
    return path


def recognized(reader: Reader, path: Path, number: int = 1) -> Recognition:
    """Return what the two jobs of the helper read from a page."""
    file_format = format_of(path.name)
    assert file_format is not None
    prepared = reader.make("prepare", path, file_format.extension, number=number)
    assert prepared.each[1].startswith(b"\x89PNG"), prepared.detail
    (path.parent / "prepared.png").write_bytes(prepared.each[1])
    answer = reader.make("recognize", path.parent / "prepared.png", "png", languages="eng")
    recognition = from_json(answer.each[1], Limits())
    assert recognition is not None
    return recognition


class Unlucky(Reader):
    """A reader for which some jobs end as `fails` says; it gives None for the others."""

    def __init__(self, fails: Callable[[str, int], Pieces | None]) -> None:
        super().__init__()
        self.fails, self.jobs, self.number = fails, list[str](), 0

    def make(self, job: str, path: Path, extension: str, *limits: Any, **details: Any) -> Pieces:
        """Do the job, or fail it."""
        self.jobs.append(job)
        self.number = details.get("number", self.number)
        return self.fails(job, self.number) or super().make(job, path, extension, *limits, **details)


@pytest.mark.both_databases
def test_the_pages_of_a_scan_are_read_and_found(database: Database, reader: Reader, tmp_path: Path) -> None:
    pages: list[Image.Image | str] = [
        "Typed minutes of the meeting",
        scan("The foundry ordered", "two annealing ovens"),
        scan("Quench oil"),
    ]
    resource = ready(database, reader, scanned_pdf(tmp_path / "a.pdf", pages))
    assert revision_of(database, resource).state is State.PARTIAL
    assert revision_of(database, resource).unread == "Pages 2 and 3 are pictures without text."
    before = version_of(database, resource)
    assert recognizing.catch_up(database, reader) == 2
    assert recognizing.catch_up(database, reader) == 0
    typed, second, third = pages_of(database, resource)
    assert typed.confidence is None
    assert second.text == "The foundry ordered\ntwo annealing ovens"
    assert (second.confidence or 0) > 80
    assert "oven" in second.places
    assert third.text == "Quench oil"
    revision = revision_of(database, resource)
    assert (revision.state, revision.unread, revision.state_detail) == (State.OK, "", "")
    assert version_of(database, resource) > before


def test_what_was_not_read_stays_named(database: Database, reader: Reader, tmp_path: Path) -> None:
    pages: list[Image.Image | str] = ["Typed", drawing(), scan("Broaching of keyways"), scan("Reaming and honing")]
    resource = ready(database, reader, scanned_pdf(tmp_path / "a.pdf", pages))
    with Unlucky(lambda _, number: Pieces({}, State.CORRUPT) if number == 4 else None) as unlucky:
        recognizing.catch_up(database, unlucky)
    revision = revision_of(database, resource)
    assert revision.state is State.PARTIAL
    assert revision.unread.splitlines() == [
        "No text was found in the picture on page 2.",
        "The text in the picture on page 4 couldn’t be read.",
    ]
    assert revision.state_detail == revision.unread.replace("\n", " ")


def test_a_blank_page_counts_as_read(database: Database, reader: Reader, tmp_path: Path) -> None:
    blank = Image.new("L", (600, 800), 250)
    scan("Front of a sheet").save(tmp_path / "a.tif", save_all=True, append_images=[blank])
    resource = ready(database, reader, tmp_path / "a.tif")
    assert revision_of(database, resource).state is State.PARTIAL
    recognizing.catch_up(database, reader)
    assert revision_of(database, resource).state is State.OK


def test_a_picture_that_a_pdf_does_not_show_is_named(database: Database, reader: Reader, tmp_path: Path) -> None:
    blank = Image.new("L", (600, 800), 255)  # PDFium draws the same in place of a damaged picture
    resource = ready(database, reader, scanned_pdf(tmp_path / "a.pdf", ["Typed", blank]))
    recognizing.catch_up(database, reader)
    assert revision_of(database, resource).unread == "No text was found in the picture on page 2."


def test_other_parts_that_were_not_read_stay_named(database: Database, reader: Reader, tmp_path: Path) -> None:
    resource = ready(database, reader, scanned_pdf(tmp_path / "a.pdf", ["Typed", scan("Knurling tools")]))
    with database.writing() as db:
        revision = db.scalars(select(Revision).where(Revision.resource_id == resource)).one()
        revision.unread += "\nThe attachment “plan.pdf” is damaged."
    recognizing.catch_up(database, reader)
    revision = revision_of(database, resource)
    assert (revision.state, revision.unread) == (State.PARTIAL, "The attachment “plan.pdf” is damaged.")


def test_a_failure_that_may_pass_is_tried_three_times(database: Database, reader: Reader, tmp_path: Path) -> None:
    resource = ready(database, reader, scanned_pdf(tmp_path / "a.pdf", ["Typed", scan("Deburring wheels")]))
    with Unlucky(lambda job, _: Pieces({}, None) if job == "recognize" else None) as unlucky:
        assert recognizing.catch_up(database, unlucky, limit=2) == 2
        assert revision_of(database, resource).unread == "Page 2 is a picture without text."
        assert recognizing.catch_up(database, unlucky) == 1
    assert unlucky.jobs == ["prepare", "recognize"] * 3
    assert revision_of(database, resource).unread == "The text in the picture on page 2 couldn’t be read."
    assert revision_of(database, resource).tries == 0


@pytest.mark.both_databases
def test_a_page_whose_worker_died_is_recognized_after_its_lease(
    database: Database, reader: Reader, tmp_path: Path, frozen_clock: FrozenClock
) -> None:
    ready(database, reader, scanned_pdf(tmp_path / "a.pdf", ["Typed", scan("Sheet metal brake")]))
    assert recognizing._claim(database) is not None
    assert recognizing.catch_up(database, reader) == 0
    frozen_clock.advance(seconds=recognizing.LEASE.total_seconds() + 1)
    assert recognizing.catch_up(database, reader) == 1


@pytest.mark.both_databases
def test_a_recognizer_that_lost_its_lease_writes_nothing(database: Database, reader: Reader, tmp_path: Path) -> None:
    resource = ready(database, reader, scanned_pdf(tmp_path / "a.pdf", ["Typed", scan("Lost wax")]))
    claim = recognizing._claim(database)
    assert claim is not None
    with database.writing() as db:
        db.scalars(select(Revision).where(Revision.resource_id == resource)).one().lease_token = "another"
    recognizing._finish(database, claim, recognizing.Result(is_failed=True))
    assert pages_of(database, resource)[1].confidence is None


def test_files_that_need_no_recognition_are_read_first(database: Database, reader: Reader, tmp_path: Path) -> None:
    ready(database, reader, scanned_pdf(tmp_path / "a.pdf", ["Typed", scan("Centerless grinding")]))
    (tmp_path / "later.txt").write_text("Words of a file that waits")
    added(database, tmp_path / "later.txt")
    assert recognizing.catch_up(database, reader) == 0
    page_texts.catch_up(database, reader)
    assert recognizing.catch_up(database, reader) == 1


def test_a_long_scan_holds_up_no_short_one(database: Database, reader: Reader, tmp_path: Path) -> None:
    short = ready(database, reader, scanned_pdf(tmp_path / "short.pdf", [scan("One page of jigs")]))
    ready(database, reader, scanned_pdf(tmp_path / "long.pdf", [scan(f"Page {number} of dies") for number in range(3)]))
    assert recognizing.catch_up(database, reader, limit=2) == 2
    assert pages_of(database, short)[0].text == "One page of jigs"


def test_without_tesseract_pages_wait(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = ready(database, reader, scanned_pdf(tmp_path / "a.pdf", [scan("Swaging dies")]))
    with monkeypatch.context() as without:
        without.setattr(tesseract, "tesseract", lambda: None)
        assert recognizing.catch_up(database, reader) == 0
    assert revision_of(database, resource).state is State.PARTIAL
    assert recognizing.catch_up(database, reader) == 1


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_was_scanned_sideways_is_read(reader: Reader, tmp_path: Path, turn: int) -> None:
    page = scan(*[f"Line {number} of the minutes about heat treatment" for number in ["one", "two", "three", "four"]])
    recognition = recognized(reader, saved(page.rotate(turn, expand=True), tmp_path / "a.png"))
    assert "Line two of the minutes about heat treatment" in recognition.text


def test_a_photo_is_turned_as_the_camera_was_held(reader: Reader, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6  # turn by 90 degrees to the right to see it upright
    page = scan("Torque wrenches", size=(900, 500))
    page.rotate(90, expand=True).save(tmp_path / "a.jpg", exif=exif)
    recognition = recognized(reader, tmp_path / "a.jpg")
    assert recognition.text == "Torque wrenches"
    left, top, width, _ = recognition.places[0][1:]
    assert left < 200
    assert top < 400
    assert width > 100
    made = reader.make("repack", tmp_path / "a.jpg", "jpg", numbers=[1], width=320, seconds=1).each[1]
    with Image.open(io.BytesIO(made)) as preview:
        assert preview.width > preview.height


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp", "a.heic"])
def test_every_format_of_pictures_is_read(reader: Reader, tmp_path: Path, name: str) -> None:
    path = saved(scan("Powder coating line", size=(992, 416)), tmp_path / name)
    extraction = reader.read(path, name)
    assert [page.is_picture for page in extraction.pages] == [True]
    assert extraction.unread
    assert recognized(reader, path).text == "Powder coating line"
    extension = path.suffix.removeprefix(".")
    assert reader.make("repack", path, extension, numbers=[1], width=320, seconds=1).each[1].startswith(b"RIFF")
    assert served_type(path, name) == FORMATS[extension].media_type


def test_each_page_of_a_scan_in_tiff_is_a_page(database: Database, reader: Reader, tmp_path: Path) -> None:
    first, second = scan("First sheet of welds", size=(900, 400)), scan("Second sheet of rivets", size=(700, 900))
    first.save(tmp_path / "a.tiff", save_all=True, append_images=[second], compression="tiff_lzw")
    resource = ready(database, reader, tmp_path / "a.tiff")
    recognizing.catch_up(database, reader)
    assert [page.text for page in pages_of(database, resource)] == ["First sheet of welds", "Second sheet of rivets"]
    revision = revision_of(database, resource)
    assert revision.preview_state is PreviewState.PICTURES
    pictures = [showing.picture(database.config, revision, number, shelf.SMALL) for number in (1, 2)]
    assert all(pictures)
    assert pictures[0] != pictures[1]


def test_a_picture_file_is_searchable_once_its_text_is_read(database: Database, reader: Reader, tmp_path: Path) -> None:
    resource = ready(database, reader, saved(scan("Powder coating line"), tmp_path / "a.png"))
    assert revision_of(database, resource).unread == "Page 1 is a picture without text."
    recognizing.catch_up(database, reader)
    revision = revision_of(database, resource)
    assert (revision.state, revision.unread) == (State.OK, "")


def test_small_letters_of_a_screenshot_are_read(reader: Reader, tmp_path: Path) -> None:
    path = saved(scan("Registration closes on Friday at noon", size=(640, 300), letters=13), tmp_path / "a.png")
    assert recognized(reader, path).text == "Registration closes on Friday at noon"


def test_a_transparent_picture_is_read_on_white(reader: Reader, tmp_path: Path) -> None:
    words = scan("Clear coat", size=(800, 400))
    picture = Image.new("RGBA", words.size, (0, 0, 0, 0))
    picture.putalpha(words.point(lambda level: 255 - level))
    assert recognized(reader, saved(picture, tmp_path / "a.png")).text == "Clear coat"


def test_a_picture_with_many_levels_of_gray_is_read(reader: Reader, tmp_path: Path) -> None:
    levels = scan("Sixteen bits", size=(800, 400)).convert("I").point(lambda level: level * 200)
    path = tmp_path / "a.png"
    levels.convert("I;16").save(path)
    assert recognized(reader, path).text == "Sixteen bits"


def test_tesseract_reaches_only_its_picture(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("keys of the hub")
    picture = saved(scan("Walled in", size=(800, 400)), tmp_path / "a.png")
    script = (
        "import os, socket, subprocess, sys; from pathlib import Path\n"
        "def fails(do):\n"
        "    try: do()\n"
        "    except OSError: return True\n"
        "    return False\n"
        f"print(fails(lambda: Path({str(secret)!r}).read_text()), fails(socket.socket), fails(os.fork),\n"
        f"      fails(lambda: os.kill({os.getpid()}, 0)),\n"
        f"      fails(lambda: Path({str(tmp_path / 'new')!r}).write_text('x')), Path({str(picture)!r}).stat().st_size > 0)"
    )
    programs = sandbox.reader_programs()
    answer = subprocess.run(
        [os.path.realpath(sys.executable), "-S", "-c", script],
        capture_output=True,
        check=False,
        text=True,
        preexec_fn=lambda: sandbox.confine_program(programs, picture),
    )
    assert answer.stdout.split() == ["True"] * 6, answer.stderr


def test_a_slide_that_is_a_picture_is_read_from_the_exported_deck(
    database: Database, reader: Reader, office: str, tmp_path: Path
) -> None:
    assert office
    scan("Mandrel and chuck", size=(960, 720)).save(tmp_path / "slide.png")

    def fill(show: Presentation) -> None:
        documents.add_slide(show, "Typed title", "Typed words")
        show.slides.add_slide(show.slide_layouts[documents.BLANK]).shapes.add_picture(
            str(tmp_path / "slide.png"), 0, 0, show.slide_width, show.slide_height
        )

    resource = added(database, documents.deck(tmp_path / "a.pptx", fill))
    page_texts.catch_up(database, reader)
    with database.writing() as db:
        db.scalars(select(Page).where(Page.number == 2)).one().is_picture = True
    assert recognizing.catch_up(database, reader) == 0  # its picture isn't made yet
    making.catch_up(database, reader)
    document = shelf.folder_of(database.config, revision_of(database, resource).sha256 or "") / shelf.DOCUMENT
    document.unlink()  # to make room for other previews
    assert recognizing.catch_up(database, reader) == 1  # it asks for the deck's PDF, and waits for it
    making.catch_up(database, reader)
    assert recognizing.catch_up(database, reader) == 1
    assert "Mandrel and chuck" in pages_of(database, resource)[1].text


def test_white_letters_on_a_transparent_ground_are_read(reader: Reader, tmp_path: Path) -> None:
    words = scan("Dark pages only", size=(800, 400))
    picture = Image.new("RGBA", words.size, (255, 255, 255, 0))
    picture.putalpha(words.point(lambda level: 255 - level))
    assert recognized(reader, saved(picture, tmp_path / "a.png")).text == "Dark pages only"


def test_faint_letters_do_not_make_a_page_blank(reader: Reader, tmp_path: Path) -> None:
    faint = scan("Draft").point(lambda level: 235 if level < 128 else 250)
    path = saved(faint, tmp_path / "a.png")
    assert reader.make("prepare", path, "png", number=1).each[1] != BLANK
    assert reader.make("prepare", saved(faint.point(lambda _: 250), path), "png", number=1).each[1] == BLANK


def test_damaged_and_huge_pictures_end_in_a_state(database: Database, reader: Reader, tmp_path: Path) -> None:
    whole = io.BytesIO()
    drawing((2000, 1500)).save(whole, "JPEG")
    (tmp_path / "cut.jpg").write_bytes(whole.getvalue()[:9_000])
    Image.new("1", (30_000, 5_000)).save(tmp_path / "huge.png")
    Image.new("1", (60_000, 10_000)).save(tmp_path / "bomb.png")
    resources = [ready(database, reader, tmp_path / name) for name in ("cut.jpg", "huge.png", "bomb.png")]
    recognizing.catch_up(database, reader)
    states = [revision_of(database, resource).state for resource in resources]
    assert states == [State.PARTIAL, State.PARTIAL, State.TOO_LARGE]
    sentences = {revision_of(database, resource).unread for resource in resources[:2]}
    assert sentences == {"The text in the picture on page 1 couldn’t be read."}


@pytest.mark.parametrize("dots", [150, 300])
def test_a_grainy_scan_with_few_words_is_read_quickly(reader: Reader, tmp_path: Path, dots: int) -> None:
    page = scan("Only one line of text in the grain", size=(dots * 8, dots * 10), letters=dots // 5)
    grain = ImageChops.add(page, Image.effect_noise(page.size, 28), offset=-128)
    grain.save(tmp_path / "a.png", dpi=(dots, dots))
    assert "Only one line of text in the grain" in recognized(reader, tmp_path / "a.png").text
