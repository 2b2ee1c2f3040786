"""Marked words: a phrase is marked where its words are in a row, and a word wherever it is."""

from collections.abc import Callable

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from hub.core.db import Database
from hub.search import index
from hub.search.queries import results as results_queries
from hub.search.rules import glossary as glossary_rules
from hub.search.rules import marking as marking_rules
from hub.search.rules import passages as passages_rules
from hub.search.rules.glossary import Entry, Glossary
from hub.search.rules.results import Query
from tests.search.typed import TEXT, parse
from tests.world import a_person, a_resource, an_organization

TEXT_OF_PAGE = (
    "Development of the port. The Economic Development Administration pays; the administration of the plan is ours."
)
GLOSSARY = Glossary.of([Entry(("EDA", "Economic Development Administration")), Entry(("MOU", "memorandum of terms"))])


def marks(text: str, typed: str) -> list[str]:
    nodes = glossary_rules.expand(parse(typed).nodes, GLOSSARY).nodes
    return [
        part for part, is_marked in passages_rules.marked_words(text, marking_rules.wanted_in(nodes)).parts if is_marked
    ]


def test_an_acronym_marks_what_it_stands_for_and_no_lone_word_of_it() -> None:
    assert marks(TEXT_OF_PAGE, "EDA") == ["Economic", "Development", "Administration"]
    assert marks("EDA and development", "eda") == ["EDA"]
    assert marks(TEXT_OF_PAGE, "development") == ["Development", "Development"]


def test_a_quoted_phrase_is_marked_only_in_its_order_with_any_stop_word_between() -> None:
    assert marks("Terms of a memorandum; a memorandum of terms.", '"memorandum of terms"') == ["memorandum", "terms"]
    assert marks("A memorandum and terms; the memorandum terms.", '"memorandum of terms"') == ["memorandum", "terms"]
    assert marks("plating of zinc, then zinc-plating", '"zinc plating"') == ["zinc-plating"]


def test_excluded_words_and_qualifiers_mark_nothing() -> None:
    assert marks("The kind of steel in a briefing about iron.", "iron -steel kind:briefing") == ["iron"]


@given(TEXT | st.text(), TEXT | st.text())
def test_no_text_is_lost_by_marking(text: str, typed: str) -> None:
    nodes = glossary_rules.expand(parse(typed).nodes, GLOSSARY).nodes
    wanted = marking_rules.wanted_in(nodes)
    assert passages_rules.marked_words(text, wanted).text == text
    assert len(wanted) == len(set(wanted))
    assert all(term in wanted for term in wanted)


def test_snippets_and_pages_mark_the_phrase(database: Database, sign_in: Callable[[str], FlaskClient]) -> None:
    with database.writing() as db:
        lake = an_organization(db, "Lakeshore")
        ana = a_person(db, lake, email="ana@lake.example")
        a_resource(db, lake, "Port", [TEXT_OF_PAGE])
    index.catch_up(database)
    with database.reading() as db:
        [hit] = results_queries.search(db, ana, Query("EDA")).hits
    assert str(hit.snippet).startswith(
        "Development of the port. The **Economic** **Development** **Administration** pays"
    )
    page = sign_in("ana@lake.example").get("/resources/1/pages/1?q=EDA").text
    assert [mark.get_text() for mark in BeautifulSoup(page, "lxml").select("mark")] == [
        "Economic", "Development", "Administration",
    ]  # fmt: skip
