"""Whoosh itself can read the index."""

from whoosh import index as whoosh_index
from whoosh import query as whoosh_query
from whoosh.scoring import BM25F

from hub.core.db import Database
from hub.library.models import Resource
from hub.members.models import Person
from hub.search import index
from hub.search.store import folders, snapshots
from tests.search.index.finding import organization_of
from tests.world import a_resource


def test_whoosh_finds_the_same_documents_with_its_own_searcher(database: Database, member: Person) -> None:
    with database.writing() as db:
        for number in range(9):
            a_resource(db, organization_of(db, member), f"Toolkit {number}", ["Steel castings. " * number, "Forge."])
    index.catch_up(database)
    with database.writing() as db:
        db.get_one(Resource, 3).title = "Forge castings"
        db.get_one(Resource, 3).version += 1
    index.catch_up(database)
    folder = folders.current_folder(folders.root_of(database.config))
    assert folder is not None
    snapshot = snapshots.Snapshot(folder)
    assert len(snapshot.segments) == 2
    with whoosh_index.open_dir(str(folder), "MAIN").searcher(weighting=BM25F()) as searcher:
        steel, forge = (whoosh_query.Term("body", term) for term in ("steel", "forg"))
        phrase = whoosh_query.Phrase("body", ["steel", "cast"])
        for term, query in (("steel", steel), ("forg", forge), ("cast", phrase)):
            live = snapshot.postings("body", term).bits & snapshot.live
            hits = searcher.search(query, limit=None)
            assert sorted(hit.docnum for hit in hits) == snapshots.docs_of(live), term
            assert sorted(hit["facts"].id for hit in hits) == sorted(snapshot.ids[snapshots.docs_of(live)].tolist())
        assert list(searcher.postings("title", "cast").all_ids()) == [9]
        reader = searcher.reader()
        assert b"steel" in list(reader.lexicon("body"))
        assert reader.doc_frequency("body", "steel") == len(snapshot.postings("body", "steel").docs)
        assert reader.doc_count() == 9
