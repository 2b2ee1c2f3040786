"""What a person waits for is read, drawn and indexed before what came in bulk, and bulk always ends."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Select, select, update

from hub import worker
from hub.cli.base import main
from hub.core.db import Database
from hub.library import actions as library_actions
from hub.library import queries as library_queries
from hub.library import scanning
from hub.library.derive import page_texts, recognizing, turns
from hub.library.derive.previews import making
from hub.library.derive.turns import Group, Turns
from hub.library.extract.reader import Reader
from hub.library.extract.version import READER_VERSION
from hub.library.files import originals
from hub.library.models import Page, Resource, Revision
from hub.library.rules import Kind, PageKind, PreviewState, State
from hub.members.models import Organization, Person
from hub.members.rules.organizations import Role
from hub.members.rules.permissions import Permission
from hub.search import derive, index
from hub.search.queries import freshness as freshness_queries
from hub.search.store import folders
from tests.world import SignIn, a_person, an_organization

MANY = library_actions.MOST_AWAITED + 1


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=60))
def test_a_claim_takes_what_is_awaited_three_times_of_four(arriving: list[tuple[int, int]]) -> None:
    order, left = Turns(), dict.fromkeys(Group, 0)
    taken: list[Group] = []
    for awaited, bulk in arriving:
        left[Group.AWAITED] += awaited
        left[Group.BULK] += bulk
        group = next((each for each in order.next() if left[each]), None)
        if group is None:
            continue
        had_choice = all(left.values())
        left[group] -= 1
        taken = [*taken, group] if had_choice else []
        # While both have work, each run of four claims has exactly one of bulk.
        if len(taken) >= turns.SHARE:
            assert taken[-turns.SHARE :].count(Group.BULK) == 1


@given(st.integers(1, 40), st.integers(1, 10_000))
def test_bulk_ends_while_people_add_files_all_the_time(files: int, first: int) -> None:
    claims = [turns.order_of(first + number)[0] for number in range(turns.SHARE * files)]
    assert claims.count(Group.BULK) == files


@given(st.integers(1, 200))
def test_a_line_kept_for_people_never_takes_what_came_in_bulk(claims: int) -> None:
    order = Turns(Group.AWAITED)
    assert {tuple(order.next()) for _ in range(claims)} == {(Group.AWAITED,)}


def _added(database: Database, name: str, *, in_bulk: bool = False) -> int:
    """Add a resource with a text file, and return the id of its revision."""
    stored = originals.store(database.config, io.BytesIO(f"A sentence about {name}.".encode()))
    with database.writing() as db:
        file = library_actions.File(stored, f"{name}.txt")
        facts = library_actions.Facts(Kind.RESOURCE)
        resource = library_actions.add(db, None, an_organization(db), facts, file, in_bulk=in_bulk)
        return db.scalars(select(Revision.id).where(Revision.resource_id == resource.id)).one()


def _read(database: Database) -> set[int]:
    with database.reading() as db:
        return set(db.scalars(select(Revision.id).where(Revision.reader_version == READER_VERSION)))


@pytest.mark.both_databases
def test_a_file_that_a_person_adds_is_read_before_those_of_an_import_whichever_came_last(database: Database) -> None:
    earlier = _added(database, "earlier", in_bulk=True)
    awaited = _added(database, "awaited")
    later = _added(database, "later", in_bulk=True)
    for expected in ({awaited}, {awaited, earlier}, {awaited, earlier, later}):
        assert page_texts.catch_up(database, limit=1) == 1
        assert _read(database) == expected


@pytest.mark.both_databases
def test_the_fourth_claim_of_a_line_is_of_the_import_though_people_wait(database: Database) -> None:
    imported = _added(database, "imported", in_bulk=True)
    awaited = [_added(database, f"awaited {number}") for number in range(5)]
    order = Turns()
    page_texts.catch_up(database, limit=3, order=order)
    assert _read(database) == set(awaited[:3])
    page_texts.catch_up(database, limit=1, order=order)
    assert _read(database) == {*awaited[:3], imported}


def test_a_line_of_the_worker_reads_only_what_people_wait_for(database: Database) -> None:
    imported, awaited = _added(database, "imported", in_bulk=True), _added(database, "awaited")
    with Reader() as reader:
        assert worker.STEPS["pages"](database, reader) == 1
        assert _read(database) == {awaited}
        assert worker.STEPS["pages"](database, reader) == 0
        assert worker.STEPS["bulk"](database, reader) == 1
    assert _read(database) == {awaited, imported}


def test_files_that_a_new_version_of_the_hub_reads_again_are_awaited_by_no_one(database: Database) -> None:
    old = _added(database, "old")
    page_texts.catch_up(database)
    with database.writing() as db:
        db.execute(update(Revision).values(reader_version=READER_VERSION - 1))
    imported = _added(database, "imported", in_bulk=True)
    awaited = _added(database, "awaited")
    for expected in (awaited, imported, old):
        claimed = page_texts._claim(database)
        assert claimed is not None
        assert claimed.id == expected
        assert claimed.in_bulk == (expected != awaited)


def test_a_person_who_has_a_file_read_again_waits_for_it(database: Database) -> None:
    again = _added(database, "again", in_bulk=True)
    page_texts.catch_up(database)
    _added(database, "imported", in_bulk=True)
    with database.writing() as db:
        resource = db.scalars(select(Resource).join(Resource.revisions).where(Revision.id == again)).one()
        person = a_person(db, db.get_one(Organization, resource.organization_id), Role.REPRESENTATIVE)
        wanted = library_queries.get_for(db, person, resource.id, Permission.CHANGE)
        library_actions.read_again(db, person, wanted)
    claimed = page_texts._claim(database, order=[Group.AWAITED])
    assert claimed is not None
    assert claimed.id == again


@pytest.mark.both_databases
def test_many_unread_files_of_one_person_let_those_of_others_pass(database: Database) -> None:
    with database.writing() as db:
        organization = an_organization(db)
        ana, ben = a_person(db, organization), a_person(db, organization, name="Ben")

    def is_in_bulk(person: Person, number: int) -> bool:
        facts = library_actions.Facts(Kind.RESOURCE, title=f"Text {number}")
        with database.writing() as db:
            content = library_actions.Written("A sentence.")
            added = library_actions.add(db, db.merge(person), db.merge(organization), facts, content)
            return db.scalars(select(Revision.in_bulk).where(Revision.resource_id == added.id)).one()

    assert [is_in_bulk(ana, number) for number in range(MANY)] == [False] * (MANY - 1) + [True]
    assert not is_in_bulk(ben, MANY)
    page_texts.catch_up(database)
    assert not is_in_bulk(ana, MANY + 1)


def _drawable(database: Database, *names: str, in_bulk: Sequence[str]) -> dict[str, int]:
    """Add files that were read, each with one page that is a picture; return the ids of their revisions by name."""
    ids = {name: _added(database, name, in_bulk=name in in_bulk) for name in names}
    with database.writing() as db:
        read = {"reader_version": READER_VERSION, "state": State.OK, "page_count": 1}
        db.execute(update(Revision).values(**read, preview_state=PreviewState.PICTURES))
        db.add_all(Page(revision_id=id_, number=1, kind=PageKind.PAGE, is_picture=True) for id_ in ids.values())
    return ids


@pytest.mark.both_databases
@pytest.mark.parametrize("order", [turns.order_of(1), turns.order_of(turns.SHARE)])
def test_pictures_are_drawn_and_recognized_in_the_same_order(database: Database, order: Sequence[Group]) -> None:
    ids = _drawable(database, "imported", "awaited", "imported later", in_bulk=["imported", "imported later"])
    expected = ids["awaited" if order[0] is Group.AWAITED else "imported later"]
    recognized = recognizing._claim(database, order)
    assert recognized is not None
    assert recognized.revision.id == expected
    with database.writing() as db:
        db.execute(update(Revision).values(lease_token=None, lease_until=None))
    drawn = making._claim(database, order)
    assert drawn is not None
    assert drawn[0].id == expected


@pytest.mark.both_databases
def test_an_import_that_is_read_does_not_hold_up_the_recognition_of_what_people_wait_for(database: Database) -> None:
    _drawable(database, "awaited", "imported", in_bulk=["imported"])
    both = turns.order_of(1)
    assert list(page_texts.after_reading(database, both)) == list(both)
    _added(database, "imported too", in_bulk=True)
    assert list(page_texts.after_reading(database, both)) == [Group.AWAITED]
    _added(database, "someone waits")
    assert list(page_texts.after_reading(database, both)) == []


@pytest.mark.both_databases
def test_an_import_is_checked_for_viruses_a_few_files_at_a_time_after_what_people_wait_for(database: Database) -> None:
    awaited = _added(database, "awaited")
    for number in range(MANY):
        _added(database, f"imported {number}", in_bulk=True)
    new = scanning._new(database)
    with database.reading() as db:
        assert new[0] == db.get_one(Revision, awaited).sha256
    assert len(new) == 1 + scanning.IN_BULK_PER_ROUND


# The index


def _indexed(database: Database) -> set[int]:
    return set(folders.opened(database.config).snapshot.doc_of)


def test_the_index_waits_for_more_of_an_import_but_not_when_a_person_waits(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "COLLECTED_FOR", 3_600.0)
    _added(database, "first")
    page_texts.catch_up(database)
    index.catch_up(database)
    imported = [_added(database, f"imported {number}", in_bulk=True) for number in range(2)]
    page_texts.catch_up(database, limit=1)
    before = _indexed(database)
    assert derive.update_index(database) == 0
    assert _indexed(database) == before
    _added(database, "awaited")
    page_texts.catch_up(database, limit=1)
    assert derive.update_index(database) > 0
    assert len(_indexed(database)) == len(before) + len(imported) + 1


def test_the_end_of_an_import_is_indexed_at_once(database: Database) -> None:
    _added(database, "first")
    page_texts.catch_up(database)
    index.catch_up(database)
    _added(database, "imported", in_bulk=True)
    page_texts.catch_up(database)
    assert derive.update_index(database) == 1
    assert derive.update_index(database) == 0


def test_a_commit_of_what_came_in_bulk_ends_when_a_person_begins_to_wait(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _added(database, "first")
    page_texts.catch_up(database)
    index.catch_up(database)
    for number in range(4):
        _added(database, f"imported {number}", in_bulk=True)
    page_texts.catch_up(database)
    newest_awaited, uploaded, first = freshness_queries.newest_awaited, list[int](), list[bool]()

    def upload_meanwhile() -> Select[int]:
        if not uploaded:
            uploaded.append(_added(database, "awaited"))
            page_texts.catch_up(database)
        return newest_awaited()

    monkeypatch.setattr(index, "CHUNK", 1)
    monkeypatch.setattr(freshness_queries, "newest_awaited", upload_meanwhile)
    assert index.catch_up(database) == 1
    assert index.catch_up(database, lambda *_: first.append(max(uploaded) in _indexed(database))) == 4
    assert first[0], "the first commit has what the person waits for"
    assert index.catch_up(database) == 0
    assert index.audit_index(database) == []


# The ways in


def test_more_than_ten_files_in_one_form_come_in_bulk(sign_in: SignIn, database: Database) -> None:
    with database.writing() as db:
        a_person(db, an_organization(db), email="ana@lakeshore.example")

    def send(count: int) -> set[bool]:
        client = sign_in("ana@lakeshore.example")
        files = [(io.BytesIO(f"Text {number} of {count}.".encode()), f"{number}.txt") for number in range(count)]
        form = {"kind": "resource", "audience": "network", "files": files}
        answer = client.post("/resources/new", data=form, content_type="multipart/form-data")
        assert answer.status_code == 302
        goes_later = "Files that are added a few at a time go first" in client.get(answer.location).text
        assert goes_later == (count > library_actions.MOST_AWAITED)
        page_texts.catch_up(database)
        with database.reading() as db:
            newest = db.scalars(select(Revision.in_bulk).order_by(Revision.id.desc()).limit(count)).all()
            assert len(newest) == count
            return set(newest)

    assert send(MANY - 1) == {False}
    assert send(MANY) == {True}


def test_the_page_of_a_resource_says_whether_it_is_read_at_once(sign_in: SignIn, database: Database) -> None:
    with database.writing() as db:
        a_person(db, an_organization(db), email="ana@lakeshore.example")
    client = sign_in("ana@lakeshore.example")
    for in_bulk, sentence in ((False, "search it in a few seconds"), (True, "may take a few minutes")):
        added = _added(database, f"{in_bulk}", in_bulk=in_bulk)
        assert sentence in client.get(f"/resources/{added}").text


def test_files_of_the_command_come_in_bulk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.writing() as db:
        slug = an_organization(db).slug
    for name in ("INSTANCE", "UPLOADS", "DATABASE_URL"):
        monkeypatch.setenv(f"HUB_{name}", str(getattr(database.config, name)))
    notes = tmp_path / "notes.txt"
    notes.write_text("May 20, 2022\n\nA grant.\n\nMay 27, 2022\n\nA call.\n")
    words = ["import", str(notes), "--organization", slug, "--kind", "resource"]
    for split in ([], ["--split-by-date"]):
        outcome = CliRunner().invoke(main, [*words, *split])
        assert outcome.exit_code == 0, outcome.output
    with database.reading() as db:
        assert db.scalars(select(Revision.in_bulk)).all() == [True] * 3
