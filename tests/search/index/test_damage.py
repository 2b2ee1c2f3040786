"""A damaged index is rebuilt, and no search fails in the meantime."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.core.db import Database
from hub.members.models import Person
from hub.search import index
from hub.search.store import folders, snapshots
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


def test_no_changed_byte_of_the_posting_lists_gives_a_wrong_answer(database: Database, member: Person) -> None:
    with database.writing() as db:
        for number in range(40):
            a_resource(db, organization_of(db, member), f"Toolkit {number}", [f"Steel castings {number % 7} " * 3])
    index.catch_up(database)
    folder = folders.current_folder(folders.root_of(database.config))
    assert folder is not None
    path = next(iter(folder.glob("*.pst")))
    whole, terms = path.read_bytes(), ("steel", "castings", "toolkit")
    right = [_postings(folder, term) for term in terms]
    damaged = 0
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x10]) + whole[position + 1 :])
        for term, expected in zip(terms, right, strict=True):
            try:
                assert _postings(folder, term) == expected
            except snapshots.IndexUnusable:
                damaged += 1
    assert damaged > 100


def _postings(folder: Path, term: str) -> list[object]:
    postings = snapshots.Snapshot(folder).postings("body", term)
    return [list(postings.docs), list(postings.counts), [list(postings.positions_in(doc)) for doc in postings.docs]]


@pytest.mark.parametrize("extension", ["trm", "pst"])
def test_a_damaged_file_is_noticed_by_the_first_search_that_reads_it_and_the_worker_rebuilds_it(
    extension: str, database: Database, member: Person
) -> None:
    with database.writing() as db:
        for number in range(40):
            a_resource(db, organization_of(db, member), f"Toolkit {number}", [f"Steel castings {number}."])
    index.catch_up(database)
    folder = folders.current_folder(folders.root_of(database.config))
    assert folder is not None
    path = next(iter(folder.glob(f"*.{extension}")))
    content = bytearray(path.read_bytes())
    for at in range(30, len(content), 50) if extension == "pst" else [content.index(b"cast") + 2]:
        content[at] ^= 1
    path.write_bytes(content)
    results = search(database, "castings", member)
    assert results.total == 0
    assert any("titles" in note for note in map(str, results.notes)), results.notes
    assert index.catch_up(database) == 40
    assert search(database, "castings", member).total == 40
