"""Updating, rebuilding and merging the index."""

import pytest

from hub.core import clock
from hub.core.db import Database
from hub.library.models import Resource
from hub.library.rules import Audience, Kind
from hub.members.models import Person
from hub.search import index
from hub.search.queries import results as results_queries
from hub.search.store import folders
from hub.search.store.inverted import Inverted
from hub.search.store.posting_files import Field
from tests.search.index.finding import organization_of, search, titles
from tests.world import a_resource, an_organization


@pytest.mark.both_databases
def test_a_resource_is_found_after_the_next_update(database: Database, member: Person) -> None:
    with database.writing() as db:
        a_resource(db, organization_of(db, member), "Toolkit", ["Nothing here.", "Registered apprenticeships."])
    assert index.catch_up(database) == 1
    [hit] = search(database, "apprenticeship", member).hits
    assert (hit.title, hit.page, str(hit.snippet)) == ("Toolkit", 2, "Registered **apprenticeships**.")


@pytest.mark.both_databases
def test_an_update_without_changes_writes_nothing(database: Database, member: Person) -> None:
    with database.writing() as db:
        a_resource(db, organization_of(db, member))
    index.catch_up(database)
    folder = folders.current_folder(folders.root_of(database.config))
    assert folder is not None
    before = sorted((path.name, path.stat().st_mtime_ns) for path in folder.iterdir())
    assert index.catch_up(database) == 0
    assert sorted((path.name, path.stat().st_mtime_ns) for path in folder.iterdir()) == before


@pytest.mark.both_databases
def test_resources_are_found_by_the_new_name_of_their_organization(database: Database, member: Person) -> None:
    with database.writing() as db:
        a_resource(db, organization_of(db, member), "Toolkit")
    index.catch_up(database)
    with database.writing() as db:
        organization_of(db, member).name = "Harbor Casting"
    assert index.catch_up(database) == 1
    assert titles(search(database, "harbor", member)) == {"Toolkit"}
    assert titles(search(database, "lakeshore", member)) == set()


@pytest.mark.both_databases
def test_without_an_index_titles_are_searched_and_the_page_says_so(database: Database, member: Person) -> None:
    with database.writing() as db:
        a_resource(db, organization_of(db, member), "Forging toolkit 100%", kind=Kind.BRIEFING, topics=["trade"])
        a_resource(db, organization_of(db, member), "Casting toolkit")
        a_resource(db, an_organization(db), "Forging secrets", audience=Audience.ORGANIZATION)
    results = search(database, "forging", member)
    assert titles(results) == {"Forging toolkit 100%"}
    assert not results.complete
    assert results.notes == [results_queries.BUILDING]
    assert titles(search(database, "100%", member)) == {"Forging toolkit 100%"}
    everything = {
        "kind": ["briefing"],
        "topic": ["trade"],
        "year": [str(clock.now().year), "1999"],
        "audience": ["network"],
    }
    assert search(database, "", member, filters=everything).total <= 1
    assert search(database, "", member, filters={"organization": ["lakeshore-forge"]}).total == 2
    assert search(database, "").total == 0


@pytest.mark.both_databases
def test_the_index_audit_names_missing_outdated_and_extra_resources(database: Database, member: Person) -> None:
    with database.writing() as db:
        outdated, withdrawn = (a_resource(db, organization_of(db, member), title) for title in ("One", "Two"))
    assert index.audit_index(database) == ["There is no search index. Run hub catch-up."]
    index.catch_up(database)
    with database.writing() as db:
        missing = a_resource(db, organization_of(db, member), "Three")
        db.get_one(Resource, outdated.id).version += 1
        db.get_one(Resource, withdrawn.id).withdrawn_at = clock.now()
    assert index.audit_index(database) == [
        f"Resource {missing.id} is missing from the search index.",
        f"Resource {withdrawn.id} should not be in the search index.",
        f"Resource {outdated.id} is outdated in the search index.",
    ]
    assert index.catch_up(database) == 3
    assert index.audit_index(database) == []


def test_a_new_index_is_searched_only_when_it_is_complete(database: Database, member: Person) -> None:
    with database.writing() as db:
        for number in range(3):
            a_resource(db, organization_of(db, member), f"Toolkit {number}")
    index.catch_up(database)
    totals = []
    assert index.rebuild(database, lambda _done, _total: totals.append(search(database, "toolkit", member).total)) == 3
    assert set(totals) == {3}
    assert index.audit_index(database) == []


@pytest.mark.both_databases
def test_an_interrupted_build_is_resumed(database: Database, member: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "WHILE_BUILT", index.Batch(1, 60.0))
    with database.writing() as db:
        for number in range(4):
            a_resource(db, organization_of(db, member), f"Toolkit {number}")

    def interrupt(done: int, _total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.catch_up(database, interrupt)
    assert not search(database, "toolkit", member).complete
    assert index.catch_up(database) == 1
    assert search(database, "toolkit", member).total == 4


def test_segments_are_merged_in_quiet_moments(
    database: Database, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        with database.writing() as db:
            a_resource(db, organization_of(db, member), f"Toolkit {number}")
        index.catch_up(database)
    config = database.config
    assert len(folders.opened(config).snapshot.segments) == 5
    monkeypatch.setattr(index, "QUIET_AFTER", -1.0)
    assert index.catch_up(database) == 0
    assert len(folders.opened(config).snapshot.segments) == 1
    assert index.audit_index(database) == []
    assert search(database, "toolkit", member).total == 5


def test_merging_stops_when_a_resource_changes(
    database: Database, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        with database.writing() as db:
            a_resource(db, organization_of(db, member), f"Toolkit {number}")
        index.catch_up(database)
    monkeypatch.setattr(index, "QUIET_AFTER", -1.0)
    real = Field.part
    changed: list[int] = []

    def change_meanwhile(field: Field, start: int, end: int) -> Inverted:
        if not changed:
            changed.append(end)
            with database.writing() as db:
                a_resource(db, organization_of(db, member), "Urgent toolkit")
        return real(field, start, end)

    monkeypatch.setattr(Field, "part", change_meanwhile)
    assert index.catch_up(database) == 0
    assert len(folders.opened(database.config).snapshot.segments) == 5
    assert index.catch_up(database) == 1
    assert search(database, "toolkit", member).total == 6
    assert index.audit_index(database) == []
