"""The codec of the index: what Whoosh keeps, and how a reader of Whoosh reads our segments.

Whoosh keeps the table of contents, the segments with their deletions, the lock, the commit and the removal of old
files. The files of a segment are our own (see `posting_files`), so the writers that Whoosh asks for write nothing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from whoosh.codec.base import FieldWriter, PerDocumentWriter
from whoosh.codec.whoosh3 import W3Codec
from whoosh.fields import STORED, FieldType, Schema
from whoosh.formats import Positions

from hub.search.store import coding
from hub.search.store.segments import Segment
from hub.search.store.whoosh_reading import Documents, Terms


class Places(Positions):  # type: ignore[misc]
    """The format of postings: the positions of a term in a field. Its name is pickled into the index."""

    def decode_positions(self, value: bytes) -> Sequence[int]:
        """Decode positions."""
        return coding.positions_of(value)

    def decode_frequency(self, value: bytes) -> int:
        """Return the number of positions."""
        return len(coding.positions_of(value))


class Words(FieldType):  # type: ignore[misc]
    """The field type of text with positions. Its name is pickled into the index."""

    def __init__(self) -> None:
        super().__init__(Places(), None)


def schema() -> Schema:
    """Return the schema of the index.

    ``body`` has all searchable text; ``title`` and ``headings`` are used only for ranking. ``facts`` is stored.
    """
    return Schema(body=Words(), title=Words(), headings=Words(), facts=STORED())


class Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's codec with our own files. Its name is pickled into the index."""

    length_stats = False  # `Facts` has the length

    def per_document_writer(self, storage: Any, segment: Any) -> PerDocumentWriter:  # noqa: ARG002 - Whoosh's hook
        """Return a writer that writes nothing."""
        return _NoDocuments()

    def field_writer(self, storage: Any, segment: Any) -> FieldWriter:  # noqa: ARG002 - Whoosh's hook
        """Return a writer that writes nothing."""
        return _NoFields()

    def terms_reader(self, storage: Any, segment: Any) -> Terms:
        """Return the terms of a segment, for a reader of Whoosh."""
        return Terms(Segment.opened(Path(storage.folder), segment.segment_id()))

    def per_document_reader(self, storage: Any, segment: Any) -> Documents:
        """Return the documents of a segment, for a reader of Whoosh."""
        return Documents(Segment.opened(Path(storage.folder), segment.segment_id()), segment)


class _NoDocuments(PerDocumentWriter):  # type: ignore[misc]
    is_closed = True


class _NoFields(FieldWriter):  # type: ignore[misc]
    is_closed = True
