"""Collections with known relevant documents: read from a folder, or made from the headlines of Reuters-21578.

A folder is in one of two forms:

- ``corpus.jsonl`` (one ``{"id", "title", "text"}`` a line; the title may be empty), ``queries.tsv`` (id, tab, question)
  and ``qrels.tsv`` (question id, tab, document id, tab, grade).
- ``cran.all.1400``, ``cran.qry`` and ``cranqrel``, as Cranfield is published.

A grade of 0 or less means that a document isn't relevant; higher is better.
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import corpus

FILES = ("corpus.jsonl", "queries.tsv", "qrels.tsv")
CRANFIELD_FILES = ("cran.all.1400", "cran.qry", "cranqrel")
# Cranfield's codes count down: 1 is a complete answer, 4 of minimum interest, 5 or -1 of none. So 1 is grade 4.
CRANFIELD_NO_INTEREST = 5
STORIES, QUESTIONS = 5_000, 150
LEAST_RELEVANT, MOST_RELEVANT = 8, 120  # stories on the topic of a headline


class WrongCollectionError(Exception):
    """Raised for a folder that has no collection; its text says what is wrong."""


@dataclass(frozen=True)
class Document:
    """A document of a collection; ``number`` counts from 1, since a collection's own ids may be any text."""

    number: int
    title: str
    text: str


@dataclass(frozen=True)
class Collection:
    """Documents, questions by id, and for each question the grades of its relevant documents by number."""

    name: str
    documents: Sequence[Document]
    questions: Mapping[str, str]
    grades: Mapping[str, Mapping[int, int]]

    @property
    def answered(self) -> Sequence[str]:
        """The ids of the questions that have relevant documents; the others count in no mean."""
        return [id_ for id_ in self.questions if self.grades.get(id_)]


def collection_in(folder: Path, no_interest: int | None = None) -> Collection:
    """Return the collection in a folder.

    Where codes count down, so that 1 is the best, ``no_interest`` is the code after the worst relevant one: 5 for codes
    from 1 to 4. Raises WrongCollectionError.
    """
    if (folder / CRANFIELD_FILES[0]).exists():
        return _cranfield(folder)
    everything, questions, judgments = _texts(folder, FILES, "utf-8")
    rows = [json.loads(line) for line in everything.split("\n") if line.strip()]
    documents = [Document(number, row.get("title") or "", row.get("text") or "") for number, row in enumerate(rows, 1)]
    numbers = {str(row["id"]): number for number, row in enumerate(rows, 1)}
    asked = (line.split("\t", 1) for line in questions.split("\n") if line.strip())
    judged = (line.split("\t") for line in judgments.split("\n") if line.strip())
    return Collection(
        folder.name,
        documents,
        {id_: question.strip() for id_, question in asked},
        _graded(((id_, numbers[to], int(code)) for id_, to, code in judged if to in numbers), no_interest),
    )


def _texts(folder: Path, names: Sequence[str], encoding: str) -> Iterator[str]:
    missing = [name for name in names if not (folder / name).exists()]
    if missing:
        raise WrongCollectionError(f"{folder} lacks {', '.join(missing)}.")
    return ((folder / name).read_text(encoding=encoding) for name in names)


def grade_of(code: int, no_interest: int | None = None) -> int:
    """Return the grade that a code of a judgment stands for; 0 for a document that isn't relevant."""
    if code <= 0:
        return 0
    return code if no_interest is None else max(0, no_interest - code)


def _graded(
    judgments: Iterable[tuple[str, int, int]], no_interest: int | None = None
) -> Mapping[str, Mapping[int, int]]:
    """Return the grades above 0 by question and document; of two judgments of one document, the better counts."""
    grades: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for question, document, code in judgments:
        grade = grade_of(code, no_interest)
        if grade:
            grades[question][document] = max(grade, grades[question].get(document, 0))
    return grades


# Cranfield


def _cranfield(folder: Path) -> Collection:
    """Return the Cranfield collection from its three files.

    A document's text begins with its title, which is removed. The judgments number the questions from 1 in the order of
    ``cran.qry``, not by the numbers in it.
    """
    everything, questions, judgments = _texts(folder, CRANFIELD_FILES, "latin-1")
    documents = [_document(number, fields) for number, fields in _records(everything)]
    numbers = {document.number for document in documents}
    judged = (line.split()[:3] for line in judgments.splitlines() if line.strip())
    return Collection(
        "Cranfield",
        documents,
        {str(count): fields["W"] for count, (_, fields) in enumerate(_records(questions), 1)},
        _graded(((id_, int(to), int(code)) for id_, to, code in judged if int(to) in numbers), CRANFIELD_NO_INTEREST),
    )


def _document(number: int, fields: Mapping[str, str]) -> Document:
    title, text = fields.get("T", ""), fields.get("W", "")
    return Document(number, title, text.removeprefix(title).strip())


def _records(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the number and fields of each record: ``.I 7`` begins a record, ``.T`` and others begin a field."""
    for record in re.split(r"^\.I[ \t]+", text, flags=re.MULTILINE)[1:]:
        number, _, rest = record.partition("\n")
        parts = re.split(r"^\.([A-Z])[ \t]*\r?$", rest, flags=re.MULTILINE)
        yield int(number), {name: " ".join(part.split()) for name, part in zip(parts[1::2], parts[2::2], strict=True)}


# Reuters-21578


def headlines() -> Collection:
    """Return a collection from Reuters-21578: a question is a headline, and the other stories on its topic are relevant."""
    rng = random.Random(21_578)
    stories = [story for story in corpus.stories() if story[2]]
    chosen = rng.sample(stories, min(STORIES, len(stories)))
    by_topic: defaultdict[str, list[int]] = defaultdict(list)
    for number, (_, _, topics) in enumerate(chosen, 1):
        for topic in topics:
            by_topic[topic].append(number)
    suitable = [
        number
        for number, (_, _, topics) in enumerate(chosen, 1)
        if len(topics) == 1 and LEAST_RELEVANT <= len(by_topic[topics[0]]) <= MOST_RELEVANT
    ]
    asked = rng.sample(suitable, min(QUESTIONS, len(suitable)))
    return Collection(
        "Headlines of Reuters-21578",
        [Document(number, title, text) for number, (title, text, _) in enumerate(chosen, 1)],
        {str(number): chosen[number - 1][0].lower() for number in asked},
        {
            str(number): {other: 1 for other in by_topic[chosen[number - 1][2][0]] if other != number}
            for number in asked
        },
    )
