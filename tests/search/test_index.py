"""The index: it follows the rows whatever happens to either, and nobody finds what they may not open."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config import ROOT, Config
from hub.core import clock
from hub.core.db import Database
from hub.library.models import Page, Resource, Revision, Topic
from hub.library.queries import visible_to
from hub.library.rules import Audience, Kind
from hub.members.models import Organization, Person
from hub.members.rules.organizations import OrganizationKind, Role
from hub.search import index
from hub.search.queries import related as related_queries
from hub.search.queries import results as results_queries
from hub.search.rules.results import Query, Results
from hub.search.store import codec, folders
from tests.world import a_person, a_resource, an_organization

# HUB_TEST_KILLS=100 is the long check: docs/search.md says how to run it.
KILLS = int(os.environ.get("HUB_TEST_KILLS", "4"))


def found(database: Database, text: str, person: Person | None = None, **others: Any) -> Results:
    with database.reading() as db:
        return results_queries.search(db, person, Query(text, **others))


def titles(results: Results) -> set[str]:
    return {hit.title for hit in results.hits}


@pytest.fixture
def member(database: Database) -> Person:
    with database.writing() as db:
        return a_person(db, an_organization(db, "Lakeshore Forge"))


def of(db: Session, person: Person) -> Organization:
    return db.get_one(Organization, person.organization_id)


@pytest.mark.both_databases
def test_a_resource_is_found_after_the_next_look(database: Database, member: Person) -> None:
    with database.writing() as db:
        a_resource(db, of(db, member), "Toolkit", ["Nothing here.", "Registered apprenticeships."])
    assert index.catch_up(database) == 1
    [hit] = found(database, "apprenticeship", member).hits
    assert (hit.title, hit.page, str(hit.snippet)) == ("Toolkit", 2, "Registered **apprenticeships**.")


@pytest.mark.both_databases
def test_a_look_when_nothing_changed_does_nothing(database: Database, member: Person) -> None:
    with database.writing() as db:
        a_resource(db, of(db, member))
    index.catch_up(database)
    folder = folders.current_folder(folders.root_of(database.config))
    assert folder is not None
    before = sorted((path.name, path.stat().st_mtime_ns) for path in folder.iterdir())
    assert index.catch_up(database) == 0
    assert sorted((path.name, path.stat().st_mtime_ns) for path in folder.iterdir()) == before


@pytest.mark.both_databases
def test_a_new_name_of_an_organization_reaches_its_resources(database: Database, member: Person) -> None:
    with database.writing() as db:
        a_resource(db, of(db, member), "Toolkit")
    index.catch_up(database)
    with database.writing() as db:
        of(db, member).name = "Harbor Casting"
    assert index.catch_up(database) == 1
    assert titles(found(database, "harbor", member)) == {"Toolkit"}
    assert titles(found(database, "lakeshore", member)) == set()


@pytest.mark.both_databases
def test_without_an_index_titles_are_searched_and_the_page_says_so(database: Database, member: Person) -> None:
    with database.writing() as db:
        a_resource(db, of(db, member), "Forging toolkit 100%", kind=Kind.BRIEFING, topics=["trade"])
        a_resource(db, of(db, member), "Casting toolkit")
        a_resource(db, an_organization(db), "Forging secrets", audience=Audience.ORGANIZATION)
    results = found(database, "forging", member)
    assert titles(results) == {"Forging toolkit 100%"}
    assert not results.complete
    assert results.notes == [results_queries.BUILDING]
    assert titles(found(database, "100%", member)) == {"Forging toolkit 100%"}
    everything = {
        "kind": ["briefing"],
        "topic": ["trade"],
        "year": [str(clock.now().year), "1999"],
        "audience": ["network"],
    }
    assert found(database, "", member, filters=everything).total <= 1
    assert found(database, "", member, filters={"organization": ["lakeshore-forge"]}).total == 2
    assert found(database, "").total == 0


# Damage


def damage_missing(folder: Path) -> None:
    next(iter(folder.glob("*.pst"))).unlink()


def damage_short(folder: Path) -> None:
    path = next(iter(folder.glob("*.trm")))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def damage_scrambled(folder: Path) -> None:
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
        damage_scrambled,
        damage_toc,
        damage_everything,
        damage_pointer,
        damage_older,
    ],
)
@pytest.mark.parametrize("searched_first", [True, False])
def test_a_damaged_index_is_built_anew_and_no_search_fails_meanwhile(
    database: Database, member: Person, harm: Callable[[Path], None], searched_first: bool
) -> None:
    with database.writing() as db:
        a_resource(db, of(db, member), "Toolkit", ["Steel and castings."])
    index.catch_up(database)
    assert index.audit_index(database) == []
    if searched_first:
        found(database, "castings", member)
    folder = folders.current_folder(folders.root_of(database.config))
    assert folder is not None
    harm(folder)
    assert index.audit_index(database) != []
    assert found(database, "toolkit steel", member).total in {0, 1}
    assert found(database, "toolkit", member).total == 1
    index.catch_up(database)
    assert index.audit_index(database) == []
    assert titles(found(database, "castings", member)) == {"Toolkit"}
    assert len(list(folders.root_of(database.config).glob("v*"))) == 1


@pytest.mark.both_databases
def test_the_audit_names_what_is_missing_outdated_and_too_much(database: Database, member: Person) -> None:
    with database.writing() as db:
        one, two = (a_resource(db, of(db, member), title) for title in ("One", "Two"))
    assert index.audit_index(database) == ["There is no search index: run `hub catch-up`."]
    index.catch_up(database)
    with database.writing() as db:
        three = a_resource(db, of(db, member), "Three")
        db.get_one(Resource, one.id).version += 1
        db.get_one(Resource, two.id).withdrawn_at = clock.now()
    assert index.audit_index(database) == [
        f"Resource {three.id} is missing in the search index.",
        f"Resource {two.id} should not be in the search index.",
        f"Resource {one.id} is outdated in the search index.",
    ]
    assert index.catch_up(database) == 3
    assert index.audit_index(database) == []


def test_a_rebuild_is_searched_only_when_it_is_done(database: Database, member: Person) -> None:
    with database.writing() as db:
        for number in range(3):
            a_resource(db, of(db, member), f"Toolkit {number}")
    index.catch_up(database)
    totals = []
    assert index.rebuild(database, lambda _done, _total: totals.append(found(database, "toolkit", member).total)) == 3
    assert set(totals) == {3}
    assert index.audit_index(database) == []


@pytest.mark.both_databases
def test_a_build_that_was_broken_off_is_taken_up_again(
    database: Database, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "WHILE_BUILT", index.Batch(1, 60.0))
    with database.writing() as db:
        for number in range(4):
            a_resource(db, of(db, member), f"Toolkit {number}")

    def break_off(done: int, _total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.catch_up(database, break_off)
    assert not found(database, "toolkit", member).complete
    assert index.catch_up(database) == 1
    assert found(database, "toolkit", member).total == 4


def test_segments_are_merged_in_quiet_moments(
    database: Database, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        with database.writing() as db:
            a_resource(db, of(db, member), f"Toolkit {number}")
        index.catch_up(database)
    config = database.config
    assert len(folders.opened(config).snapshot.segments) == 5
    monkeypatch.setattr(index, "QUIET_AFTER", -1.0)
    monkeypatch.setattr(codec.Pool, "ASKED_EVERY", 1)
    assert index.catch_up(database) == 0
    assert len(folders.opened(config).snapshot.segments) == 1
    assert index.audit_index(database) == []
    assert found(database, "toolkit", member).total == 5


def test_merging_gives_way_when_something_changes(
    database: Database, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        with database.writing() as db:
            a_resource(db, of(db, member), f"Toolkit {number}")
        index.catch_up(database)
    monkeypatch.setattr(index, "QUIET_AFTER", -1.0)
    monkeypatch.setattr(codec.Pool, "ASKED_EVERY", 1)
    real = index._merge_few

    def change_meanwhile(writer: Any, segments: Any, *, quiet: bool = False) -> Any:
        if quiet:
            with database.writing() as db:
                a_resource(db, of(db, member), "Urgent toolkit")
        return real(writer, segments, quiet=quiet)

    monkeypatch.setattr(index, "_merge_few", change_meanwhile)
    assert index.catch_up(database) == 0
    assert len(folders.opened(database.config).snapshot.segments) == 5
    assert index.catch_up(database) == 1
    assert found(database, "toolkit", member).total == 6
    assert index.audit_index(database) == []


# Whatever happens

WORDS = st.lists(
    st.sampled_from(["steel", "forge", "export", "cmmc", "apprentice", "grant"]), min_size=1, max_size=4
).map(" ".join)
AUDIENCES = st.sampled_from(list(Audience))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), WORDS, AUDIENCES),
        st.tuples(st.just("replace"), st.integers(0, 9), WORDS),
        st.tuples(st.just("retitle"), st.integers(0, 9), WORDS),
        st.tuples(st.just("withdraw"), st.integers(0, 9)),
        st.tuples(st.just("restore"), st.integers(0, 9)),
        st.tuples(st.just("audience"), st.integers(0, 9), AUDIENCES),
        st.tuples(st.just("topics"), st.integers(0, 9), WORDS),
        st.tuples(st.just("look")),
    ),
    max_size=12,
)


def do(db: Session, organizations: list[int], step: tuple[Any, ...]) -> None:
    """One change of the rows, as the library's actions make it."""
    action, *given_ = step
    if action == "add":
        words, audience = given_
        owner = db.get_one(Organization, organizations[len(words) % len(organizations)])
        a_resource(db, owner, words, [words, "page two"], audience=audience, topics=words.split()[:1])
        return
    resources = db.scalars(select(Resource).order_by(Resource.id)).all()
    if not resources:
        return
    resource = resources[given_[0] % len(resources)]
    resource.version += 1
    match action:
        case "replace":
            page = db.scalars(select(Page).order_by(Page.id)).all()[given_[0] % 2]
            page.text = given_[1]
            for other in resources:
                other.version += other is not resource
        case "retitle":
            resource.title = given_[1]
        case "withdraw":
            resource.withdrawn_at = clock.now()
        case "restore":
            resource.withdrawn_at = None
        case "audience":
            resource.audience = given_[1]
        case "topics":
            db.execute(delete(Topic).where(Topic.resource_id == resource.id))
            db.add_all(Topic(resource_id=resource.id, name=name) for name in set(given_[1].split()))


