"""Which moment of a call a topic of its agenda is about."""

from hypothesis import given
from hypothesis import strategies as some

from hub.calls.rules.agenda import Moment, passages_of, quote_of, topics_of, words

MOMENTS = [
    Moment(1, 1, 3, "Ana Brook", "Good morning. Welcome to the call, everyone."),
    Moment(1, 2, 80, "Ana Brook", "First a word on castings. The roofing grant opens in May. Apply early."),
    Moment(1, 3, 754, "Li Wei", "Our apprenticeship for founders took two years. We poured castings with the college."),
    Moment(1, 4, 900, "Ana Brook", "Thank you. That is all for today."),
]


def test_the_topics_are_presentations_and_lines_of_the_agenda_without_marks() -> None:
    agenda = (
        "# Agenda for Monday\n\n1. **Roofing grant** ([form](https://forms.example))\n- [ ] Kiln visit\n\nLast words"
    )
    assert topics_of(agenda, ["Apprenticeship for founders"]) == [
        "Apprenticeship for founders",
        "Agenda for Monday",
        "Roofing grant (form)",
        "Kiln visit",
        "Last words",
    ]


def test_each_topic_gets_the_moment_with_its_words_in_the_order_of_the_call() -> None:
    passages = passages_of(["Apprenticeships of founders", "Roofing grants", "Budget of the port", "Welcome"], MOMENTS)
    assert [(passage.topic, passage.moment.seconds) for passage in passages] == [
        ("Roofing grants", 80),
        ("Apprenticeships of founders", 754),
    ]
    assert passages[0].quote == "The roofing grant opens in May."


def test_a_single_shared_word_is_too_little() -> None:
    assert passages_of(["Castings of the harbor cranes"], MOMENTS) == []


def test_words_are_compared_without_accents_and_endings() -> None:
    assert words("Núñez poured Castings") == words("nunez pour casting")


def test_a_long_sentence_is_quoted_from_its_beginning() -> None:
    quote = quote_of("kiln " * 100, words("kiln"))
    assert quote.endswith("kiln…")
    assert len(quote) <= 200


TEXTS = some.text("abc kiln.\n", max_size=60)


@given(some.lists(TEXTS, max_size=8), some.lists(TEXTS, max_size=8))
def test_quotes_are_from_the_moment_and_in_order(topics: list[str], texts: list[str]) -> None:
    moments = [Moment(1, number, number, "", text) for number, text in enumerate(texts, 1)]
    passages = passages_of(topics_of("\n".join(topics), []), moments)
    pages = [passage.moment.page for passage in passages]
    assert pages == sorted(set(pages))
    assert all(passage.quote.rstrip("…") in " ".join(passage.moment.text.split()) for passage in passages)
