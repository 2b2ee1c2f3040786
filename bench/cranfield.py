"""Benchmark of ranking: queries with known relevant documents, in the hub's whole search and in plain engines.

    python -m bench cranfield                      # queries made from Reuters-21578, if it is next to the project
    HUB_BENCH_CRANFIELD=/folder python -m bench cranfield   # the public Cranfield collection
    python -m bench.cranfield /folder              # the same

The folder has the three standard files of the collection: ``cran.all.1400``, ``cran.qry`` and ``cranqrel``.
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
from hub.core.dates import plural
from hub.core.db import Database
from hub.library.extract.reader import READER_VERSION
from hub.library.models import Page, Resource, Revision
from hub.library.rules import Audience, Kind, PageKind, Source, State
from hub.members.models import MembershipPeriod, Organization
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import OPERATOR
from hub.migrations import schema
from hub.search import index
from hub.search.queries import results as results_queries
from hub.search.rules.results import Query

FILES = ("cran.all.1400", "cran.qry", "cranqrel")
DEPTH = 1_000  # hits per query that count
STORIES, QUESTIONS = int(os.environ.get("HUB_BENCH_STORIES", "5000")), 150
LEAST_RELEVANT, MOST_RELEVANT = 8, 120  # stories on the topic of a query


@dataclass(frozen=True)
class Document:
    """A document of a collection."""

    number: int
    title: str
    text: str


@dataclass(frozen=True)
class Collection:
    """Documents, queries, and the grade of each relevant document for each query."""

    name: str
    documents: Sequence[Document]
    questions: Mapping[int, str]
    answers: Mapping[int, Mapping[int, int]]


Ranked = Callable[[str], Sequence[int]]  # numbers of documents, best first


def main() -> None:
    """Print the table."""
    folder = sys.argv[1] if __name__ == "__main__" and len(sys.argv) > 1 else os.environ.get("HUB_BENCH_CRANFIELD", "")
    if folder:
        report(cranfield(Path(folder)))
    elif corpus.REUTERS.exists():
        print("Cranfield isn't measured. To measure it, set HUB_BENCH_CRANFIELD to the folder with its three files.\n")
        report(headlines())
    else:
        print("No collection found. Set HUB_BENCH_CRANFIELD to a folder with Cranfield, or add Reuters-21578.")


def report(collection: Collection) -> None:
    """Rank with each engine, and print the measures."""
    numbers = [number for number in collection.questions if collection.answers.get(number)]
    print(f"{collection.name}: {plural(len(collection.documents), 'document')}, {len(numbers)} queries with answers")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| engine | nDCG@10 | nDCG@10, graded | MAP | per query |\n|---|---|---|---|---|", flush=True)
    for name, engine in ENGINES.items():
        with engine(collection.documents) as ranked:
            began = time.perf_counter()
            results = {number: ranked(collection.questions[number]) for number in numbers}
            took = (time.perf_counter() - began) * 1000 / len(numbers)
        judged = [(results[number], collection.answers[number]) for number in numbers]
        plain = statistics.mean(ndcg(hits, dict.fromkeys(grades, 1)) for hits, grades in judged)
        graded = statistics.mean(ndcg(hits, grades) for hits, grades in judged)
        mean = statistics.mean(average_precision(hits, grades) for hits, grades in judged)
        print(f"| {name} | {plain:.3f} | {graded:.3f} | {mean:.3f} | {took:.1f} ms |", flush=True)


# Measures


def ndcg(hits: Sequence[int], grades: Mapping[int, int], depth: int = 10) -> float:
    """Return the normalized discounted cumulative gain at ``depth``; the gain of a document is its grade."""
    gain = sum(grades.get(document, 0) / math.log2(rank + 1) for rank, document in enumerate(hits[:depth], 1))
    ideal = sum(
        grade / math.log2(rank + 1) for rank, grade in enumerate(sorted(grades.values(), reverse=True)[:depth], 1)
    )
    return gain / ideal if ideal else 0.0


def average_precision(hits: Sequence[int], grades: Mapping[int, int]) -> float:
    """Return the mean precision at the ranks of the relevant documents; 0 for one that isn't among the hits."""
    relevant, total = 0, 0.0
    for rank, document in enumerate(hits, 1):
        if document in grades:
            relevant += 1
            total += relevant / rank
    return total / len(grades) if grades else 0.0


# Collections


def cranfield(folder: Path) -> Collection:
    """Return the Cranfield collection from its three files.

    A document's text begins with its title, which is removed. The judgments number the queries from 1 in the order of
    ``cran.qry``, not by the numbers in it; a grade below 1 means that a document isn't relevant.
    """
    missing = [name for name in FILES if not (folder / name).exists()]
    if missing:
        sys.exit(f"{folder} lacks {', '.join(missing)}.")
    everything, queries, judgments = ((folder / name).read_text(encoding="latin-1") for name in FILES)
    documents = [_document(number, fields) for number, fields in _records(everything)]
    questions = {count: fields["W"] for count, (_, fields) in enumerate(_records(queries), 1)}
    answers: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for line in judgments.splitlines():
        numbers = line.split()
        if len(numbers) >= 3 and int(numbers[2]) > 0:
            answers[int(numbers[0])][int(numbers[1])] = int(numbers[2])
    return Collection("Cranfield", documents, questions, answers)


def _document(number: int, fields: Mapping[str, str]) -> Document:
    title, text = fields.get("T", ""), fields.get("W", "")
    return Document(number, title, text.removeprefix(title).strip())


