"""Names of downloads in plain letters."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Response

from hub.core.file_names import attach, plain_name


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("plan.pdf", "plan.pdf"),
        ("鋳造所.txt", "download.txt"),
        ("Отчёт.docx", "download.docx"),
        ("Übersicht Größe.pdf", "Ubersicht Grosse.pdf"),
        ("Łódź – plan.xlsx", "Lodz - plan.xlsx"),
        ("鋳造所 plan.pdf", "plan.pdf"),
        ("鋳造所", "download"),
        ("plan.文書", "plan"),
        ("🙂.png", "download.png"),
        ("½ day.txt", "12 day.txt"),
    ],
)
def test_the_plain_name_is_readable(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60))
def test_every_name_has_a_plain_one(name: str) -> None:
    plain = plain_name(name)
    assert plain.isascii()
    assert name.isascii() or re.search("[A-Za-z0-9]", plain)


def test_a_name_in_other_letters_is_sent_beside_the_plain_one() -> None:
    header = attach(Response(), "鋳造所.txt").headers["Content-Disposition"]
    assert header.startswith("attachment; filename=download.txt; filename*=UTF-8''%E9")
    assert attach(Response(), "plan.txt").headers["Content-Disposition"] == "attachment; filename=plan.txt"
