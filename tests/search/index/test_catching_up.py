"""The index follows the database, is built anew when asked to, and merges its segments."""

from typing import Any

import pytest

from hub.core import clock
from hub.core.db import Database
from hub.library.models import Resource
from hub.library.rules import Audience, Kind
from hub.members.models import Person
from hub.search import index
from hub.search.queries import results as results_queries
from hub.search.store import codec, folders
from tests.search.index.finding import found, of, titles
from tests.world import a_resource, an_organization


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
