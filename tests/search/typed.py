"""Queries for tests, parsed on a fixed day."""

from datetime import date
from typing import Literal

from hypothesis import strategies as st

from hub.search.rules import question as question_rules
from hub.search.rules.question import Question

TODAY = date(2026, 11, 24)


def parse(text: str) -> Question:
    return question_rules.parse(text, TODAY)


SURROGATES: tuple[Literal["Cs"]] = ("Cs",)  # no database stores them
TEXT = st.text(
    st.characters(exclude_categories=SURROGATES) | st.sampled_from('"-*: OR\u201c\u2019\u0301\u00ad_/.ab1,()\n'),
    max_size=120,
)
