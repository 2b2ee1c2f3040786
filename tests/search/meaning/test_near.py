"""Pages that are near a question in meaning, for those who may open them."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, update

from hub.core.db import Database
from hub.library.models import Page, Resource, Revision
from hub.search import derive, index
from hub.search.queries import meaning as meaning_queries
from hub.search.store import meaning
from tests.search.meaning.asking import QUITTING, near, snapshot_of, titles_near
from tests.world import a_resource, an_organization


@pytest.mark.both_databases
def test_a_page_without_a_word_of_the_question_is_found(shelf: Database) -> None:
    snapshot = snapshot_of(shelf)
    best = near(shelf, QUITTING)
    assert next(snapshot.facts[hit.doc].title for hit in best) == "keeping your people"
    assert len(best) == 3
    assert [hit.similarity for hit in best] == sorted((hit.similarity for hit in best), reverse=True)


def test_the_page_that_is_named_is_the_nearest_one(shelf: Database) -> None:
    assert near(shelf, "protecting stainless parts from rust", most=1)[0].page == 2
    assert near(shelf, "how thick is the coating of a bolt", most=1)[0].page == 1


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.sets(st.integers(0, 2)), most=st.integers(1, 4))
def test_no_document_outside_of_those_allowed_is_ever_found(shelf: Database, wanted: set[int], most: int) -> None:
    docs = sorted(snapshot_of(shelf).doc_of.values())
    allowed = {docs[number] for number in wanted}
    bits = sum(1 << doc for doc in allowed)
    best = near(shelf, QUITTING, bits, most)
    assert {hit.doc for hit in best} <= allowed
    assert len(best) == min(most, len(allowed))
    everyone = [hit for hit in near(shelf, QUITTING) if hit.doc in allowed]
    assert list(best) == everyone[:most], "rights apply before ranking"


def test_similar_resources_never_have_the_resource_itself_nor_one_outside_of_those_allowed(shelf: Database) -> None:
    with shelf.writing() as db:
        lake = an_organization(db, "Harbor Casting")
        other = a_resource(db, lake, "Onboarding", ["Why new employees leave in their first month."]).id
    index.catch_up(shelf)
    derive.catch_up(shelf)
    snapshot = snapshot_of(shelf)
    doc = snapshot.doc_of[other]
    with shelf.reading() as db:
        best = meaning_queries.similar(db, snapshot, doc, snapshot.live, 10)
        assert next(snapshot.facts[hit.doc].title for hit in best) == "keeping your people"
        assert doc not in {hit.doc for hit in best}
        allowed = snapshot.live & ~(1 << best[0].doc)
        assert best[0].doc not in {hit.doc for hit in meaning_queries.similar(db, snapshot, doc, allowed, 10)}


def test_a_resource_that_changed_is_found_again_only_with_its_new_text(shelf: Database) -> None:
    with shelf.writing() as db:
        resource = db.scalars(select(Resource).where(Resource.title == "Keeping your people")).one()
        resource.version += 1
        pages = select(Page.id).join(Revision).where(Revision.resource_id == resource.id)
        db.execute(update(Page).where(Page.id.in_(pages)).values(text="A list of trade fairs in Europe."))
    index.catch_up(shelf)
    assert "keeping your people" not in titles_near(shelf, "turnover of staff")
    derive.catch_up(shelf)
    assert titles_near(shelf, "exhibitions on another continent")[0] == "keeping your people"


def test_nothing_is_found_for_a_question_without_words(shelf: Database) -> None:
    assert near(shelf, "  ") == []
    assert near(shelf, QUITTING, allowed=0) == []


def test_a_question_is_encoded_once(shelf: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = meaning.encoder_of(shelf.config)
    assert encoder
    first = near(shelf, "who pays for training")
    monkeypatch.setattr(encoder, "encoded", None)
    assert near(shelf, "who  pays for training ") == first


def test_vectors_are_read_from_the_database_once(shelf: Database) -> None:
    near(shelf, QUITTING)
    statements: list[str] = []
    event.listen(shelf.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    near(shelf, QUITTING)
    assert len([statement for statement in statements if "encoded_resource" in statement]) == 1
    assert not [statement for statement in statements if "page_vector" in statement]


def test_without_the_extra_nothing_is_found_and_nothing_is_made(
    shelf: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meaning, "PACKAGE", "a_package_that_is_not_installed")
    assert near(shelf, QUITTING) == []
    assert derive.catch_up(shelf) == 0
    assert derive.problems(shelf) == []


def test_the_setting_turns_it_off(shelf: Database) -> None:
    shelf.config = replace(shelf.config, MEANING="off")
    assert near(shelf, QUITTING) == []
    assert derive.catch_up(shelf) == 0


def test_a_model_that_cannot_be_used_leaves_search_to_words(shelf: Database, tmp_path: Path) -> None:
    shelf.config = replace(shelf.config, MEANING_MODEL=str(tmp_path / "nothing"))
    assert near(shelf, QUITTING) == []
    assert derive.catch_up(shelf) == 0
    assert str(tmp_path / "nothing") in meaning.trouble_of(shelf.config)
