"""Two decisions about the same thing, with the first one's transaction still open: the result is that of one order.

On PostgreSQL, which lets both run. The first stops right before it commits; the second starts, and either waits for a
lock or is done; then the first commits. SQLite lets one transaction write at a time, so the two orders are made there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations_with_replacement
from threading import Event, Thread, current_thread
from typing import Any

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from hub.calls.models import Call, Presentation, PresentationChange
from hub.core import clock
from hub.core.audit import Entry
from hub.core.db import Database
from hub.joining.models import Application, Vote
from hub.library.models import Revision
from hub.mail.models import OutboxMessage
from hub.members.models import Organization, Person, RoleHeld
from hub.members.queries import token_hash
from hub.outreach.models import Pack
from hub.sharing.models import Confirmation
from tests.at_once.preparing import draft, first, newest, public
from tests.at_once.sending import Sending
from tests.at_once.worlds import Scene, Worlds
from tests.forms import PageForm
from tests.serving import TIMEOUT, eventually
from tests.versions import coming, person_id

State = tuple[Any, ...]
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@dataclass(frozen=True)
class Matter:
    """A thing that people decide on: how it is prepared, their decisions, and what they change."""

    acts: dict[str, Sending]
    state: Callable[[Session], State]
    prepare: Callable[[Session], object] = lambda _db: None


def _role(role: str, email: str = "hal.okafor@lakeshore-forge.example") -> Sending:
    page = _page_of(email)
    return Sending(lambda db: f"{page(db)}/role", {"role": [role]}, opens=page)


def _page_of(email: str) -> Callable[[Session], str]:
    return lambda db: f"/people/{person_id(db, email)}"


HAL = _page_of("hal.okafor@lakeshore-forge.example")


def _of_people(db: Session) -> State:
    people = db.execute(select(Person.email, Person.organization_id, Person.role, Person.left_at.is_(None)))
    held = db.execute(select(RoleHeld.person_id, RoleHeld.role).where(RoleHeld.until.is_(None)))
    return tuple(sorted(map(tuple, people))), tuple(sorted(map(tuple, held)))


def _of_application(db: Session) -> State:
    application = db.get_one(Application, 1)
    organizations = db.scalar(select(func.count(Organization.id)))
    votes = db.scalar(select(func.count(Vote.id)))
    mails = db.scalar(select(func.count(OutboxMessage.id)))
    return application.progress, application.reason, application.organization_id is None, organizations, votes, mails


def _decision(decision: str) -> Sending:
    values = {"round": ["1"], "decision": [decision], "reason": [decision], "exception": ["No quorum."]}
    return Sending("/applications/1/decide", values)


def _withdrawal(db: Session) -> str:
    """Give the application a link that is known."""
    db.get_one(Application, 1).token_hash = token_hash("its-own-secret-link-0123")
    return "/join/its-own-secret-link-0123/withdraw"


def _confirmation(note: str, role: str) -> Sending:
    values = {"shared": ["yes"], "with_whom": ["our members"], "note": [note]}
    return Sending("/sharing/2026Q2/confirm", values, role, opens="/sharing/2026Q2/confirm")


def _of_quarter(db: Session) -> State:
    """Return the chain of the quarter: each confirmation supersedes another one, or none."""
    chain = db.scalars(select(Confirmation.supersedes_id).where(Confirmation.quarter == "2026Q2", _LAKESHORE)).all()
    notes = db.scalars(select(Confirmation.note).where(Confirmation.quarter == "2026Q2", _LAKESHORE))
    return len(chain), len(set(chain)), tuple(sorted(notes))


_LAKESHORE = Confirmation.organization.has(slug="lakeshore")


def _of_resource(db: Session) -> State:
    resource = public(db, withdrawn=True)
    revisions = db.scalar(select(func.count(Revision.id)).where(Revision.resource_id == resource.id))
    return resource.summary, resource.withdrawn_at is None, resource.withdrawn_reason, revisions


def _on_resource(words: str, **values: str) -> Sending:
    page = lambda db: f"/resources/{public(db).id}/{words}"  # noqa: E731
    return Sending(page, {name: [value] for name, value in values.items()}, opens=page)


def _of_pack(db: Session) -> State:
    packs = db.execute(select(Pack.id, Pack.state, Pack.title).where(Pack.id == newest(db))).all()
    return tuple(packs[0][1:]), db.scalar(select(func.count(Pack.id))), _logged(db, "Pack")


def _logged(db: Session, kind: str) -> State:
    """Return what the audit log says was done to things of a kind, in any order."""
    return tuple(sorted(db.scalars(select(Entry.action).where(Entry.subject_kind == kind))))


def _on_pack(words: str, page: str, **values: str) -> Sending:
    return Sending(
        lambda db: f"/sharing/packs/{newest(db)}{words}",
        {name: [value] for name, value in values.items()},
        "representative",
        opens=lambda db: f"/sharing/packs/{newest(db)}{page}",
    )


def _of_call(db: Session) -> State:
    call: Call = first(db, Call, Call.starts_at > clock.now())
    return call.state, call.reason, call.day, call.title, call.sequence, _logged(db, "Call")


def _on_call(words: str, **values: str) -> Sending:
    page = lambda db: f"/calls/{coming(db)}/{words}"  # noqa: E731
    return Sending(page, {name: [value] for name, value in values.items()}, opens=page)


def _of_presentation(db: Session) -> State:
    presentation = db.get_one(Presentation, 17)
    changes = db.scalar(select(func.count(PresentationChange.id)))
    return presentation.state, presentation.reason, presentation.title, changes


def _on_presentation(do: str, role: str = "coordinator", **values: str) -> Sending:
    page = "/calls/presentations/17"
    entered = {name.replace("__", "-"): [value] for name, value in values.items()} | {"do": [do]}
    return Sending(page, entered, role, opens=page, do=do)


MATTERS = {
    "application": Matter(
        {
            "approve": _decision("approve"),
            "decline": _decision("decline"),
            "vote": Sending("/applications/1/vote", {"ballot": ["approve"]}, "board", opens="/applications/1"),
            "ask": Sending("/applications/1/ask", {"round": ["1"], "what": ["A map."]}, "board"),
            "withdraw": Sending("/join/its-own-secret-link-0123/withdraw", {"reason": ["Not now."]}, "visitor"),
        },
        _of_application,
        _withdrawal,
    ),
    "quarter": Matter(
        {
            "confirm": _confirmation("Mine.", "representative"),
            "the alternate confirms": _confirmation("Theirs.", "alternate"),
        },
        _of_quarter,
    ),
    "person": Matter(
        {
            "alternate": _role("alternate"),
            "representative": _role("representative"),
            "move": Sending(
                lambda db: f"{HAL(db)}/organization",
                {"organization": ["ridgeline"], "role": ["contributor"]},
                opens=HAL,
            ),
            "deactivate": Sending(lambda db: f"{HAL(db)}/leave"),
        },
        _of_people,
    ),
    "resource": Matter(
        {
            "edit": _on_resource("edit", summary="Another summary."),
            "withdraw": _on_resource("withdraw", reason="It is old."),
            "replace": _on_resource("replace", note="A better one."),
        },
        _of_resource,
    ),
    "pack": Matter(
        {
            "edit": _on_pack("", "", title="Another title"),
            "send": _on_pack("/send", "/preview", when="now"),
            "delete": _on_pack("/delete", ""),
        },
        _of_pack,
        draft,
    ),
    "call": Matter(
        {
            "cancel": _on_call("cancel", reason="No one can come."),
            "edit": _on_call("edit", title="Another title"),
            "move": _on_call("move", minutes="45", reason="It takes longer."),
        },
        _of_call,
    ),
    "presentation": Matter(
        {
            "accept": _on_presentation("accept"),
            "decline": _on_presentation("decline", decline__reason="Too late."),
            "withdraw": _on_presentation("withdraw", "bff"),
        },
        _of_presentation,
    ),
}
PAIRS = [(matter, *pair) for matter, about in MATTERS.items() for pair in combinations_with_replacement(about.acts, 2)]


def _opened(worlds: Worlds, database: Database, matter: Matter, names: list[str]) -> list[tuple[Scene, PageForm]]:
    """Prepare the world, and open the forms before any is sent."""
    with database.writing() as db:
        matter.prepare(db)
    scenes = [Scene(worlds, database, matter.acts[name]) for name in names]
    return [(scene, scene.form()) for scene in scenes]


def _in_order(worlds: Worlds, matter: Matter, names: list[str]) -> State:
    with worlds.another() as database:
        for scene, form in _opened(worlds, database, matter, names):
            assert scene.send(form) < 500
        with database.reading() as db:
            return matter.state(db)


def _crossed(worlds: Worlds, matter: Matter, names: list[str]) -> tuple[State, list[int]]:
    """Send the first form, and the second while the first one's transaction is open; return what is left."""
    with worlds.another(on_server=True) as database:
        forms = _opened(worlds, database, matter, names)
        statuses, stopped, goes_on = [0, 0], Event(), Event()

        def send(place: int) -> None:
            scene, form = forms[place]
            statuses[place] = scene.send(form)

        threads = [Thread(target=send, args=(place,)) for place in range(2)]

        def stop(_db: Session) -> None:
            if current_thread() is threads[0]:
                stopped.set()
                assert goes_on.wait(TIMEOUT)

        event.listen(database.writer, "before_commit", stop)
        threads[0].start()
        eventually(lambda: stopped.is_set() or not threads[0].is_alive())
        threads[1].start()
        eventually(lambda: _waiting(database) or not threads[1].is_alive())
        goes_on.set()
        for thread in threads:
            thread.join(TIMEOUT)
        with database.reading() as db:
            return matter.state(db), statuses


def _waiting(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.execute(WAITING).scalar_one())


@pytest.mark.postgresql
@pytest.mark.parametrize(("about", "first_name", "second_name"), PAIRS)
def test_two_decisions_at_once_leave_what_one_after_the_other_leaves(
    about: str, first_name: str, second_name: str, worlds_on_server: Worlds
) -> None:
    matter, names = MATTERS[about], [first_name, second_name]
    state, statuses = _crossed(worlds_on_server, matter, names)
    assert max(statuses) < 500
    assert min(statuses) > 0
    assert state in [_in_order(worlds_on_server, matter, order) for order in (names, names[::-1])], statuses
