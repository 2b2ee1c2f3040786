"""Previews keep within their budget: what wasn't used for longest goes first, small pictures last, and all can return."""

import fcntl
import io
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts, recognizing
from hub.library.derive.previews import budget, making, shelf, showing
from hub.library.extract.reader import Reader
from hub.library.extract.version import READER_VERSION
from hub.library.files import originals
from hub.library.models import Page, Revision
from hub.library.rules import Kind, PageKind, PreviewState, State
from hub.members.rules.organizations import OrganizationKind, Role
from tests.library import documents
from tests.world import SignIn, a_person, an_organization

PAGES = ("one", "two", "three", "four", "five", "six")


def _drawn(database: Database, reader: Reader, path: Path) -> Revision:
    """Add a file that is read and drawn, and return its revision."""
    with path.open("rb") as stream:
        stored = originals.store(database.config, stream)
    with database.writing() as db:
        facts = library_actions.Facts(Kind.RESOURCE, title="A title")
        file = library_actions.File(stored, path.name)
        number = library_actions.add(db, None, an_organization(db), facts, file).id
    page_texts.catch_up(database, reader)
    making.catch_up(database, reader)
    with database.reading() as db:
        return db.query(Revision).filter_by(resource_id=number).one()


def _sizes(database: Database) -> dict[str, int]:
    folder = shelf.root(database.config)
    return {path.name: path.stat().st_size for path in folder.glob("??/*/*") if path.suffix != ".none"}


def _with_budget(database: Database, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "budget_of", lambda _database: size)
    budget._note(database.config).unlink(missing_ok=True)


