"""Pages that are near a question in meaning, by their vectors. Finds nothing without the extra or a model.

Every page is compared. The vectors are held in memory, shared by the threads of a process, and follow the database. A
resource counts only while its vectors, its index entry and the person's rights are of the same state.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, and_, cast, func, select
from sqlalchemy.orm import Session

from hub.core.db import Database, config_of
from hub.library.models import Page, Resource, Revision
from hub.search.models import EncodedResource, PageVector
from hub.search.store import meaning
from hub.search.store.encoder import Encoder
from hub.search.store.numbers import np
from hub.search.store.snapshots import Snapshot
from hub.search.store.vectors import Block, Numbers, Vectors

QUESTIONS_KEPT = 500  # encoded
RESOURCES_AT_ONCE = 500  # per database query
# A refresh that takes longer than this many seconds waits for this many times its duration before the next one.
SLOW, PAUSE = 0.05, 20


@dataclass(frozen=True)
class Near:
    """A document, its page that is nearest in meaning, and how near: the cosine, at most 1."""

    doc: int
    page: int
    similarity: float


def near(db: Session, snapshot: Snapshot, text: str, allowed: int, most: int) -> Sequence[Near]:
    """Return the documents in the bit set ``allowed`` that are nearest to a question, best first, at most ``most``.

    Documents outside of it are left out before anything is ranked. Without a model or vectors, there are none.
    """
    held = _held_of(db)
    if held is None or not text.strip() or not allowed:
        return []
    with held.lock:
        held.refresh(db)
        vectors, docs = held.vectors, held.docs_of(snapshot)
    return _best(vectors, docs, held.encoded(text), allowed, snapshot.size, most) if vectors.resources else []


def similar(db: Session, snapshot: Snapshot, doc: int, allowed: int, most: int) -> Sequence[Near]:
    """Return the documents in ``allowed`` whose pages are nearest to the mean of a document's pages; never itself."""
    held = _held_of(db)
    if held is None:
        return []
    with held.lock:
        held.refresh(db)
        vectors, docs = held.vectors, held.docs_of(snapshot)
    block = vectors.blocks.get(snapshot.facts[doc].id)
    if block is None or block.version != version_of(snapshot, doc):
        return []
    return _best(vectors, docs, block.mean, allowed & ~(1 << doc), snapshot.size, most)


def version_of(snapshot: Snapshot, doc: int) -> int:
    """Return the version of a resource that its index entry was made from."""
    return int(snapshot.facts[doc].stamp.partition(".")[0])


def signature(db: Session, model: str) -> tuple[int, ...]:
    """Return numbers that change when a resource is encoded by a model; like those of `freshness.signature`."""
    of_encoded = select(
        func.count(),
        func.sum(EncodedResource.version),
        func.sum(cast(EncodedResource.resource_id, BigInteger) * EncodedResource.version),
    ).where(EncodedResource.model == model, EncodedResource.version > 0)  # 0: not all of its pages
    return tuple(int(number or 0) for number in db.execute(of_encoded).one())


def _best(vectors: Vectors, docs: Any, vector: Numbers, allowed: int, size: int, most: int) -> Sequence[Near]:
    flags = np.unpackbits(np.frombuffer(allowed.to_bytes(size // 8 + 1, "little"), np.uint8), bitorder="little")
    is_allowed = (docs >= 0) & (flags[docs] == 1)
    return [
        Near(int(docs[place]), page, similarity) for place, page, similarity in vectors.best(vector, is_allowed, most)
    ]


# Held in memory


@dataclass
class _Held:
    """The vectors of one hub and model in memory. ``lock`` is held while they are refreshed."""

    encoder: Encoder
    vectors: Vectors
    lock: threading.Lock = field(default_factory=threading.Lock)
    state: tuple[int, ...] = ()
    not_before: float = 0.0
    _docs: tuple[Snapshot, Vectors, Any] | None = None
    _questions: OrderedDict[str, Numbers] = field(default_factory=OrderedDict)
    _encoding: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self, db: Session) -> None:
        """Read the vectors of resources that were encoded since the last time; drop those that are gone."""
        state = signature(db, self.encoder.version)
        began = time.monotonic()
        if state == self.state or began < self.not_before:
            return
        of_model = and_(EncodedResource.model == self.encoder.version, EncodedResource.version > 0)
        versions = dict(db.execute(select(EncodedResource.resource_id, EncodedResource.version).where(of_model)).all())
        kept = {id_: block for id_, block in self.vectors.blocks.items() if versions.get(id_) == block.version}
        kept |= _read(db, self.encoder.version, versions.keys() - kept.keys())
        self.vectors, self.state = Vectors.joined(kept), state
        took = time.monotonic() - began
        self.not_before = began + took * PAUSE if took > SLOW else 0.0

    def docs_of(self, snapshot: Snapshot) -> Any:
        """Return the document of each resource with vectors; -1 if its index entry is of another version or gone."""
        if self._docs is None or self._docs[0] is not snapshot or self._docs[1] is not self.vectors:
            docs = np.full(len(self.vectors.resources), -1, np.int64)
            for place, (id_, block) in enumerate(self.vectors.blocks.items()):
                doc = snapshot.doc_of.get(id_, -1)
                if doc >= 0 and version_of(snapshot, doc) == block.version:
                    docs[place] = doc
            self._docs = snapshot, self.vectors, docs
        return self._docs[2]

    def encoded(self, text: str) -> Numbers:
        """Return the vector of a question; recent ones are remembered. One thread encodes at a time."""
        key = " ".join(text.split())
        with self._encoding:
            vector = self._questions.get(key)
            if vector is None:
                vector = self._questions[key] = self.encoder.encoded([key])[0]
            self._questions.move_to_end(key)
            while len(self._questions) > QUESTIONS_KEPT:
                self._questions.popitem(last=False)
        return vector


_held: WeakKeyDictionary[Database, _Held] = WeakKeyDictionary()  # a process serves one hub, the tests several
_holding = threading.Lock()


def _held_of(db: Session) -> _Held | None:
    """Return what is held of this hub; None if search by meaning is off or its model can't be used."""
    try:
        encoder = meaning.encoder_of(config_of(db))
    except meaning.MeaningUnusable:
        return None
    if encoder is None:
        return None
    database: Database = db.info["database"]
    with _holding:
        held = _held.get(database)
        if held is None or held.encoder is not encoder:
            held = _held[database] = _Held(encoder, Vectors())
    return held


def _read(db: Session, model: str, ids: Collection[int]) -> Iterator[tuple[int, Block]]:
    """Yield resources with the vectors of the pages of their current revisions; not those without vectors."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), RESOURCES_AT_ONCE):
        chunk = ordered[start : start + RESOURCES_AT_ONCE]
        rows = db.execute(
            select(Resource.id, EncodedResource.version, Page.number, PageVector.vector, PageVector.scale)
            .join(Revision, and_(Revision.resource_id == Resource.id, Revision.number == Resource.revision_number))
            .join(Page, Page.revision_id == Revision.id)
            .join(PageVector, and_(PageVector.page_id == Page.id, PageVector.model == model))
            .join(EncodedResource, and_(EncodedResource.resource_id == Resource.id, EncodedResource.model == model))
            .where(Resource.id.in_(chunk))
            .order_by(Resource.id, Page.number, PageVector.part)
        )
        for (id_, version), group in groupby(rows, key=lambda row: (row[0], row[1])):
            yield id_, Block.of(version, [(row[2], row[3], row[4]) for row in group])
