"""Adding to the glossary, changing it, taking out of it. Search follows at once; nothing is indexed anew."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.core import audit, clock
from hub.core.errors import Refused
from hub.core.text import one_line
from hub.members.models import Person
from hub.search.models.glossary import GlossaryEntry
from hub.search.rules import words as words_rules

LONGEST_NAME = 40
LONGEST_MEANING = 200
MOST_OTHERS = 10


@dataclass(frozen=True)
class Wording:
    """What somebody says of an entry; ``others`` has one name a line."""

    name: str
    meaning: str
    others: str = ""
    is_word: bool = False


def add_entry(db: Session, actor: Person, wording: Wording) -> GlossaryEntry:
    """Add an entry; raises Refused when it can't be searched for or its short name is there already."""
    entry = GlossaryEntry(version=0)
    _say(entry, actor, _checked(db, wording))
    db.add(entry)
    audit.note(db, actor, "added to the glossary", entry, names=list(entry.names))
    return entry


def change_entry(db: Session, actor: Person, entry: GlossaryEntry, wording: Wording) -> None:
    """Say an entry anew; raises Refused as adding does. Saying the same again changes nothing."""
    checked, was = _checked(db, wording, entry), list(entry.names)
    if checked == Wording(entry.name, entry.meaning, entry.others, entry.is_word):
        return
    _say(entry, actor, checked)
    audit.note(db, actor, "changed in the glossary", entry, was=was, names=list(entry.names))


def remove_entry(db: Session, actor: Person, entry: GlossaryEntry) -> None:
    """Take an entry out; the audit keeps what it said."""
    audit.note(db, actor, "removed from the glossary", entry, names=list(entry.names))
    db.delete(entry)


def _say(entry: GlossaryEntry, actor: Person, wording: Wording) -> None:
    entry.name, entry.meaning, entry.others = wording.name, wording.meaning, wording.others
    entry.is_word, entry.version = wording.is_word, entry.version + 1
    entry.changed_at, entry.changed_by_id = clock.now(), actor.id


def _checked(db: Session, wording: Wording, entry: GlossaryEntry | None = None) -> Wording:
    """The wording as it is kept; raises Refused when it makes no entry, or another than ``entry`` has its name."""
    name = _line(wording.name, "short name", LONGEST_NAME)
    meaning = _line(wording.meaning, "meaning", LONGEST_MEANING)
    others = [_line(line, "other name", LONGEST_MEANING) for line in wording.others.splitlines() if line.strip()]
    others = list(dict.fromkeys(one for one in others if one not in {name, meaning}))
    if len(others) > MOST_OTHERS:
        raise Refused(
            f"An entry has up to {MOST_OTHERS} other names. Put what means something else into its own entry."
        )
    if name.lower() == meaning.lower():
        raise Refused("The meaning is the short name again: enter what it stands for.")
    there = db.scalar(select(GlossaryEntry.id).where(func.lower(GlossaryEntry.name) == name.lower()))
    if there is not None and (entry is None or there != entry.id):
        raise Refused(f"“{name}” is in the glossary already: change that entry instead.")
    return Wording(name, meaning, "\n".join(others), wording.is_word)


def _line(text: str, what: str, longest: int) -> str:
    """What somebody typed, on one line; raises Refused when there is no word in it or it is too long."""
    line = one_line(text)
    if not any(words_rules.pieces(line)):
        raise Refused(f"Enter the {what}: it needs a letter or a digit.")
    if len(line) > longest:
        raise Refused(f"The {what} is too long: it may have up to {longest} characters.")
    return line
