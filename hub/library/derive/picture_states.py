"""Pages that are pictures: what is known of their text, the state of their revision, and what a new reading keeps."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.library.extract.pages import ExtractedPage
from hub.library.extract.picture_pages import PicturePage, reading_of, restated
from hub.library.models import Page, Revision
from hub.library.rules import PageKind, PreviewState

RECOGNIZED = ("text", "also_searched", "confidence", "places")


def picture_pages(db: Session, revision: Revision) -> list[PicturePage]:
    """Return the pages of a revision that are pictures, in order."""
    rows = db.execute(
        select(Page.number, Page.confidence, Page.text != "", Page.places != "")
        .where(Page.revision_id == revision.id, Page.is_picture)
        .order_by(Page.number)
    )
    return [
        PicturePage(number, reading_of(confidence, has_text=has_text, has_places=has_places))
        for number, confidence, has_text, has_places in rows
    ]


def restate(db: Session, revision: Revision, before: Sequence[PicturePage], after: Sequence[PicturePage]) -> None:
    """Set the state of a revision from what of it is still unread."""
    kind = db.scalar(select(Page.kind).where(Page.revision_id == revision.id).order_by(Page.number).limit(1))
    unread = revision.unread.splitlines()
    revision.state, left = restated(unread, kind or PageKind.PAGE, before, after)
    revision.unread, revision.state_detail = "\n".join(left), " ".join(left)


def pages_before(db: Session, revision: Revision) -> Mapping[int, Any]:
    """Return the number, kind and recognized text of each page of a revision, by number, before it is read again."""
    columns = (Page.number, Page.kind, Page.is_picture, Page.text, Page.also_searched, Page.confidence, Page.places)
    return {row.number: row for row in db.execute(select(*columns).where(Page.revision_id == revision.id))}


def keep_recognized(db: Session, revision: Revision, pages: Iterable[Page], before: Mapping[int, Any]) -> None:
    """Give the pages of the same file the text that was recognized before, since recognizing it again takes long."""
    pictures = [page for page in pages if page.is_picture and page.number in before]
    known = [page for page in pictures if before[page.number].confidence is not None or _was_blank(before[page.number])]
    if not known:
        return
    db.flush()
    waiting = picture_pages(db, revision)
    for page in known:
        if before[page.number].is_picture:
            for name in RECOGNIZED:
                setattr(page, name, getattr(before[page.number], name))
        else:
            page.is_picture = False
    db.flush()
    restate(db, revision, waiting, picture_pages(db, revision))


def _was_blank(row: Any) -> bool:
    return not row.is_picture and not row.text


def keeps_pictures(revision: Revision, pages: Sequence[ExtractedPage], before: Mapping[int, Any]) -> bool:
    """Return True if the pictures of a revision's pages still show the same pages after it was read again."""
    if revision.preview_state is not PreviewState.PICTURES or not before:
        return False
    return {(page.number, page.kind) for page in pages} == {(row.number, row.kind) for row in before.values()}
