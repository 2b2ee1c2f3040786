"""The loader of the Cranfield collection, tested with a tiny collection in the same format."""

import math
from pathlib import Path

import pytest

from bench import cranfield

ALL = """.I 1
.T
heat transfer in slabs .
.A
brown, a.
.B
j. heat 1
.W
heat transfer in slabs .
  composite slabs conduct heat .
.I 2
.T
.A
.B
.W
.I 3
.T
wing flutter .
.A
.B
.W
wing flutter .
  the wing of an aircraft in a slipstream .
"""
ASKED = """.I 001
.W
how is heat
conducted in slabs .
.I 004
.W
what is known of wings in a slipstream .
"""
JUDGED = "1 1 2\n1 3 -1\n2 3 4 \n"


@pytest.fixture
def collection(tmp_path: Path) -> cranfield.Collection:
    for name, text in zip(cranfield.FILES, (ALL, ASKED, JUDGED), strict=True):
        (tmp_path / name).write_text(text)
    return cranfield.cranfield(tmp_path)


def test_the_three_files_are_read(collection: cranfield.Collection) -> None:
    first, empty, last = collection.documents
    assert first == cranfield.Document(1, "heat transfer in slabs .", "composite slabs conduct heat .")
    assert (empty.number, empty.title, empty.text) == (2, "", "")
    assert last.number == 3
    assert collection.questions == {
        1: "how is heat conducted in slabs .",
        2: "what is known of wings in a slipstream .",
    }
    assert collection.answers == {1: {1: 2}, 2: {3: 4}}


def test_each_engine_answers_the_questions_as_typed(
    collection: cranfield.Collection, capsys: pytest.CaptureFixture[str]
) -> None:
    cranfield.report(collection)
    lines = [line for line in capsys.readouterr().out.splitlines() if "1.000" in line]
    assert len(lines) == len(cranfield.ENGINES)


def test_a_folder_without_one_of_the_files_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"lacks cran\.all\.1400"):
        cranfield.cranfield(tmp_path)


def test_the_measures_follow_their_definitions() -> None:
    assert cranfield.ndcg([3, 1], {1: 1}) == pytest.approx(1 / math.log2(3))
    assert cranfield.ndcg([1, 2], {1: 1, 2: 2}) == pytest.approx((1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3)))
    assert cranfield.average_precision([1, 9, 2], {1: 1, 2: 1, 3: 1}) == pytest.approx((1 + 2 / 3) / 3)
    assert cranfield.ndcg([], {}) == cranfield.average_precision([], {}) == 0.0
