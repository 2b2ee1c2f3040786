"""The judged questions and word families: that questions share no word with their answer, and what is counted."""

from sqlalchemy import select

from hub.core.db import Database
from hub.demo.world import RESOURCES
from hub.library.models import Page, Resource, Revision
from hub.search.rules import words as words_rules
from tests.search.meaning_questions import MEANING_QUESTIONS, Found, answers_to, found
from tests.search.relevance import Answered, WantedHit
from tests.search.word_families import FAMILIES, lacking, uneven

FEWEST = 25


def terms_in(text: str) -> set[str]:
    return {term for token in words_rules.tokens(text) for term in words_rules.query_terms(token[0])[0]}


def test_no_question_shares_a_word_with_its_answer(demo: Database) -> None:
    titles = {resource.key: resource.title for resource in RESOURCES}
    with demo.reading() as db:
        for question in MEANING_QUESTIONS:
            title = titles[question.resource]
            rows = select(Page.title, Page.text, Page.notes).join(Revision).join(Resource)
            page = db.execute(rows.where(Resource.title == title, Page.number == question.page)).one()
            assert terms_in(question.query) & terms_in(" ".join([title, *page])) == set(), question


def test_there_are_enough_questions_on_many_resources_and_none_twice() -> None:
    assert len(MEANING_QUESTIONS) >= FEWEST
    assert len({question.query for question in MEANING_QUESTIONS}) == len(MEANING_QUESTIONS)
    assert len({question.resource for question in MEANING_QUESTIONS}) >= FEWEST


def test_every_question_is_answered_without_an_error(demo: Database) -> None:
    answers = answers_to(demo, MEANING_QUESTIONS)
    assert [answer.wanted for answer in answers] == list(MEANING_QUESTIONS)
    assert found(answers).first <= found(answers).first_five


def test_the_first_five_hits_count_and_the_page_only_among_them() -> None:
    wanted = WantedHit("who is leaving", "scorecard", 3)
    answers = [Answered(wanted, 1, 3), Answered(wanted, 5, 2), Answered(wanted, 6, 3), Answered(wanted, 0, None)]
    assert found(answers) == Found(first=0.25, first_five=0.5, page=0.5)
    assert found([Answered(wanted, 0, None)]) == Found(0, 0, 0)


def test_a_family_lacks_the_forms_that_find_nothing_unless_no_form_finds_anything() -> None:
    totals = {"weld": 4, "welder": 0, "welding": 3, "solder": 0, "soldering": 0}
    families = [("weld", "welder", "welding"), ("solder", "soldering")]
    assert list(lacking(families, totals.__getitem__)) == [("welder",)]
    assert list(uneven(families, totals.__getitem__)) == [("welder", "welding")]


def test_some_form_of_each_family_is_in_the_demo(demo: Database) -> None:
    with demo.reading() as db:
        texts = db.execute(
            select(Page.title, Page.text, Resource.title).join(Revision, Page.revision_id == Revision.id).join(Resource)
        )
        words = {word for row in texts for text in row for word in words_rules.typed_words(text)}
    lower = {word.lower() for word in words}
    assert [
        family for family in FAMILIES if lower.isdisjoint({form + ending for form in family for ending in ("", "s")})
    ] == []