def test_large_pictures_go_first_and_those_that_were_used_longest_ago(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = _drawn(database, reader, documents.pdf(tmp_path / "a.pdf", *PAGES))
    for number in (1, 2, 3):
        path = showing.picture(database.config, revision, number, shelf.LARGE)
        assert path
        os.utime(path, (number * 1e8, number * 1e8))
    assert showing.picture(database.config, revision, 1, shelf.LARGE)  # used today
    sizes = _sizes(database)
    _with_budget(database, sum(sizes.values()) - 1, monkeypatch)
    monkeypatch.setattr(budget, "KEPT", 1)
    assert budget.make_room(database) == 1
    assert set(sizes) - set(_sizes(database)) == {"2-1200.webp"}
    _with_budget(database, sizes["1-320.webp"] + sizes["2-320.webp"], monkeypatch)
    budget.make_room(database)
    left = set(_sizes(database))
    assert "1-320.webp" in left
    assert not any("1200" in name for name in left)


def test_what_was_deleted_is_drawn_again_when_it_is_asked_for(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = _drawn(database, reader, documents.pdf(tmp_path / "a.pdf", *PAGES))
    _with_budget(database, 1, monkeypatch)
    assert budget.make_room(database) > 0
    assert _sizes(database) == {}
    assert making.catch_up(database, reader) == 0  # the worker doesn't
    _with_budget(database, 1_000_000, monkeypatch)
    budget.make_room(database)
    for width in (shelf.SMALL, shelf.LARGE):
        path = showing.picture(database.config, revision, 5, width)
        assert path
        assert path.name == f"5-{width}.webp"


def test_the_thumbnail_in_a_file_stays_since_no_one_asks_for_it_again(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = _drawn(database, reader, documents.pdf(tmp_path / "a.pdf", "one"))
    embedded = shelf.folder_of(database.config, revision.sha256 or "") / shelf.EMBEDDED
    shelf.write(embedded, b"RIFF....WEBP")
    _with_budget(database, 1, monkeypatch)
    assert budget.make_room(database) > 0
    assert set(_sizes(database)) == {shelf.EMBEDDED}


def test_a_formatted_text_that_was_deleted_is_made_again_when_someone_opens_it(
    database: Database, reader: Reader, tmp_path: Path
) -> None:
    (tmp_path / "note.md").write_text("# Call\n\nAna **spoke**")
    revision = _drawn(database, reader, tmp_path / "note.md")
    path = shelf.folder_of(database.config, revision.sha256 or "") / shelf.TEXT
    path.unlink()
    assert showing.set_text(database.config, revision) is None
    making.catch_up(database, reader)
    assert "<strong>spoke</strong>" in (showing.set_text(database.config, revision) or "")
    path.unlink()
    shelf.write(path.with_name(shelf.NO_TEXT), b"-")
    assert showing.set_text(database.config, revision) is None
    assert shelf.reported_missing(database.config) == []  # a text that can't be formatted isn't asked for again


def test_who_opens_all_pages_cannot_exceed_the_budget(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = _drawn(database, reader, documents.pdf(tmp_path / "a.pdf", *PAGES))
    before = sum(_sizes(database).values())
    large = len(Path(str(showing.picture(database.config, revision, 1, shelf.LARGE))).read_bytes())
    most = before + 2 * large
    _with_budget(database, most, monkeypatch)
    budget.make_room(database)
    for number in (2, 3, 4, 5, 6):  # the worker makes no room meanwhile
        assert showing.picture(database.config, revision, number, shelf.LARGE)  # large or small
    assert sum(_sizes(database).values()) <= most * budget.SLACK[shelf.LARGE] + large
    assert "6-1200.webp" not in _sizes(database)
    budget.make_room(database)
    assert sum(_sizes(database).values()) <= most
    path = showing.picture(database.config, revision, 6, shelf.LARGE)
    assert path
    assert path.name == "6-1200.webp"


def test_without_room_only_first_pages_are_drawn_ahead(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _drawn(database, reader, documents.pdf(tmp_path / "a.pdf", "one"))
    _with_budget(database, sum(_sizes(database).values()), monkeypatch)
    budget.make_room(database)
    revision = _drawn(database, reader, documents.pdf(tmp_path / "b.pdf", *PAGES))
    assert revision.preview_state is PreviewState.PICTURES
    folder = shelf.folder_of(database.config, revision.sha256 or "")
    assert shelf.numbers_of(folder, "-320.webp") <= {1}
    assert showing.shown(database.config, revision, 1).has(6)  # drawn when the page asks for it


def test_the_budget_is_a_share_of_the_files_and_the_same_file_counts_once(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "LEAST_BUDGET", 1_000)
    path = documents.pdf(tmp_path / "a.pdf", *PAGES)
    _drawn(database, reader, path)
    database.config = replace(database.config, PREVIEW_PERCENT=200)
    assert budget.budget_of(database) == 2 * path.stat().st_size


def test_large_pictures_from_before_stay_and_count(database: Database, reader: Reader, tmp_path: Path) -> None:
    revision = _drawn(database, reader, documents.pdf(tmp_path / "a.pdf", "one"))
    old = shelf.picture_path(shelf.folder_of(database.config, revision.sha256 or ""), 1, shelf.LARGE)
    shelf.write(old, b"RIFF....WEBP" + bytes(500))  # by a version that counted nothing
    budget._note(database.config).unlink()
    budget.make_room(database)
    figures = budget.figures(database.config)
    assert figures
    assert figures[0] == sum(_sizes(database).values())
    assert showing.picture(database.config, revision, 1, shelf.LARGE) == old


def test_nothing_is_searched_as_long_as_nothing_was_added(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _drawn(database, reader, documents.pdf(tmp_path / "a.pdf", "one"))
    monkeypatch.setattr(budget, "_files", lambda _folder: pytest.fail("searched"))
    monkeypatch.setattr(budget, "budget_of", lambda _database: pytest.fail("asked"))
    assert budget.make_room(database) == 0


def test_a_deck_whose_pdf_never_stays_is_exported_again_only_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognizing, "can_recognize", lambda _config: True)
    stored = originals.store(database.config, io.BytesIO(b"A deck."))
    with database.writing() as db:
        file = library_actions.File(stored, "a.pptx")
        library_actions.add(db, None, an_organization(db), library_actions.Facts(Kind.PRESENTATION), file)
        read = {"reader_version": READER_VERSION, "state": State.OK, "page_count": 1}
        db.execute(update(Revision).values(**read, preview_state=PreviewState.PICTURES, preview_version=1))
        db.add(Page(revision_id=db.scalars(select(Revision.id)).one(), number=1, kind=PageKind.SLIDE, is_picture=True))

    def recognized() -> tuple[int, int, float | None]:
        with Reader() as reader:
            done = recognizing.catch_up(database, reader)
        with database.reading() as db:
            version, confidence = db.execute(select(Revision.preview_version, Page.confidence).join(Page)).one()
            return done, version, confidence

    assert recognized() == (1, 0, None)  # the PDF was deleted to make room
    assert recognized() == (0, 0, None)  # until it is exported again
    with database.writing() as db:
        db.execute(update(Revision).values(preview_version=1))  # it was, and was deleted again
    assert recognized() == (1, 1, 0.0)


def test_only_one_worker_counts_and_makes_room(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _drawn(database, reader, documents.pdf(tmp_path / "a.pdf", "one"))
    _with_budget(database, 1, monkeypatch)
    with (shelf.root(database.config) / "counting").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert budget.make_room(database) == 0
    assert budget.make_room(database) > 0


def test_what_a_power_failure_left_in_the_counts_is_no_number(database: Database) -> None:
    shelf.root(database.config).mkdir(parents=True)
    shelf.grown(database.config).write_bytes(b"12\n\0\0\0\n30\n")
    assert budget._grown(database.config) == 42
    budget._note(database.config).write_bytes(b"")
    assert budget.figures(database.config) is None
    assert budget.make_room(database) == 0
    assert budget.figures(database.config) == (0, budget.LEAST_BUDGET)


def test_another_budget_holds_from_the_next_start_on(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = documents.pdf(tmp_path / "a.pdf", *PAGES)
    _drawn(database, reader, path)
    monkeypatch.setattr(budget, "LEAST_BUDGET", 1_000)
    database.config = replace(database.config, PREVIEW_PERCENT=100_000)
    assert budget.make_room(database) == 0
    database.config = replace(database.config, PREVIEW_PERCENT=1)  # nothing was added since
    assert budget.make_room(database) > 0
    assert sum(_sizes(database).values()) <= 1_000


def test_the_storage_page_says_what_pictures_of_pages_take(
    database: Database, reader: Reader, tmp_path: Path, sign_in: SignIn
) -> None:
    with database.writing() as db:
        host = an_organization(db, "AMCC", OrganizationKind.HOST)
        a_person(db, host, Role.COORDINATOR, "cora@host.example")
    coordinator = sign_in("cora@host.example")
    assert "Pictures of pages" not in coordinator.get("/storage").text  # nothing was counted yet
    _drawn(database, reader, documents.pdf(tmp_path / "a.pdf", *PAGES))
    budget.make_room(database)
    assert re.search(
        r"<dt>Pictures of pages</dt><dd>[\d.]+ [KM]B\. Above [\d.]+ MB, the hub deletes",
        coordinator.get("/storage").text,
    )
