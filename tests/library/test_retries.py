"""What failed for a reason that may pass is tried again later; what failed for the file's own reason is not."""

import errno
import os
import signal
import stat
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.core import clock
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library.derive import page_texts, retries
from hub.library.derive.previews import making, shelf, showing
from hub.library.extract import tools
from hub.library.extract.legacy import libreoffice
from hub.library.extract.limits import Limits
from hub.library.extract.passing import ended_by_machine, may_pass
from hub.library.extract.pieces import Pieces
from hub.library.extract.reader import Reader
from hub.library.files import originals
from hub.library.models import Revision
from hub.library.rules import MOST_FAILURES, PAUSES, Kind, PreviewState, State, again_at, pause_after
from tests.disks import fill, small_disk
from tests.library import documents
from tests.world import SignIn, a_person, an_organization

needs_libreoffice = pytest.mark.usefixtures("office")

Move = Callable[[timedelta], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Move:
    """Return a function that moves the clock forward."""

    def move(pause: timedelta) -> None:
        moment = clock.now() + pause
        monkeypatch.setattr(clock, "now", lambda: moment)

    return move


def _add(database: Database, path: Path) -> int:
    with path.open("rb") as stream:
        stored = originals.store(database.config, stream)
    with database.writing() as db:
        facts = library_actions.Facts(Kind.RESOURCE)
        return library_actions.add(db, None, an_organization(db), facts, library_actions.File(stored, path.name)).id


def _revision(database: Database, resource_id: int) -> Revision:
    with database.reading() as db:
        return db.scalars(select(Revision).where(Revision.resource_id == resource_id)).one()


def _program(folder: Path, script: str) -> Path:
    """Write a program named soffice to use in place of LibreOffice; `$real` is its path."""
    path = folder / "soffice"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nreal={libreoffice()}\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return path


def _old_word_file(folder: Path) -> Path:
    """Return a file that LibreOffice must convert; it reads other formats under this name, too."""
    path = folder / "minutes.doc"
    path.write_bytes(b"{\\rtf1\\ansi The foundry reopens in spring.\\par}")
    return path


def test_pauses_grow_to_a_day_and_end_after_weeks() -> None:
    pauses = [pause_after(failures) for failures in range(1, MOST_FAILURES)]
    assert pauses[: len(PAUSES)] == list(PAUSES) == sorted(PAUSES)
    assert set(pauses[len(PAUSES) :]) == {timedelta(days=1)}
    assert pause_after(MOST_FAILURES) is None


def test_the_page_says_when_the_hub_tries_again() -> None:
    now = datetime(2026, 11, 27, 15, 10, tzinfo=ZoneInfo("America/New_York"))
    assert again_at(now + timedelta(minutes=30), now) == "The hub will try again at 3:40 p.m."
    assert again_at(now + timedelta(days=1), now) == "The hub will try again on Sat, Nov 28, at 3:10 p.m."
    assert again_at(now, now) == "The hub will try again in a few minutes."
    assert again_at(None, now) == ""


@given(st.integers(-64, 255))
def test_only_a_crash_or_a_normal_end_is_the_files_own_reason(code: int) -> None:
    crashes = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGXCPU}
    own = {0, *(-crash for crash in crashes), *(128 + crash for crash in crashes)}
    assert ended_by_machine(code) == (code not in own)


def test_a_full_disk_behind_another_error_may_pass() -> None:
    wrapped = ValueError()
    wrapped.__cause__ = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert may_pass(wrapped)
    assert not may_pass(OSError(errno.ENOENT, ""))
    assert not may_pass(ValueError())


