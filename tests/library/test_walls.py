"""A document takes over the program that opens it, and reaches nothing: each wall is tried with the same attack."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from hub.library.extract import bubblewrap, landlock, legacy, seccomp
from hub.library.extract.limits import Limits
from hub.library.extract.reader import Reader
from hub.library.rules import State
from tests.library import documents, hostile
from tests.serving import TIMEOUT

pytestmark = pytest.mark.hostile

WALLS = ("parser", "bubblewrap", "landlock")


@pytest.fixture
def victim() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is there to be signaled."""
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as process:
        yield process
        process.kill()


@pytest.fixture
def targets(tmp_path: Path, victim: subprocess.Popen[bytes]) -> Iterator[tuple[hostile.Targets, list[object]]]:
    """A hub's folders with a key, a database and other uploads; sockets that listen; a process."""
    instance, uploads = tmp_path / "instance", tmp_path / "uploads" / "files"
    for folder in (instance, uploads):
        folder.mkdir(parents=True)
    secrets = [instance / "secret-key", instance / "hub.sqlite3", uploads / "other"]
    for secret in secrets:
        secret.write_text("secret")
    (uploads / "document").write_text("words")
    with hostile.listeners(tmp_path) as (aims, sockets):
        aims.document = str(uploads / "document")
        aims.readable = [*map(str, secrets), "/etc/passwd", f"/proc/{os.getpid()}/environ", __file__]
        aims.writable = [str(folder) for folder in (instance, uploads, tmp_path, "/dev/shm", "/var/tmp", Path.home())]
        aims.process = victim.pid
        yield aims, list(sockets)


def take_over(wall: str, targets: hostile.Targets, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Return a reader whose program is taken over behind the wall; skip if this machine can't build it."""
    if not (landlock.version() and seccomp.is_available()):
        pytest.skip("this machine has no Landlock or no filter of system calls")
    if wall == "parser":
        monkeypatch.setattr("hub.library.extract.reader.COMMAND", hostile.hijacked_parser(targets))
        return Reader(Limits(wall_seconds=20))
    programs = folder / "programs"
    programs.mkdir()
    hostile.hijacked_office(programs, targets)
    path = str(programs)
    if wall == "bubblewrap":
        if not bubblewrap.is_available():
            pytest.skip("Bubblewrap isn't installed, or doesn't work here")
        path = f"{programs}:/usr/bin:/bin"
    monkeypatch.setenv("PATH", path)
    return Reader(Limits(wall_seconds=20))


def opened(reader: Reader, wall: str, document: str) -> tuple[State, list[str]]:
    """Open the document, and return its state and what the attack says."""
    extraction = reader.read(Path(document), "a.txt" if wall == "parser" else "a.doc")
    return extraction.state, hostile.report(extraction.pages[0].text) if extraction.pages else []


@pytest.mark.parametrize("wall", WALLS)
def test_a_document_that_takes_over_its_reader_reaches_nothing_else(
    wall: str,
    targets: tuple[hostile.Targets, list[object]],
    victim: subprocess.Popen[bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    aims, sockets = targets
    with take_over(wall, aims, tmp_path, monkeypatch) as reader:
        state, worked = opened(reader, wall, aims.document)
    assert state is State.OK
    # LibreOffice needs processes of its own; their number is limited.
    expected = ["read its document", "wrote to its folder"] + ["started a process"] * (wall != "parser")
    # Bubblewrap gives it a /tmp of its own, so what it writes there is nowhere else.
    own = [f"wrote to {tmp_path}"] if wall == "bubblewrap" else []
    assert [name for name in worked if not (own and name.startswith(own[0]))] == expected
    for server in sockets:
        with pytest.raises(BlockingIOError):
            server.accept() if server is not sockets[-1] else server.recv(1)  # type: ignore[attr-defined]
    assert victim.poll() is None
    assert not [folder for folder in aims.writable if (Path(folder) / "left-behind").exists()]


@pytest.mark.parametrize("wall", WALLS)
def test_a_document_that_starts_processes_without_end_is_stopped(
    wall: str, targets: tuple[hostile.Targets, list[object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aims, _sockets = targets
    aims.forks = 500
    with take_over(wall, aims, tmp_path, monkeypatch) as reader:
        state, worked = opened(reader, wall, aims.document)
        assert not psutil.Process(reader.process_id).children(recursive=True)
    assert "filled the machine with processes" not in worked
    # The kernel stops all users but root, for whom the hub counts.
    assert state is State.OK or (state is State.TOO_LARGE and wall != "parser")


def test_the_same_attack_works_without_a_wall(
    targets: tuple[hostile.Targets, list[object]], tmp_path: Path, victim: subprocess.Popen[bytes]
) -> None:
    aims, _sockets = targets
    worked = hostile.attack(vars(aims), str(tmp_path))
    for name in ("secret-key", "hub.sqlite3", "other", "by TCP", "abstract", "datagram", "signal", "process"):
        assert [line for line in worked if name in line], name
    victim.wait(TIMEOUT)
    for folder in aims.writable:
        (Path(folder) / "left-behind").unlink(missing_ok=True)


@pytest.mark.parametrize("way", ["the file", "its folder", "a second name"])
def test_a_link_that_a_document_left_as_its_copy_is_not_followed(way: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "document.docx").write_text("secret")
    folder = tmp_path / "folder"
    folder.mkdir()
    if way == "its folder":
        (folder / "converted").symlink_to(secret)
    else:
        (folder / "converted").mkdir()
        link = (folder / "converted" / "document.docx").symlink_to if way == "the file" else None
        if link:
            link(secret / "document.docx")
        else:
            os.link(secret / "document.docx", folder / "converted" / "document.docx")
    assert legacy.converted_file(folder, "docx") is None


def test_a_copy_that_libreoffice_made_is_taken(tmp_path: Path) -> None:
    (tmp_path / "converted").mkdir()
    (tmp_path / "converted" / "document.docx").write_text("words")
    assert legacy.converted_file(tmp_path, "docx") == tmp_path.resolve() / "converted" / "document.docx"


@pytest.mark.parametrize("wall", ["bubblewrap", "landlock"])
def test_libreoffice_does_its_work_behind_each_wall(wall: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = legacy.libreoffice()
    if office is None or (wall == "bubblewrap" and not bubblewrap.is_available()):
        pytest.skip("LibreOffice or Bubblewrap isn't installed")
    if wall == "landlock":
        programs = tmp_path / "programs"
        programs.mkdir()
        for name in ("dirname", "basename", "uname", "sed", "grep", "ls", "readlink", "cat", "tr", "awk"):
            if program := shutil.which(name):
                (programs / name).symlink_to(program)
        (programs / "soffice").symlink_to(office)
        monkeypatch.setenv("PATH", str(programs))
    deck = documents.slides_deck(tmp_path / "deck", 2)
    with Reader() as reader:
        assert set(reader.make("print", deck, "pptx").each) == {2}
