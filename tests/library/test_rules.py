"""The rules of the library by plain values: kinds and dates from names, tables, titles, progress."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.library.extract.formats import FORMATS
from hub.library.rules import Kind, date_from, kind_from


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Call notes 2026-03-02.docx", Kind.CALL_NOTES),
        ("minutes.md", Kind.CALL_NOTES),
        ("Monday call notes.pptx", Kind.CALL_NOTES),
        ("CMMC_grant-deck v2.pdf", Kind.PRESENTATION),
        ("Policy briefing.pptx", Kind.PRESENTATION),
        ("policy-briefing.pdf", Kind.BRIEFING),
        ("AMCC Update 14.txt", Kind.BRIEFING),
        ("anything.eml", Kind.BRIEFING),
        ("updated plan.docx", Kind.RESOURCE),
        ("site selection.pdf", Kind.RESOURCE),
        ("decker.pdf", Kind.RESOURCE),
    ],
)
def test_name_and_format_propose_the_kind(name: str, kind: Kind) -> None:
    assert kind_from(name) is kind


@given(st.text(), st.sampled_from(["", *FORMATS]))
def test_any_name_proposes_some_kind_and_no_day_to_come(stem: str, extension: str) -> None:
    assert kind_from(f"{stem}.{extension}") in Kind
    day = date_from(stem, date(2026, 11, 23))
    assert day is None or day <= date(2026, 11, 23)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("Call 2026-11-16.md", date(2026, 11, 16)),
        ("20261116_notes.pdf", date(2026, 11, 16)),
        ("2026.02.30.pdf", None),
        ("A-1312/B 2026.pdf", None),
        ("2099-01-01.pdf", None),
    ],
)
def test_a_day_in_the_name_is_the_day_of_the_document(name: str, day: date | None) -> None:
    assert date_from(name, date(2026, 11, 23)) == day
