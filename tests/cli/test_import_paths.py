"""Importing a folder names everything that it skips."""

import os
from pathlib import Path

import pytest

from hub.cli import import_paths


def _fill(folder: Path) -> None:
    for name in ("plan.txt", "sub/notes.txt", ".hidden", ".git/config", "~$plan.docx", ".~lock.plan.odt#", "Thumbs.db"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Text of {name}")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "._plan.txt").write_text("x")
    (folder / "sub" / ".DS_Store").write_bytes(b"x")
    (folder / "empty").mkdir()
    (folder / "again").symlink_to(folder / "sub")
    (folder / "gone.txt").symlink_to(folder / "nowhere.txt")
    (folder / "also.txt").symlink_to(folder / "plan.txt")
    os.mkfifo(folder / "pipe.txt")


EXPECTED = {
    ".hidden": import_paths.HIDDEN_FILE,
    ".git": import_paths.HIDDEN_FOLDER,
    "~$plan.docx": import_paths.LOCK,
    ".~lock.plan.odt#": import_paths.LOCK,
    "Thumbs.db": import_paths.SYSTEM_FILE,
    "__MACOSX": import_paths.SYSTEM_FOLDER,
    "sub/.DS_Store": import_paths.HIDDEN_FILE,
    "empty": import_paths.EMPTY,
    "again": import_paths.FOLDER_LINK,
    "gone.txt": import_paths.BROKEN_LINK,
    "pipe.txt": import_paths.SPECIAL,
}


def test_everything_in_a_folder_is_imported_or_named(tmp_path: Path) -> None:
    _fill(tmp_path)
    listing = import_paths.find([tmp_path])
    assert [str(path.relative_to(tmp_path)) for path in listing.files] == ["also.txt", "plan.txt", "sub/notes.txt"]
    assert {str(path.relative_to(tmp_path)): reason for path, reason in listing.skipped} == EXPECTED


def test_a_hidden_file_that_is_named_is_imported(tmp_path: Path) -> None:
    assert import_paths.find([tmp_path / ".notes.txt"]).files == [tmp_path / ".notes.txt"]


def test_a_folder_that_cannot_be_opened_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> list[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    listing = import_paths.find([tmp_path])
    assert listing.unreadable == [(tmp_path, "The folder can’t be opened: Permission denied.")]


def test_a_line_names_the_first_of_many() -> None:
    lines = import_paths.sentences((f".{number}", import_paths.HIDDEN_FILE) for number in range(12))
    assert lines == ["Skipped 12 hidden files: .0, .1, .2, .3, .4, .5, .6, .7, .8, .9, and 2 more"]
    assert import_paths.sentences([("a", import_paths.FOLDER_LINK), ("b", import_paths.FOLDER_LINK)]) == [
        "Skipped 2 links to folders: a, b"
    ]
