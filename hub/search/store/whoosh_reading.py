"""Reading our segments with Whoosh's own searcher, through the hooks of its codecs. The hub itself doesn't need it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from whoosh.codec.base import PerDocumentReader, TermsReader
from whoosh.matching import ListMatcher
from whoosh.reading import TermInfo, TermNotFound

from hub.search.store.arrays import Array
from hub.search.store.inverted import FIELDS
from hub.search.store.numbers import np
from hub.search.store.postings import positions_by_doc
from hub.search.store.segments import Segment

Term = tuple[str, bytes]  # of a field


class Terms(TermsReader):  # type: ignore[misc]
    """The terms of a segment, with Whoosh's matchers of their posting lists."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def __contains__(self, term: Term) -> bool:
        return self._segment.fields[term[0]].find(term[1]) >= 0

    def indexed_field_names(self) -> tuple[str, ...]:
        """Return the names of the fields."""
        return FIELDS

    def terms(self) -> Iterator[Term]:
        """Yield all terms, by field and sorted."""
        for name in sorted(FIELDS):
            yield from self.terms_from(name, b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[Term]:
        """Yield the terms of a field from a term on, sorted."""
        field = self._segment.fields[fieldname]
        for term in field.terms(field.first_from(prefix), len(field)):
            yield fieldname, term

    def items(self) -> Iterator[tuple[Term, TermInfo]]:
        """Yield all terms with their statistics."""
        for term in self.terms():
            yield term, self.term_info(*term)

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[Term, TermInfo]]:
        """Yield the terms of a field from a term on, with their statistics."""
        for term in self.terms_from(fieldname, prefix):
            yield term, self.term_info(*term)

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """Return the statistics of a term. Raises TermNotFound."""
        docs, counts, _ = self._postings(fieldname, text)
        most = float(counts.max())
        return TermInfo(float(counts.sum()), len(docs), maxweight=most, minid=int(docs[0]), maxid=int(docs[-1]))

    def _postings(self, fieldname: str, text: bytes) -> tuple[Array, Array, bytes]:
        postings = self._segment.postings(fieldname, text)
        if postings is None:
            raise TermNotFound((fieldname, text))
        return postings

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ListMatcher:
        """Return a matcher of the posting list of a term. Raises TermNotFound."""
        info = self.term_info(fieldname, text)
        docs, counts, data = self._postings(fieldname, text)
        values = positions_by_doc(counts, data)
        weights = [float(count) for count in counts.tolist()]
        term = (fieldname, text)
        return ListMatcher(docs.tolist(), weights, values, format_, scorer=scorer, term=term, terminfo=info)


class Documents(PerDocumentReader):  # type: ignore[misc]
    """The documents of a segment, with Whoosh's deletions."""

    def __init__(self, segment: Segment, deletions: Any) -> None:
        self._segment, self._deletions = segment, deletions

    def doc_count(self) -> int:
        """Return the number of documents that aren't deleted."""
        return self.doc_count_all() - self._deletions.deleted_count()  # type: ignore[no-any-return]

    def doc_count_all(self) -> int:
        """Return the number of documents."""
        return len(self._segment.facts)

    def has_deletions(self) -> bool:
        """Return True if documents are deleted."""
        return bool(self._deletions.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        """Return True if a document is deleted."""
        return bool(self._deletions.is_deleted(docnum))

    def deleted_docs(self) -> Iterable[int]:
        """Return the deleted documents."""
        return self._deletions.deleted_docs()  # type: ignore[no-any-return]

    def stored_fields(self, docnum: int) -> Mapping[str, Any]:
        """Return the stored field of a document: its facts."""
        return {"facts": self._segment.facts[docnum]}

    def doc_field_length(self, docnum: int, _fieldname: str, _default: int = 0) -> int:
        """Return the length of a document; it isn't stored by field."""
        return int(self._segment.facts.numbers("length")[docnum])

    def field_length(self, _fieldname: str) -> int:
        """Return the length of all documents."""
        return int(self._segment.facts.numbers("length").sum(dtype=np.int64))

    def min_field_length(self, _fieldname: str) -> int:
        """Return the length of the shortest document."""
        return int(self._segment.facts.numbers("length").min(initial=0))

    def max_field_length(self, _fieldname: str) -> int:
        """Return the length of the longest document."""
        return int(self._segment.facts.numbers("length").max(initial=0))
