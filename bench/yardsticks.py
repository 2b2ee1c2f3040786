"""What search is measured against: naive use of Whoosh, SQLite's full text, and tantivy, over the same texts.

Each finds the best ten with a snippet each, and counts what was found by kind, organization, topic and year, the way
its guide shows it. None of them checks who may read what.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tantivy
from sqlalchemy import select
from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import ID, KEYWORD, NUMERIC, TEXT, Schema
from whoosh.index import create_in
from whoosh.qparser import QueryParser

from hub.core.db import Database
from hub.library.models import Page, Resource, Topic

FACETS = ("kind", "organization", "topics", "year")


@dataclass(frozen=True)
class Text:
    """A resource as a yardstick has it."""

    number: int
    kind: str
    organization: str
    topics: Sequence[str]
    year: int
    title: str
    body: str


Search = Callable[[str], int]  # a question; answers how much was found


def texts(database: Database) -> Iterator[Text]:
    """Yield all resources with the texts of their pages."""
    with database.reading() as db:
        topics: dict[int, list[str]] = {}
        for id_, name in db.execute(select(Topic.resource_id, Topic.name)):
            topics.setdefault(id_, []).append(name)
        for row in db.scalars(select(Resource).order_by(Resource.id)).yield_per(100):
            pages = db.execute(select(Page.title, Page.text).where(Page.revision_id == row.id).order_by(Page.number))
            body = "\n".join(part for page in pages for part in page)
            yield Text(
                row.id, row.kind.value, str(row.organization_id), topics.get(row.id, []), row.published_on.year,
                row.title, body,
            )  # fmt: skip


@contextmanager
def naive_whoosh(database: Database, folder: Path) -> Iterator[Search]:
    """Stored texts, sorting and grouping by fields, highlights."""
    schema = Schema(
        number=NUMERIC(stored=True), kind=ID(sortable=True), organization=ID(sortable=True),
        topics=KEYWORD(commas=True), year=NUMERIC(sortable=True),
        title=TEXT(stored=True, analyzer=StemmingAnalyzer()), body=TEXT(stored=True, analyzer=StemmingAnalyzer()),
    )  # fmt: skip
    folder.mkdir()
    store = create_in(str(folder), schema)
    writer = store.writer(limitmb=128)
    for one in texts(database):
        writer.add_document(
            number=one.number, kind=one.kind, organization=one.organization, topics=",".join(one.topics),
            year=one.year, title=one.title, body=one.body,
        )  # fmt: skip
    writer.commit()
    parser = QueryParser("body", schema)
    with store.searcher() as searcher:

        def search(question: str) -> int:
            found = searcher.search(parser.parse(question), limit=10, groupedby=["kind", "organization", "year"])
            for hit in found:
                hit.highlights("body")
            for name in ("kind", "organization", "year"):
                Counter({key: len(numbers) for key, numbers in found.groups(name).items()})
            return len(found)

        yield search


@contextmanager
def full_text_of_sqlite(database: Database, folder: Path) -> Iterator[Search]:
    """FTS5 with its Porter stems, bm25() and snippet(); facets by GROUP BY."""
    folder.mkdir()
    rows = sqlite3.connect(folder / "fts.sqlite3")
    rows.execute("CREATE VIRTUAL TABLE page USING fts5(title, body, tokenize='porter unicode61')")
    rows.execute("CREATE TABLE fact (number INTEGER PRIMARY KEY, kind, organization, year)")
    rows.execute("CREATE TABLE topic (number INTEGER, topics)")
    for one in texts(database):
        rows.execute("INSERT INTO page (rowid, title, body) VALUES (?, ?, ?)", (one.number, one.title, one.body))
        rows.execute("INSERT INTO fact VALUES (?, ?, ?, ?)", (one.number, one.kind, one.organization, one.year))
        rows.executemany("INSERT INTO topic VALUES (?, ?)", [(one.number, topic) for topic in one.topics])
    rows.execute("CREATE INDEX topic_number ON topic (number)")
    rows.commit()

    def search(question: str) -> int:
        asked = " ".join(re.findall(r"\w+", question))
        rows.execute(
            "SELECT rowid, snippet(page, 1, '[', ']', '…', 30) FROM page WHERE page MATCH ? ORDER BY bm25(page, 8, 1) LIMIT 10",
            (asked,),
        ).fetchall()
        for name in FACETS:
            table = "topic" if name == "topics" else "fact"
            rows.execute(
                f"SELECT {name}, count(*) FROM {table} WHERE number IN (SELECT rowid FROM page WHERE page MATCH ?) GROUP BY 1",
                (asked,),
            ).fetchall()
        return int(rows.execute("SELECT count(*) FROM page WHERE page MATCH ?", (asked,)).fetchone()[0])

    yield search
    rows.close()


@contextmanager
def native_tantivy(database: Database, folder: Path) -> Iterator[Search]:
    """English stems, BM25, its own snippets; facets by counting the terms of fast fields."""
    folder.mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", stored=True)
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="raw", fast=True)
    for name in ("title", "body"):
        builder.add_text_field(name, stored=True, tokenizer_name="en_stem")
    schema = builder.build()
    store = tantivy.Index(schema, str(folder))
    writer = store.writer()
    for one in texts(database):
        writer.add_document(
            tantivy.Document(
                number=one.number, kind=one.kind, organization=one.organization, topics=list(one.topics),
                year=str(one.year), title=one.title, body=one.body,
            )
        )  # fmt: skip
    writer.commit()
    store.reload()
    searcher = store.searcher()
    counts = {name: {"terms": {"field": name, "size": 100}} for name in FACETS}

    def search(question: str) -> int:
        query = store.parse_query(question, ["title", "body"], conjunction_by_default=True)
        found = searcher.search(query, 10)
        snippets = tantivy.SnippetGenerator.create(searcher, query, schema, "body")
        for _, address in found.hits:
            snippets.snippet_from_doc(searcher.doc(address))
        searcher.aggregate(query, counts)
        return int(found.count)  # type: ignore[attr-defined]

    yield search


YARDSTICKS = {"naive Whoosh": naive_whoosh, "SQLite FTS5": full_text_of_sqlite, "tantivy": native_tantivy}