def test_the_version_of_libreoffice_changes_when_a_part_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = _program(tmp_path / "program", "exit 1")
    (tmp_path / "program" / "versionrc").write_text("[Version]\nReferenceOOoMajorMinor=24.8\n")
    monkeypatch.setattr(tools, "libreoffice", lambda: str(program))
    before = tools.office_version()
    assert before.startswith("LibreOffice 24.8 (")
    assert tools.office_version() == before
    (tmp_path / "share" / "registry").mkdir(parents=True)
    (tmp_path / "share" / "registry" / "impress.xcd").touch()
    assert tools.office_version() != before
    monkeypatch.setattr(tools, "libreoffice", lambda: None)
    assert tools.tools().startswith("no LibreOffice, pypdfium2 ")


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return a function that puts a LibreOffice on the PATH that runs a line of shell until a file is deleted.

    The program itself doesn't change when the file is deleted.
    """

    def put(line: str) -> Path:
        mark = tmp_path / "office" / "broken"
        program = _program(tmp_path / "office" / "program", f'if [ -e "{mark}" ]; then {line}; fi; exec $real "$@"')
        mark.touch()
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        return mark

    return put


@pytest.mark.parametrize("line", ["kill -9 $$", "exit 127", "exit 1"])
@needs_libreoffice
def test_a_deck_is_drawn_after_libreoffice_was_ended(
    database: Database, tmp_path: Path, broken: Callable[[str], Path], later: Move, line: str
) -> None:
    mark = broken(line)
    resource = _add(database, documents.three_slides(tmp_path / "a.pptx"))
    with Reader() as reader:
        page_texts.catch_up(database, reader)
        making.catch_up(database, reader)
        revision = _revision(database, resource)
        assert (revision.preview_state, revision.preview_failures) == (PreviewState.FAILED, 1)
        assert "The hub will try again" in showing.shown(database.config, revision, 1).sentence
        later(PAUSES[0] + timedelta(seconds=1))
        making.catch_up(database, reader)
        assert _revision(database, resource).preview_failures == 2
        mark.unlink()
        later(PAUSES[0])  # shorter than the second pause
        assert making.catch_up(database, reader) == 0
        later(PAUSES[1])
        making.catch_up(database, reader)
    revision = _revision(database, resource)
    assert revision.preview_state is PreviewState.PICTURES
    assert (revision.preview_retry_at, revision.preview_failures, revision.preview_tools) == (None, 0, "")


@needs_libreoffice
def test_a_deck_that_fails_for_its_own_reason_is_tried_again_only_with_another_version(
    database: Database, tmp_path: Path, broken: Callable[[str], Path], later: Move
) -> None:
    mark = broken("exit 0")  # as LibreOffice ends when it can't open a file
    resource = _add(database, documents.three_slides(tmp_path / "a.pptx"))
    with Reader() as reader:
        page_texts.catch_up(database, reader)
        making.catch_up(database, reader)
        revision = _revision(database, resource)
        assert (revision.preview_state, revision.preview_retry_at) == (PreviewState.FAILED, None)
        assert "can’t be drawn" in showing.shown(database.config, revision, 1).sentence
        later(timedelta(days=60))
        assert making.catch_up(database, reader) == 0
        (tmp_path / "office" / "program" / "versionrc").write_text("ReferenceOOoMajorMinor=25.2\n")
        making.catch_up(database, reader)
        assert len(_revision(database, resource).preview_tools.splitlines()) == 2
        mark.unlink()
        assert making.catch_up(database, reader) == 0
        (tmp_path / "office" / "program" / "versionrc").write_text("ReferenceOOoMajorMinor=25.8\n")
        making.catch_up(database, reader)
    assert _revision(database, resource).preview_state is PreviewState.PICTURES


@needs_libreoffice
def test_an_old_word_file_is_read_as_soon_as_libreoffice_is_installed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = _add(database, _old_word_file(tmp_path))
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", str(tmp_path))
    with Reader() as reader:
        page_texts.catch_up(database, reader)
        assert _revision(database, resource).state is State.UNSUPPORTED
        assert page_texts.catch_up(database, reader) == 0
    monkeypatch.setenv("PATH", path)
    with Reader() as reader:
        assert page_texts.catch_up(database, reader) == 1
    revision = _revision(database, resource)
    assert (revision.state, revision.page_count, revision.read_tools) == (State.OK, 1, "")


@needs_libreoffice
def test_an_old_word_file_is_read_after_libreoffice_was_ended(
    database: Database, tmp_path: Path, broken: Callable[[str], Path], later: Move
) -> None:
    mark = broken("kill -9 $$")
    resource = _add(database, _old_word_file(tmp_path))
    with Reader() as reader:
        page_texts.catch_up(database, reader)
        revision = _revision(database, resource)
        assert (revision.state, revision.read_failures) == (State.CORRUPT, 1)
        assert revision.read_retry_at is not None
        mark.unlink()
        assert page_texts.catch_up(database, reader) == 0
        later(PAUSES[0] + timedelta(seconds=1))
        assert page_texts.catch_up(database, reader) == 1
    revision = _revision(database, resource)
    assert (revision.state, revision.read_retry_at, revision.read_failures) == (State.OK, None, 0)


@pytest.mark.both_databases
def test_a_damaged_file_is_not_read_again(database: Database, reader: Reader, tmp_path: Path, later: Move) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 and nothing that a PDF has")
    (tmp_path / "b.docx").write_bytes(b"PK\x03\x04 nor this")
    for name in ("a.pdf", "b.docx"):
        assert _revision(database, _add(database, tmp_path / name)).state is State.WAITING
    assert page_texts.catch_up(database, reader) == 2
    later(timedelta(days=60))
    assert page_texts.catch_up(database, reader) == 0


@pytest.mark.both_databases
def test_a_file_whose_workers_were_killed_is_read_later(
    database: Database, reader: Reader, tmp_path: Path, later: Move
) -> None:
    resource = _add(database, documents.pdf(tmp_path / "a.pdf", "one"))
    for _ in range(page_texts.MOST_TRIES):
        assert page_texts._claim(database)  # each time the worker dies
        later(2 * page_texts.LEASE)
    page_texts.catch_up(database, reader)
    assert _revision(database, resource).state_detail == page_texts.GAVE_UP
    later(PAUSES[0] + timedelta(seconds=1))
    assert page_texts.catch_up(database, reader) == 1
    assert _revision(database, resource).state is State.OK


def test_a_file_that_was_missing_is_read_after_it_is_restored(
    database: Database, reader: Reader, tmp_path: Path, later: Move
) -> None:
    resource = _add(database, documents.pdf(tmp_path / "a.pdf", "one"))
    path = originals.path_of(database.config, _revision(database, resource).sha256 or "")
    path.rename(tmp_path / "aside")
    page_texts.catch_up(database, reader)
    assert _revision(database, resource).state_detail == page_texts.MISSING
    (tmp_path / "aside").rename(path)
    later(PAUSES[0] + timedelta(seconds=1))
    page_texts.catch_up(database, reader)
    assert _revision(database, resource).state is State.OK


def test_a_reader_that_is_out_of_time_says_that_it_may_pass(tmp_path: Path) -> None:
    path = documents.pdf(tmp_path / "a.pdf", "one")
    with Reader(Limits(wall_seconds=0)) as hurried:
        extraction = hurried.read(path, "a.pdf")
        assert (extraction.state, extraction.may_pass) == (State.TIMEOUT, True)
        assert hurried.make("draw", path, "pdf", Limits(wall_seconds=0), numbers=[1], width=99, seconds=1).may_pass


def test_previews_are_made_once_a_full_disk_has_space(
    database: Database, reader: Reader, tmp_path: Path, later: Move
) -> None:
    resource = _add(database, documents.pdf(tmp_path / "a.pdf", "one"))
    page_texts.catch_up(database, reader)
    making.catch_up(database, reader, limit=1)
    making.delete_all(database)
    making._reset_missing(database)
    with small_disk(shelf.folder_of(database.config, _revision(database, resource).sha256 or ""), 1) as disk:
        filling = fill(disk)
        making.catch_up(database, reader)
        revision = _revision(database, resource)
        assert (revision.preview_state, revision.preview_failures) == (PreviewState.FAILED, 1)
        filling.unlink()
        later(PAUSES[0] + timedelta(seconds=1))
        making.catch_up(database, reader)
        assert _revision(database, resource).preview_state is PreviewState.PICTURES


def test_a_page_that_ends_drawing_again_and_again_is_marked_and_the_others_are_drawn(
    database: Database, reader: Reader, tmp_path: Path, later: Move
) -> None:
    resource = _add(database, documents.pdf(tmp_path / "a.pdf", "one", "two", "three"))
    page_texts.catch_up(database, reader)

    class Ended(Reader):
        """A reader that is ended whenever it draws page 2 small."""

        def make(
            self,
            job: str,
            path: Path,
            extension: str,
            limits: Limits | None = None,
            timeout: float = -1,
            **details: Any,
        ) -> Pieces:
            """Draw the pages before the second."""
            numbers = details["numbers"]
            good = numbers[: numbers.index(2)] if 2 in numbers else numbers
            each = reader.make(job, path, extension, limits, timeout, **details | {"numbers": good}).each
            return Pieces(each, None, may_pass=True) if 2 in numbers else Pieces(each, State.OK)

    for pause in PAUSES[: making.MOST_DRAWINGS]:
        making.catch_up(database, Ended())
        assert _revision(database, resource).preview_state is PreviewState.FAILED
        assert showing.picture(database.config, _revision(database, resource), 3, shelf.SMALL)  # drawn on request
        later(pause + timedelta(seconds=1))
    making.catch_up(database, Ended())
    assert _revision(database, resource).preview_state is PreviewState.PICTURES


@pytest.mark.both_databases
def test_two_machines_with_different_programs_do_not_take_turns_forever(
    database: Database, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 and nothing that a PDF has")
    resource = _add(database, tmp_path / "a.pdf")
    read = 0
    for version in ("one", "other", "one", "other", "one"):
        monkeypatch.setattr(retries, "tools", lambda version=version: version)
        read += page_texts.catch_up(database, reader)
    assert read == 2
    assert _revision(database, resource).read_tools == "one\nother"


def test_the_page_of_a_file_says_that_it_will_be_read_again(
    database: Database, tmp_path: Path, sign_in: SignIn
) -> None:
    resource = _add(database, documents.pdf(tmp_path / "a.pdf", "one"))
    with database.writing() as db:
        a_person(db, an_organization(db), email="ana@lakeshore.example")
    originals.path_of(database.config, _revision(database, resource).sha256 or "").unlink()
    page_texts.catch_up(database)
    assert "The hub will try again" in sign_in("ana@lakeshore.example").get(f"/resources/{resource}").text
