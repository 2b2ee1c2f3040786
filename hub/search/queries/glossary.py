"""The entries of the glossary, and the compiled glossary."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hub.core.errors import NotFound
from hub.core.remembered import remembered
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may
from hub.search.models import GlossaryEntry
from hub.search.rules.glossary import Glossary

# Cache of compiled glossaries by the state of the table; a process serves one hub, the tests several.
_compiled: OrderedDict[tuple[object, ...], Glossary] = OrderedDict()
_compiling = threading.Lock()
MOST_COMPILED = 4

_STATE = select(
    func.count(GlossaryEntry.id),
    func.max(GlossaryEntry.changed_at),
    func.sum(GlossaryEntry.id * GlossaryEntry.version),
)


def entries(db: Session) -> Sequence[GlossaryEntry]:
    """Return all entries by name, with the person who last edited each."""
    rows = db.scalars(select(GlossaryEntry).options(joinedload(GlossaryEntry.changed_by))).all()
    return sorted(rows, key=lambda entry: (entry.name.casefold(), entry.id))


def entry_for(db: Session, person: Person | None, entry_id: int) -> GlossaryEntry:
    """Return an entry that ``person`` may edit. Raises NotFound if there is none."""
    entry = db.scalar(
        select(GlossaryEntry).where(GlossaryEntry.id == entry_id).options(joinedload(GlossaryEntry.changed_by))
    )
    if entry is None or not may(person, Permission.EDIT_GLOSSARY):
        raise NotFound
    return entry


def glossary(db: Session) -> Glossary:
    """Return the current glossary, compiled once for each state of the table."""
    return remembered(db, "glossary", lambda: _glossary(db))


def _glossary(db: Session) -> Glossary:
    state = (str(db.get_bind().engine.url), *db.execute(_STATE).one())
    with _compiling:
        compiled = _compiled.get(state)
        if compiled is None:
            rows = db.scalars(select(GlossaryEntry).order_by(GlossaryEntry.id))
            compiled = _compiled[state] = Glossary.of(row.entry for row in rows)
        _compiled.move_to_end(state)
        while len(_compiled) > MOST_COMPILED:
            _compiled.popitem(last=False)
    return compiled
