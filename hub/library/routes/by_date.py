"""Adding a page with the updates of several dates, one resource for each: first a preview, then the button that adds."""

import hashlib
import threading
from dataclasses import dataclass, replace

from hub.core import clock, web
from hub.core.db import take_turns
from hub.core.errors import Refused
from hub.core.web import db
from hub.library import actions as library_actions
from hub.library import forms as library_forms
from hub.library import splitting
from hub.library.extract.splitting import Split, split_text
from hub.library.files import originals
from hub.library.models import Resource
from hub.members.models import Organization, Person

NOTHING_TO_SPLIT = (
    "There’s nothing to split: the hub found fewer than two dates on lines of their own, such as “May 20, 2022”. Uncheck "
    "“Split by date” to add it as one resource."
)
ALL_ADDED = "All of these updates are in the hub already."
BUSY = "The hub is busy splitting another file. Wait a minute, then try again."
PATIENCE = 20.0  # seconds

# A person waits, and a process splits one file at a time.
_lock = threading.Lock()


@dataclass(frozen=True)
class Batch:
    """What one file, or the typed text, would become; without a plan, it is added as it is."""

    name: str
    content: library_actions.Content
    facts: library_actions.Facts
    split: Split
    plan: list[splitting.Planned]

    @property
    def new(self) -> list[splitting.Planned]:
        """The parts that the hub doesn't have yet."""
        return [each for each in self.plan if each.same is None]


def is_wanted(form: library_forms.FactsForm) -> bool:
    """Return True if the form asks for it."""
    return "split_by_date" in form and bool(form.split_by_date.data)


def batches(
    person: Person, form: library_forms.FactsForm, files: list[tuple[library_actions.File, library_forms.FileForm]]
) -> list[Batch]:
    """Return what the form would add. Raises Refused if a file can't be split, or there is nothing to split or add."""
    if isinstance(form, library_forms.WriteForm):
        divided = [_of_text(form)]
    else:
        db.commit()  # nothing was written yet: releases the locks while files are read
        divided = [_of_file(form, file, own, alone=len(files) == 1) for file, own in files]
    if not any(batch.plan for batch in divided):
        raise Refused(NOTHING_TO_SPLIT)
    take_turns(db, [f"file {splitting.hash_of(each.part)}" for batch in divided for each in batch.plan])
    checked = [replace(batch, plan=splitting.with_duplicates(db, person, batch.plan)) for batch in divided]
    if not any(batch.new or not batch.plan for batch in checked):
        raise Refused(ALL_ADDED)
    return checked


def _of_text(form: library_forms.WriteForm) -> Batch:
    split, facts = split_text(form.body.data), form.facts()
    return Batch("", library_actions.Written(form.body.data), facts, split, splitting.planned(split, "", facts.title))


def _of_file(
    form: library_forms.FactsForm, file: library_actions.File, own: library_forms.FileForm, *, alone: bool
) -> Batch:
    if not isinstance(form, library_forms.UploadForm):
        raise TypeError(form)
    facts = form.facts_for_file(file.name, own, clock.today(web.config().zone), alone=alone)
    if not _lock.acquire(timeout=PATIENCE):
        raise Refused(BUSY)
    try:
        path = originals.path_of(web.config(), file.stored.sha256)
        split = splitting.split_stored(web.config(), path, file.name)
    except FileNotFoundError as error:
        raise Refused(originals.MISSING) from error
    except Refused as refused:
        raise Refused(f"{file.name}: {refused}") from refused
    finally:
        _lock.release()
    return Batch(file.name, file, facts, split, splitting.planned(split, file.name, facts.title))


def mark_of(shown: list[Batch]) -> str:
    """Return a mark of what the preview shows: if it differs when the button is pressed, there is a new preview."""
    digest = hashlib.sha256()
    for batch in shown:
        for part in (batch.name, *(f"{each.title}\n{each.same is None}\n{each.part.text}" for each in batch.plan)):
            digest.update(hashlib.sha256(part.encode("utf-8", "replace")).digest())
    return digest.hexdigest()


def add(person: Person, organization: Organization, shown: list[Batch]) -> list[Resource]:
    """Add the resources of all batches; if one is refused, the caller rolls all of them back."""
    added: list[Resource] = []
    in_bulk = sum(len(batch.new) if batch.plan else 1 for batch in shown) > library_actions.MOST_AWAITED
    for batch in shown:
        if batch.plan:
            added += splitting.add(db, person, organization, batch.facts, batch.plan, in_bulk=in_bulk)
        else:
            added.append(library_actions.add(db, person, organization, batch.facts, batch.content, in_bulk=in_bulk))
    return added
