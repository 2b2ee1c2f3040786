"""The benchmark of collections: both forms are read, each engine is asked, and the measures are what they are called."""

import json
import math
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench import __main__ as benchmarks
from bench import collections as benchmark
from bench import judged, measures
from bench.engines import ENGINES
from bench.judged import Document

TEXTS = (
    {"id": "A-7", "title": "Heat transfer in slabs", "text": "Composite slabs conduct heat."},
    {"id": "B", "title": "", "text": "The wing of an aircraft in a slipstream.\u2028A second line."},
    {"id": "C", "title": "Brazing of copper", "text": ""},
)
ASKED = "q1\thow is heat conducted in slabs?\nq2\twhat is known of wings in a slipstream\nq3\tpainting\n"
JUDGED = "q1\tA-7\t2\nq1\tC\t0\nq2\tB\t1\nq2\tgone\t1\n\n"

CRANFIELD_TEXTS = """.I 1
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
CRANFIELD_ASKED = """.I 001
.W
how is heat
conducted in slabs .
.I 004
.W
what is known of wings in a slipstream .
"""
CRANFIELD_JUDGED = "1 1 1\n1 3 -1\n2 3 4 \n2 1 5\n"


def written(folder: Path, names: tuple[str, ...], *texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in zip(names, texts, strict=True):
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = "".join(json.dumps(text, ensure_ascii=False) + "\n" for text in TEXTS)
    return written(tmp_path / "slabs", judged.FILES, lines, ASKED, JUDGED)


@pytest.fixture
def cranfield(tmp_path: Path) -> Path:
    return written(tmp_path / "cran", judged.CRANFIELD_FILES, CRANFIELD_TEXTS, CRANFIELD_ASKED, CRANFIELD_JUDGED)


def test_documents_questions_and_grades_are_read(folder: Path) -> None:
    collection = judged.collection_in(folder)
    assert collection.name == "slabs"
    assert collection.documents[0] == Document(1, "Heat transfer in slabs", "Composite slabs conduct heat.")
    assert [(document.number, document.title) for document in collection.documents[1:]] == [
        (2, ""),
        (3, "Brazing of copper"),
    ]
    assert collection.questions["q2"] == "what is known of wings in a slipstream"
    assert collection.grades == {"q1": {1: 2}, "q2": {2: 1}}, "grade 0 and unknown documents are no answers"
    assert collection.answered == ["q1", "q2"]


def test_the_three_files_of_cranfield_are_read_and_its_code_1_is_the_best_grade(cranfield: Path) -> None:
    collection = judged.collection_in(cranfield)
    first, empty, last = collection.documents
    assert first == Document(1, "heat transfer in slabs .", "composite slabs conduct heat .")
    assert (empty.number, empty.title, empty.text) == (2, "", "")
    assert last.number == 3
    assert collection.questions == {
        "1": "how is heat conducted in slabs .",
        "2": "what is known of wings in a slipstream .",
    }
    assert collection.grades == {"1": {1: 4}, "2": {3: 1}}


@pytest.mark.parametrize(
    ("code", "no_interest", "grade"),
    [(1, None, 1), (3, None, 3), (0, None, 0), (-1, None, 0), (1, 5, 4), (4, 5, 1), (5, 5, 0), (-1, 5, 0), (9, 5, 0)],
)
def test_codes_become_grades(code: int, no_interest: int | None, grade: int) -> None:
    assert judged.grade_of(code, no_interest) == grade


def test_codes_of_any_collection_can_count_down(folder: Path) -> None:
    assert judged.collection_in(folder, no_interest=3).grades == {"q1": {1: 1}, "q2": {2: 2}}


@pytest.mark.parametrize(
    ("kept", "missing"), [("queries.tsv", "corpus.jsonl, qrels.tsv"), ("cran.all.1400", "cran.qry, cranqrel")]
)
def test_a_folder_without_one_of_the_files_is_an_error(tmp_path: Path, kept: str, missing: str) -> None:
    (tmp_path / kept).touch()
    with pytest.raises(judged.WrongCollectionError, match=f"lacks {missing}"):
        judged.collection_in(tmp_path)


def test_each_engine_answers_the_questions_as_typed(
    folder: Path, cranfield: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    benchmark.main(str(folder), str(cranfield))
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    for name in ENGINES:
        perfect = [line for line in lines if line.startswith(f"| {name} |")]
        assert [line.count("1.000") for line in perfect] == [4, 4, 6], (name, perfect)


def test_a_kept_hub_answers_the_same_in_the_next_run(folder: Path, tmp_path: Path) -> None:
    collection = judged.collection_in(folder)
    first, second = (benchmark.report(collection, ["this hub"], tmp_path / "kept") for _ in range(2))
    assert first == second
    assert (tmp_path / "kept" / "slabs" / "uploads").is_dir()


def test_an_unknown_engine_or_benchmark_is_an_error(folder: Path) -> None:
    with pytest.raises(SystemExit, match="No engine lucene"):
        benchmark.main("--engines", "this hub,lucene", str(folder))
    with pytest.raises(SystemExit, match="No benchmark named cranfield"):
        list(benchmarks.chosen(["cranfield"], ["board", "collections"]))


def test_what_follows_a_benchmark_and_is_none_is_its_argument() -> None:
    names = ["board", "collections", "search"]
    words = ["collections", "--depth", "10", "/somewhere/search", "board"]
    assert list(benchmarks.chosen(words, names)) == [("collections", words[1:4]), ("board", [])]
    assert list(benchmarks.chosen(names, names)) == [(name, []) for name in names]


@pytest.mark.parametrize("command", [["bench", "collections", "--help"], ["bench.collections", "--help"]])
def test_the_benchmark_does_not_hide_the_module_of_the_standard_library(command: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=True)
    assert "python -m bench collections" in done.stdout


def test_gain_doubles_with_each_grade() -> None:
    assert [measures.gain(grade) for grade in (-1, 0, 1, 2, 3, 4)] == [0, 0, 1, 3, 7, 15]


def test_ndcg_discounts_gains_by_rank() -> None:
    second = 1 / math.log2(3)  # 0.631
    assert measures.ndcg([9, 1], {1: 1}) == pytest.approx(second)
    assert measures.ndcg([1, 2], {1: 1, 2: 3}) == pytest.approx((1 + 7 * second) / (7 + second))
    assert measures.ndcg([1, 2], {1: 1, 2: 3}) == pytest.approx(0.7098, abs=0.0001)
    assert measures.ndcg([2, 1], {1: 1, 2: 3}) == pytest.approx(1)
    assert measures.ndcg([*range(10, 20), 1], {1: 1}) == 0, "the eleventh hit doesn't count"


def test_an_ideal_order_of_more_than_ten_relevant_documents_is_perfect() -> None:
    assert measures.ndcg(list(range(10)), dict.fromkeys(range(30), 1)) == pytest.approx(1)


def test_average_precision_counts_a_missing_document_as_0() -> None:
    assert measures.average_precision([1, 9, 2], {1, 2, 3}) == pytest.approx((1 + 2 / 3) / 3)
    assert measures.average_precision([9, 1], {1}, depth=1) == 0


def test_success_and_recall_look_at_the_first_hits_only() -> None:
    assert (measures.success([1, 2], {1}), measures.success([2, 1], {1}), measures.success([2, 1], {1}, 2)) == (1, 0, 1)
    assert measures.recall([1, 9, 2], {1, 2, 3, 4}) == 0.5
    assert measures.recall([9, 1, 2], {1, 2}, depth=2) == 0.5


@pytest.mark.parametrize("name", measures.MEASURES)
def test_nothing_found_and_nothing_relevant_are_0(name: str) -> None:
    nothing: Mapping[int, int] = {}
    assert measures.MEASURES[name]([], {1: 1}) == measures.MEASURES[name]([1], nothing) == 0
