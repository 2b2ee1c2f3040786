"""Other search engines for comparison: naive Whoosh, SQLite's FTS5, and tantivy, with the same texts.

Each finds the ten best hits with snippets, and counts facets by kind, organization, topic and year, as its guide
shows. None of them checks permissions.
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
    """A resource as the engines index it."""

    number: int
    kind: str
    organization: str
    topics: Sequence[str]
    year: int
    title: str
    body: str


Search = Callable[[str], int]  # takes a query, returns the number of matches


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
    """Open naive Whoosh: stored texts, grouping by fields, highlights."""
    schema = Schema(
        number=NUMERIC(stored=True), kind=ID(sortable=True), organization=ID(sortable=True),
        topics=KEYWORD(commas=True), year=NUMERIC(sortable=True),
        title=TEXT(stored=True, analyzer=StemmingAnalyzer()), body=TEXT(stored=True, analyzer=StemmingAnalyzer()),
    )  # fmt: skip
    folder.mkdir()
    store = create_in(str(folder), schema)
    writer = store.writer(limitmb=128)
    for text in texts(database):
        writer.add_document(
            number=text.number, kind=text.kind, organization=text.organization, topics=",".join(text.topics),
            year=text.year, title=text.title, body=text.body,
        )  # fmt: skip
    writer.commit()
    parser = QueryParser("body", schema)
    with store.searcher() as searcher:

        def search(question: str) -> int:
            results = searcher.search(parser.parse(question), limit=10, groupedby=["kind", "organization", "year"])
            for hit in results:
                hit.highlights("body")
            for name in ("kind", "organization", "year"):
                Counter({key: len(numbers) for key, numbers in results.groups(name).items()})
            return len(results)

        yield search


@contextmanager
def full_text_of_sqlite(database: Database, folder: Path) -> Iterator[Search]:
    """Open FTS5 with Porter stems, bm25() and snippet(); facets by GROUP BY."""
    folder.mkdir()
    connection = sqlite3.connect(folder / "fts.sqlite3")
    connection.execute("CREATE VIRTUAL TABLE page USING fts5(title, body, tokenize='porter unicode61')")
    connection.execute("CREATE TABLE fact (number INTEGER PRIMARY KEY, kind, organization, year)")
    connection.execute("CREATE TABLE topic (number INTEGER, topics)")
    for text in texts(database):
        connection.execute(
            "INSERT INTO page (rowid, title, body) VALUES (?, ?, ?)", (text.number, text.title, text.body)
        )
        connection.execute(
            "INSERT INTO fact VALUES (?, ?, ?, ?)", (text.number, text.kind, text.organization, text.year)
        )
        connection.executemany("INSERT INTO topic VALUES (?, ?)", [(text.number, topic) for topic in text.topics])
    connection.execute("CREATE INDEX topic_number ON topic (number)")
    connection.commit()

    def search(question: str) -> int:
        words = " ".join(re.findall(r"\w+", question))
        connection.execute(
            "SELECT rowid, snippet(page, 1, '[', ']', '…', 30) FROM page WHERE page MATCH ? ORDER BY bm25(page, 8, 1) LIMIT 10",
            (words,),
        ).fetchall()
        for name in FACETS:
            table = "topic" if name == "topics" else "fact"
            connection.execute(
                f"SELECT {name}, count(*) FROM {table} WHERE number IN (SELECT rowid FROM page WHERE page MATCH ?) GROUP BY 1",
                (words,),
            ).fetchall()
        return int(connection.execute("SELECT count(*) FROM page WHERE page MATCH ?", (words,)).fetchone()[0])

    yield search
    connection.close()


@contextmanager
def native_tantivy(database: Database, folder: Path) -> Iterator[Search]:
    """Open tantivy with English stems, BM25 and its snippets; facets from the terms of fast fields."""
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
    for text in texts(database):
        writer.add_document(
            tantivy.Document(
                number=text.number, kind=text.kind, organization=text.organization, topics=list(text.topics),
                year=str(text.year), title=text.title, body=text.body,
            )
        )  # fmt: skip
    writer.commit()
    store.reload()
    searcher = store.searcher()
    counts = {name: {"terms": {"field": name, "size": 100}} for name in FACETS}

    def search(question: str) -> int:
        query = store.parse_query(question, ["title", "body"], conjunction_by_default=True)
        results = searcher.search(query, 10)
        snippets = tantivy.SnippetGenerator.create(searcher, query, schema, "body")
        for _, address in results.hits:
            snippets.snippet_from_doc(searcher.doc(address))
        searcher.aggregate(query, counts)
        return int(results.count)  # type: ignore[attr-defined]

    yield search


YARDSTICKS = {"naive Whoosh": naive_whoosh, "SQLite FTS5": full_text_of_sqlite, "tantivy": native_tantivy}
