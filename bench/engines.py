"""Engines that rank the documents of a collection: the hub's whole search, plain Whoosh, SQLite FTS5 and tantivy.

Each yields a function that takes a question as it was typed, and returns the numbers of the best documents in order.
Title and text are one field of Whoosh and tantivy, with which tantivy ranks better than with two.
"""

import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import tantivy
from sqlalchemy import insert
from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import ID, TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.qparser import OrGroup, QueryParser

from bench.judged import Collection, Document
from config import Config
from hub.core.db import Database
from hub.library.extract.version import READER_VERSION
from hub.library.models import Page, Resource, Revision
from hub.library.rules import Audience, Kind, PageKind, Source, State
from hub.members.models import MembershipPeriod, Organization
from hub.members.rules.organizations import OrganizationKind
from hub.members.rules.permissions import OPERATOR
from hub.migrations import schema
from hub.search import derive, index
from hub.search.queries import results as results_queries
from hub.search.rules.results import Query
from hub.search.store import meaning

MOST_ON_A_PAGE = 500  # results; SQLite refuses a question for the texts of 1,000
TITLE_WEIGHT = 3  # of FTS5, compared with 1 for the text
# A resource can't be without a title; a word that all of them share changes no order.
WITHOUT_TITLE = "Untitled"

Ranked = Callable[[str, int], Sequence[int]]  # takes a question and a number of hits, returns documents' numbers
Engine = Callable[[Collection, Path | None], AbstractContextManager[Ranked]]


@contextmanager
def _hub(collection: Collection, keep: Path | None, setting: str) -> Iterator[Ranked]:
    """Open the hub's own search, with database, index, permissions and question parser; meaning is on or off by ``setting``.

    With ``keep``, the filled hub stays in that folder, and the next run finds it there.
    """
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as temporary:
        folder = keep / collection.name if keep else Path(temporary)
        is_filled = (folder / "uploads").exists()
        folder.mkdir(parents=True, exist_ok=True)
        config = Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", LOG_LEVEL="ERROR", MEANING=setting)
        with closing(Database(config)) as database:
            schema.upgrade(database)
            if not is_filled:
                _fill(database, collection.documents)
            index.catch_up(database)
            derive.catch_up(database)  # makes vectors if meaning is on and its extra is installed

            yield lambda question, depth: _hits(database, question, depth)


def this_hub(collection: Collection, keep: Path | None = None) -> AbstractContextManager[Ranked]:
    """Open the hub's search by words alone."""
    return _hub(collection, keep, "off")


def hub_with_meaning(collection: Collection, keep: Path | None = None) -> AbstractContextManager[Ranked]:
    """Open the hub's search by words and meaning."""
    return _hub(collection, keep, "on")


def _hits(database: Database, question: str, depth: int) -> Sequence[int]:
    """Return the first ``depth`` hits, from as many pages of results as it takes."""
    hits: list[int] = []
    size = min(depth, MOST_ON_A_PAGE)
    with database.reading() as db:
        for page in range(1, depth // size + 1):
            query = Query(question, page=page, per_page=size)
            results = results_queries.search(db, OPERATOR, query)  # type: ignore[arg-type]
            hits += [hit.resource for hit in results.hits]
            if len(hits) < page * size:
                break
    return hits


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
            [resource | {"id": document.number, "title": document.title or WITHOUT_TITLE} for document in documents],
        )
        db.execute(
            insert(Revision),
            [revision | {"id": document.number, "resource_id": document.number} for document in documents],
        )
        db.execute(
            insert(Page), [page | {"revision_id": document.number, "text": document.text} for document in documents]
        )


def _words(question: str) -> Sequence[str]:
    return re.findall(r"\w+", question.lower())


@contextmanager
def plain_whoosh(collection: Collection, _keep: Path | None = None) -> Iterator[Ranked]:
    """Open Whoosh as its guide shows it: stems, BM25F, any of the words."""
    schema_ = Schema(number=ID(stored=True), text=TEXT(analyzer=StemmingAnalyzer()))
    store = RamStorage().create_index(schema_)
    writer = store.writer()
    for document in collection.documents:
        writer.add_document(number=str(document.number), text=f"{document.title}\n{document.text}")
    writer.commit()
    parser = QueryParser("text", schema_, group=OrGroup)
    with store.searcher() as searcher:

        def ranked(question: str, depth: int) -> Sequence[int]:
            hits = searcher.search(parser.parse(" ".join(_words(question))), limit=depth)
            return [int(hit["number"]) for hit in hits]

        yield ranked


@contextmanager
def full_text_of_sqlite(collection: Collection, _keep: Path | None = None) -> Iterator[Ranked]:
    """Open SQLite's FTS5 with Porter stems and bm25(), the title three times as heavy; any of the words."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE page USING fts5(title, body, tokenize='porter unicode61')")
        connection.executemany(
            "INSERT INTO page (rowid, title, body) VALUES (?, ?, ?)",
            [(document.number, document.title, document.text) for document in collection.documents],
        )

        def ranked(question: str, depth: int) -> Sequence[int]:
            words = " OR ".join(f'"{word}"' for word in _words(question))
            rows = connection.execute(
                "SELECT rowid FROM page WHERE page MATCH ? ORDER BY bm25(page, ?, 1) LIMIT ?",
                (words, TITLE_WEIGHT, depth),
            )
            return [number for (number,) in rows]

        yield ranked


@contextmanager
def plain_tantivy(collection: Collection, _keep: Path | None = None) -> Iterator[Ranked]:
    """Open tantivy as its guide shows it: English stems, BM25, any of the words."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", stored=True)
    builder.add_text_field("text", tokenizer_name="en_stem")
    store = tantivy.Index(builder.build())
    writer = store.writer()
    for document in collection.documents:
        writer.add_document(tantivy.Document(number=document.number, text=f"{document.title}\n{document.text}"))
    writer.commit()
    store.reload()
    searcher = store.searcher()

    def ranked(question: str, depth: int) -> Sequence[int]:
        hits = searcher.search(store.parse_query(" ".join(_words(question)), ["text"]), depth).hits
        return [int(searcher.doc(address)["number"][0]) for _, address in hits]

    yield ranked


ENGINES: dict[str, Engine] = {
    "this hub": this_hub,
    **({"this hub with meaning": hub_with_meaning} if meaning.place_of(Config.load({})) else {}),
    "plain Whoosh": plain_whoosh,
    "SQLite FTS5": full_text_of_sqlite,
    "tantivy": plain_tantivy,
}
