"""A damaged index is rebuilt, and no search fails in the meantime."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.core.db import Database
from hub.members.models import Person
from hub.search import index
from hub.search.store import folders
from tests.search.index.finding import organization_of, search, titles
from tests.world import a_resource


def damage_missing(folder: Path) -> None:
    next(iter(folder.glob("*.pst"))).unlink()


def damage_short(folder: Path) -> None:
    path = next(iter(folder.glob("*.trm")))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def damage_corrupt(folder: Path) -> None:
    path = next(iter(folder.glob("*.pst")))
    path.write_bytes(bytes(byte ^ 0x5A for byte in path.read_bytes()))


def damage_toc(folder: Path) -> None:
    next(iter(folder.glob("*.toc"))).write_bytes(b"not a table of contents")


def damage_everything(folder: Path) -> None:
    shutil.rmtree(folder)


def damage_pointer(folder: Path) -> None:
    (folder.parent / "current").write_bytes(b"\xff../../etc")


def damage_older(folder: Path) -> None:
    folder.rename(folder.with_name("v0-12345678"))
    (folder.parent / "current").write_text("v0-12345678")


@pytest.mark.parametrize(
    "harm",
    [
        damage_missing,
        damage_short,
        damage_corrupt,
        damage_toc,
        damage_everything,
        damage_pointer,
        damage_older,
    ],
)
@pytest.mark.parametrize("searched_first", [True, False])
def test_a_damaged_index_is_rebuilt_and_no_search_fails_in_the_meantime(
    database: Database, member: Person, harm: Callable[[Path], None], searched_first: bool
) -> None:
    with database.writing() as db:
        a_resource(db, organization_of(db, member), "Toolkit", ["Steel and castings."])
    index.catch_up(database)
    assert index.audit_index(database) == []
    if searched_first:
        search(database, "castings", member)
    folder = folders.current_folder(folders.root_of(database.config))
    assert folder is not None
    harm(folder)
    assert index.audit_index(database) != []
    assert search(database, "toolkit steel", member).total in {0, 1}
    assert search(database, "toolkit", member).total == 1
    index.catch_up(database)
    assert index.audit_index(database) == []
    assert titles(search(database, "castings", member)) == {"Toolkit"}
    assert len(list(folders.root_of(database.config).glob("v*"))) == 1
