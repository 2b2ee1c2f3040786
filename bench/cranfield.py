"""How well search ranks: questions with known answers, by the whole path, beside plain engines.

    python -m bench cranfield                      # questions made of Reuters-21578, when it lies beside the project
    HUB_BENCH_CRANFIELD=/folder python -m bench cranfield   # the public Cranfield collection
    python -m bench.cranfield /folder              # the same

The folder has the collection's three standard files: ``cran.all.1400``, ``cran.qry`` and ``cranqrel``.
"""

import math
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import tantivy
from sqlalchemy import insert
from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import ID, TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.qparser import OrGroup, QueryParser

from bench import corpus
from config import Config
from hub.core.db import Database
from hub.library.extract.reader import READER_VERSION
from hub.library.models import Page, Resource, Revision
from hub.library.rules import Audience, Kind, PageKind, Source, State
from hub.members.models import Organization
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import OPERATOR
from hub.migrations import schema
from hub.search import index
from hub.search.queries import results as results_queries
from hub.search.rules.results import Query

FILES = ("cran.all.1400", "cran.qry", "cranqrel")
DEEP = 1_000  # answers of each question that are looked at
STORIES, QUESTIONS = int(os.environ.get("HUB_BENCH_STORIES", "5000")), 150
LEAST_ALIKE, MOST_ALIKE = 8, 120  # stories of one topic, for a question about it to tell something


@dataclass(frozen=True)
class Document:
    """What is found, by its number in the collection."""

    number: int
    title: str
    text: str


@dataclass(frozen=True)
class Collection:
    """Documents, questions as they were typed, and for each question the grade of each document that answers it."""

    name: str
    documents: Sequence[Document]
    questions: Mapping[int, str]
    answers: Mapping[int, Mapping[int, int]]


Ranked = Callable[[str], Sequence[int]]  # numbers of documents, best first


def main() -> None:
    """Print the table."""
    given = sys.argv[1] if __name__ == "__main__" and len(sys.argv) > 1 else os.environ.get("HUB_BENCH_CRANFIELD", "")
    if given:
        report(cranfield(Path(given)))
    elif corpus.REUTERS.exists():
        print("Cranfield isn't measured: HUB_BENCH_CRANFIELD names the folder of its three files.\n")
        report(headlines())
    else:
        print("There is nothing to measure with: neither Cranfield (HUB_BENCH_CRANFIELD) nor Reuters-21578.")


def report(collection: Collection) -> None:
    """Rank with each engine, and print how well."""
    asked = [number for number in collection.questions if collection.answers.get(number)]
    print(f"{collection.name}: {len(collection.documents):,} documents, {len(asked)} questions with answers")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| engine | nDCG@10 | nDCG@10, graded | MAP | a question |\n|---|---|---|---|---|", flush=True)
    for name, engine in ENGINES.items():
        with engine(collection.documents) as ranked:
            began = time.perf_counter()
            results = {number: ranked(collection.questions[number]) for number in asked}
            took = (time.perf_counter() - began) * 1000 / len(asked)
        every = [(results[number], collection.answers[number]) for number in asked]
        plain = statistics.mean(ndcg(found, dict.fromkeys(right, 1)) for found, right in every)
        graded = statistics.mean(ndcg(found, right) for found, right in every)
        mean = statistics.mean(average_precision(found, right) for found, right in every)
        print(f"| {name} | {plain:.3f} | {graded:.3f} | {mean:.3f} | {took:.1f} ms |", flush=True)


# Measures


def ndcg(found: Sequence[int], right: Mapping[int, int], deep: int = 10) -> float:
    """Normalized discounted cumulative gain of the first ``deep``; the gain of a document is its grade."""
    gained = sum(right.get(one, 0) / math.log2(place + 1) for place, one in enumerate(found[:deep], 1))
    best = sum(
        grade / math.log2(place + 1) for place, grade in enumerate(sorted(right.values(), reverse=True)[:deep], 1)
    )
    return gained / best if best else 0.0


def average_precision(found: Sequence[int], right: Mapping[int, int]) -> float:
    """Return the mean, over all right documents, of the share of right ones at its place; none for one that isn't found."""
    hits, total = 0, 0.0
    for place, one in enumerate(found, 1):
        if one in right:
            hits += 1
            total += hits / place
    return total / len(right) if right else 0.0


# Collections


def cranfield(folder: Path) -> Collection:
    """Return the Cranfield collection from its three files.

    A document's text begins with its title, which is taken off. The judgements number the questions from 1 in the
    order of ``cran.qry``, whatever number stands there; a grade below 1 is no answer.
    """
    lacking = [name for name in FILES if not (folder / name).exists()]
    if lacking:
        sys.exit(f"{folder} lacks {', '.join(lacking)}.")
    everything, asked, judged = ((folder / name).read_text(encoding="latin-1") for name in FILES)
    documents = [_document(number, fields) for number, fields in _records(everything)]
    questions = {count: fields["W"] for count, (_, fields) in enumerate(_records(asked), 1)}
    answers: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for line in judged.splitlines():
        numbers = line.split()
        if len(numbers) >= 3 and int(numbers[2]) > 0:
            answers[int(numbers[0])][int(numbers[1])] = int(numbers[2])
    return Collection("Cranfield", documents, questions, answers)