def check_rights(database: Database, people: list[Person | None], text: str) -> None:
    """Nobody finds, counts or facets what they may not open, whether the index has caught up or not."""
    for person in people:
        with database.reading() as db:
            visible = {row.id: row for row in db.scalars(select(Resource).where(visible_to(person)))}
            results = results_queries.search(db, person, Query(text, per_page=100))
            check_hints(db, person, set(visible))
        shown = [hit.resource for hit in results.hits]
        assert set(shown) <= set(visible)
        assert results.total == len(shown)
        for name in ("kind", "organization", "year"):
            assert sum(facet.count for facet in results.facets.get(name, ())) in {results.total, 0}
        if text == "" and results.complete:
            caught_up = index._is_current(database, folders.root_of(database.config))
            assert not caught_up or set(shown) == set(visible)


def check_hints(db: Session, person: Person | None, visible: set[int]) -> None:
    """Nobody is asked about a word, or led to a resource, that they may not open."""
    texts = db.execute(
        select(Resource.title, Page.text)
        .join(Revision, Revision.resource_id == Resource.id)
        .join(Page, Page.revision_id == Revision.id)
        .where(Resource.id.in_(visible))
    )
    readable = {word for row in texts for part in row for word in part.lower().split()}
    for wrong in ("stele", "exprot", "aprentice"):
        assert set(results_queries.search(db, person, Query(wrong)).did_you_mean.split()) <= readable
    for id_ in visible:
        assert {one.resource for one in related_queries.related(db, person, id_)} <= visible - {id_}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_index_equals_a_rebuild_and_shows_nobody_too_much(
    sqlite_template: Path, tmp_path: Path, config: Config, steps: list[tuple[Any, ...]]
) -> None:
    folder = tmp_path / os.urandom(6).hex()
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "hub.sqlite3")
    database = Database(Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", SECRET_KEY=config.SECRET_KEY))
    with database.writing() as db:
        host = an_organization(db, "Host", OrganizationKind.HOST)
        owners = [an_organization(db, name) for name in ("One", "Two")]
        people = [a_person(db, host, Role.COORDINATOR), *(a_person(db, owner) for owner in owners), None]
        organizations = [owner.id for owner in owners]
    index.catch_up(database)
    for step in steps:
        if step[0] == "look":
            index.catch_up(database)
            continue
        with database.writing() as db:
            do(db, organizations, step)
        check_rights(database, people, "")
    index.catch_up(database)
    assert index.audit_index(database) == []
    questions = ["", "steel", "forge OR export", '"page two"', "cmmc -grant", "topic:steel"]
    for text in questions:
        check_rights(database, people, text)
    before = [everything(database, people, text) for text in questions]
    index.rebuild(database)
    assert [everything(database, people, text) for text in questions] == before
    database.close()


def everything(database: Database, people: list[Person | None], text: str) -> list[Any]:
    """All that a search shows, for each person; what is equally good may come in any order."""
    every = [found(database, text, person, per_page=100) for person in people]
    return [(one.total, sorted(map(repr, one.hits)), one.facets) for one in every]


# Several processes

WRITER = """
import sys, time
from config import Config
from hub.core.db import Database
from hub.search import index
database = Database(Config.load())
print("ready", flush=True)
while True:
    index.catch_up(database)
    if sys.argv[1:] == ["once"]:
        break
"""


def start_writer(config: Config, *arguments: str) -> "subprocess.Popen[str]":
    environment = os.environ | {
        "HUB_INSTANCE": str(config.INSTANCE),
        "HUB_UPLOADS": str(config.UPLOADS),
        "HUB_DATABASE_URL": config.DATABASE_URL,
        "HUB_SECRET_KEY": config.SECRET_KEY,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-c", WRITER, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.kills
def test_a_writer_that_is_killed_leaves_an_index_that_the_next_one_completes(
    database: Database, member: Person
) -> None:
    rng = random.Random(9)
    count = 0
    for _ in range(KILLS):
        writer = start_writer(database.config)
        with writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            until = time.monotonic() + rng.uniform(0.0, 0.5)
            while time.monotonic() < until:
                with database.writing() as db:
                    a_resource(db, of(db, member), f"Toolkit {count}", ["steel and forge " * 50] * 3)
                count += 1
                assert found(database, "toolkit", member).total <= count
            writer.send_signal(signal.SIGKILL)
        assert found(database, "toolkit", member).total <= count
    index.catch_up(database)
    assert index.audit_index(database) == []
    assert found(database, "toolkit", member).total == count


@pytest.mark.both_databases
def test_two_writers_at_once_do_the_work_once(database: Database, member: Person) -> None:
    with database.writing() as db:
        for number in range(30):
            a_resource(db, of(db, member), f"Toolkit {number}")
    done: list[int] = []
    threads = [threading.Thread(target=lambda: done.append(index.catch_up(database))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [0, 0, 30]
    assert index.audit_index(database) == []


@pytest.mark.both_databases
def test_who_cannot_wait_for_the_writer_leaves_it_to_that_one(database: Database, member: Person) -> None:
    with database.writing() as db:
        a_resource(db, of(db, member))
    with folders.held(folders.root_of(database.config), 0) as mine:
        assert mine
        assert index.catch_up(database, patience=0) == 0
        assert index.rebuild(database, patience=0) == 0
    assert index.catch_up(database, patience=0) == 1


@pytest.mark.both_databases
def test_threads_search_while_the_index_changes(database: Database, member: Person) -> None:
    with database.writing() as db:
        for number in range(20):
            a_resource(db, of(db, member), f"Toolkit {number}", [f"steel forge number {number}"] * 3)
    index.catch_up(database)
    wrong: list[object] = []
    stop = threading.Event()

    def search() -> None:
        while not stop.is_set():
            try:
                results = found(database, '"steel forge" numb*', member)
                if not results.complete or results.total < 20 or not all(hit.page for hit in results.hits):
                    wrong.append(results)
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                wrong.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(20, 26):
        with database.writing() as db:
            a_resource(db, of(db, member), f"Toolkit {number}", ["steel forge number"])
        index.catch_up(database)
    index.rebuild(database)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
