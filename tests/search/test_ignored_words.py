"""Common words that were ignored are named only when someone would miss them."""

import pytest

from hub.core.db import Database
from hub.search import index
from hub.search.queries import results as results_queries
from hub.search.rules.notes import note_about_ignored
from hub.search.rules.results import Query
from tests.world import a_person, a_resource, an_organization


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["how", "does", "a"], ""),
        (["I", "do", "A"], ""),
        (["how", "WHO", "US"], "WHO, US"),
        (["to be", "or"], "to be"),
    ],
)
def test_words_of_a_question_are_not_named_but_capitals_and_phrases_are(words: list[str], named: str) -> None:
    assert note_about_ignored(words, nothing_else=False) == (f"Common words were ignored: {named}." if named else "")


def test_all_are_named_if_there_is_nothing_else_and_none_of_a_question_in_capitals(database: Database) -> None:
    with database.writing() as db:
        lake = an_organization(db, "Lakeshore")
        ana = a_person(db, lake)
        a_resource(db, lake, "Castings", ["How foundries pour iron; a foundry does it."])
    index.catch_up(database)
    with database.reading() as db:
        typed = ("how does a foundry pour", "HOW DOES FOUNDRY POUR", "WHO foundries", "to be")
        notes = [results_queries.search(db, ana, Query(text)).notes for text in typed]
    assert notes == [[], [], ["Common words were ignored: WHO."], ["Common words were ignored: to, be."]]