def _document(number: int, fields: Mapping[str, str]) -> Document:
    title, text = fields.get("T", ""), fields.get("W", "")
    return Document(number, title, text.removeprefix(title).strip())


def _records(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Number and fields of each record: ``.I 7`` begins one, ``.T`` and the like begin a field."""
    for record in re.split(r"^\.I[ \t]+", text, flags=re.MULTILINE)[1:]:
        number, _, rest = record.partition("\n")
        parts = re.split(r"^\.([A-Z])[ \t]*\r?$", rest, flags=re.MULTILINE)
        yield int(number), {name: " ".join(part.split()) for name, part in zip(parts[1::2], parts[2::2], strict=True)}


def headlines() -> Collection:
    """Questions made of Reuters-21578: a story's headline asks for the other stories on its topic."""
    rng = random.Random(21_578)
    stories = [story for story in corpus.stories() if story[2]]
    some = rng.sample(stories, min(STORIES, len(stories)))
    documents = [Document(number, title, text) for number, (title, text, _) in enumerate(some, 1)]
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for number, (_, _, topics) in enumerate(some, 1):
        for topic in topics:
            alike[topic].append(number)
    good = [
        number
        for number, (_, _, topics) in enumerate(some, 1)
        if len(topics) == 1 and LEAST_ALIKE <= len(alike[topics[0]]) <= MOST_ALIKE
    ]
    asked = rng.sample(good, min(QUESTIONS, len(good)))
    questions = {number: some[number - 1][0].lower() for number in asked}
    answers = {number: {one: 1 for one in alike[some[number - 1][2][0]] if one != number} for number in asked}
    return Collection("Headlines of Reuters-21578", documents, questions, answers)


# Engines


@contextmanager
def this_hub(documents: Sequence[Document]) -> Iterator[Ranked]:
    """The hub's own search: rows, index, rights, and the question read as any other."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as name:
        folder = Path(name)
        database = Database(Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", LOG_LEVEL="ERROR"))
        schema.upgrade(database)
        _fill(database, documents)
        index.catch_up(database)

        def ranked(question: str) -> Sequence[int]:
            with database.reading() as db:
                hits = results_queries.search(db, OPERATOR, Query(question, per_page=DEEP)).hits  # type: ignore[arg-type]
            return [hit.resource for hit in hits]

        yield ranked
        database.close()


def _fill(database: Database, documents: Sequence[Document]) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    with database.writing() as db:
        db.add(Organization(id=1, slug="host", name="Host", kind=OrganizationKind.HOST, joined_on=date(2020, 1, 1)))
        db.flush()
        resource = {"kind": Kind.RESOURCE, "summary": "", "published_on": now.date(), "organization_id": 1,
                    "audience": Audience.NETWORK, "created_at": now, "withdrawn_reason": "", "revision_number": 1,
                    "version": 2}  # fmt: skip
        revision = {"number": 1, "source": Source.TEXT, "body": "", "note": "", "created_at": now, "state": State.OK,
                    "state_detail": "", "reader_version": READER_VERSION, "page_count": 1, "tries": 0}  # fmt: skip
        page = {"number": 1, "kind": PageKind.PAGE, "title": "", "notes": "", "hidden": False}
        db.execute(
            insert(Resource), [resource | {"id": one.number, "title": one.title or "Untitled"} for one in documents]
        )
        db.execute(insert(Revision), [revision | {"id": one.number, "resource_id": one.number} for one in documents])
        db.execute(insert(Page), [page | {"revision_id": one.number, "text": one.text} for one in documents])


@contextmanager
def plain_whoosh(documents: Sequence[Document]) -> Iterator[Ranked]:
    """Whoosh as its guide shows it: stems, BM25F, any of the words."""
    schema = Schema(number=ID(stored=True), text=TEXT(analyzer=StemmingAnalyzer()))
    store = RamStorage().create_index(schema)
    writer = store.writer()
    for one in documents:
        writer.add_document(number=str(one.number), text=f"{one.title}\n{one.text}")
    writer.commit()
    parser = QueryParser("text", schema, group=OrGroup)
    with store.searcher() as searcher:

        def ranked(question: str) -> Sequence[int]:
            plain = " ".join(re.findall(r"\w+", question.lower()))
            return [int(hit["number"]) for hit in searcher.search(parser.parse(plain), limit=DEEP)]

        yield ranked


@contextmanager
def plain_tantivy(documents: Sequence[Document]) -> Iterator[Ranked]:
    """Tantivy as its guide shows it: English stems, BM25, any of the words."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", stored=True)
    builder.add_text_field("text", tokenizer_name="en_stem")
    store = tantivy.Index(builder.build())
    writer = store.writer()
    for one in documents:
        writer.add_document(tantivy.Document(number=one.number, text=f"{one.title}\n{one.text}"))
    writer.commit()
    store.reload()
    searcher = store.searcher()

    def ranked(question: str) -> Sequence[int]:
        plain = " ".join(re.findall(r"\w+", question.lower()))
        found = searcher.search(store.parse_query(plain, ["text"]), DEEP).hits
        return [int(searcher.doc(address)["number"][0]) for _, address in found]

    yield ranked


ENGINES = {"this hub": this_hub, "plain Whoosh (BM25F)": plain_whoosh, "tantivy": plain_tantivy}

if __name__ == "__main__":
    main()