def _records(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the number and fields of each record: ``.I 7`` begins a record, ``.T`` and others begin a field."""
    for record in re.split(r"^\.I[ \t]+", text, flags=re.MULTILINE)[1:]:
        number, _, rest = record.partition("\n")
        parts = re.split(r"^\.([A-Z])[ \t]*\r?$", rest, flags=re.MULTILINE)
        yield int(number), {name: " ".join(part.split()) for name, part in zip(parts[1::2], parts[2::2], strict=True)}


def headlines() -> Collection:
    """Return a collection from Reuters-21578: the query is a headline, and the other stories on its topic are relevant."""
    rng = random.Random(21_578)
    stories = [story for story in corpus.stories() if story[2]]
    chosen = rng.sample(stories, min(STORIES, len(stories)))
    documents = [Document(number, title, text) for number, (title, text, _) in enumerate(chosen, 1)]
    by_topic: defaultdict[str, list[int]] = defaultdict(list)
    for number, (_, _, topics) in enumerate(chosen, 1):
        for topic in topics:
            by_topic[topic].append(number)
    suitable = [
        number
        for number, (_, _, topics) in enumerate(chosen, 1)
        if len(topics) == 1 and LEAST_RELEVANT <= len(by_topic[topics[0]]) <= MOST_RELEVANT
    ]
    numbers = rng.sample(suitable, min(QUESTIONS, len(suitable)))
    questions = {number: chosen[number - 1][0].lower() for number in numbers}
    answers = {
        number: {other: 1 for other in by_topic[chosen[number - 1][2][0]] if other != number} for number in numbers
    }
    return Collection("Headlines of Reuters-21578", documents, questions, answers)


# Engines


@contextmanager
def this_hub(documents: Sequence[Document]) -> Iterator[Ranked]:
    """Open the hub's own search, with database, index, permissions and query parser."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as name:
        folder = Path(name)
        database = Database(Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", LOG_LEVEL="ERROR"))
        schema.upgrade(database)
        _fill(database, documents)
        index.catch_up(database)

        def ranked(question: str) -> Sequence[int]:
            with database.reading() as db:
                hits = results_queries.search(db, OPERATOR, Query(question, per_page=DEPTH)).hits  # type: ignore[arg-type]
            return [hit.resource for hit in hits]

        yield ranked
        database.close()


def _fill(database: Database, documents: Sequence[Document]) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    with database.writing() as db:
        period = MembershipPeriod(kind=OrganizationKind.HOST, joined_on=date(2020, 1, 1))
        db.add(Organization(id=1, slug="host", name="Host", kind=OrganizationKind.HOST, periods=[period]))
        db.flush()
        resource = {"kind": Kind.RESOURCE, "summary": "", "published_on": now.date(), "organization_id": 1,
                    "audience": Audience.NETWORK, "created_at": now, "withdrawn_reason": "", "revision_number": 1,
                    "version": 2}  # fmt: skip
        revision = {"number": 1, "source": Source.TEXT, "body": "", "note": "", "created_at": now, "state": State.OK,
                    "state_detail": "", "reader_version": READER_VERSION, "page_count": 1, "tries": 0}  # fmt: skip
        page = {"number": 1, "kind": PageKind.PAGE, "title": "", "notes": "", "hidden": False}
        db.execute(
            insert(Resource),
            [resource | {"id": document.number, "title": document.title or "Untitled"} for document in documents],
        )
        db.execute(
            insert(Revision),
            [revision | {"id": document.number, "resource_id": document.number} for document in documents],
        )
        db.execute(
            insert(Page), [page | {"revision_id": document.number, "text": document.text} for document in documents]
        )


@contextmanager
def plain_whoosh(documents: Sequence[Document]) -> Iterator[Ranked]:
    """Open Whoosh as its guide shows it: stems, BM25F, any of the words."""
    schema = Schema(number=ID(stored=True), text=TEXT(analyzer=StemmingAnalyzer()))
    store = RamStorage().create_index(schema)
    writer = store.writer()
    for document in documents:
        writer.add_document(number=str(document.number), text=f"{document.title}\n{document.text}")
    writer.commit()
    parser = QueryParser("text", schema, group=OrGroup)
    with store.searcher() as searcher:

        def ranked(question: str) -> Sequence[int]:
            plain = " ".join(re.findall(r"\w+", question.lower()))
            return [int(hit["number"]) for hit in searcher.search(parser.parse(plain), limit=DEPTH)]

        yield ranked


@contextmanager
def plain_tantivy(documents: Sequence[Document]) -> Iterator[Ranked]:
    """Open tantivy as its guide shows it: English stems, BM25, any of the words."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", stored=True)
    builder.add_text_field("text", tokenizer_name="en_stem")
    store = tantivy.Index(builder.build())
    writer = store.writer()
    for document in documents:
        writer.add_document(tantivy.Document(number=document.number, text=f"{document.title}\n{document.text}"))
    writer.commit()
    store.reload()
    searcher = store.searcher()

    def ranked(question: str) -> Sequence[int]:
        plain = " ".join(re.findall(r"\w+", question.lower()))
        hits = searcher.search(store.parse_query(plain, ["text"]), DEPTH).hits
        return [int(searcher.doc(address)["number"][0]) for _, address in hits]

    yield ranked


ENGINES = {"this hub": this_hub, "plain Whoosh (BM25F)": plain_whoosh, "tantivy": plain_tantivy}

if __name__ == "__main__":
    main()
