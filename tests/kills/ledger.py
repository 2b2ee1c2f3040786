"""What clients wrote and what the hub acknowledged, compared with what is in its database."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.core.db import Database
from hub.library.models import Revision
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind, State
from hub.members.models import Person, SignInSession
from hub.outreach.models import Pack, Stakeholder
from hub.outreach.rules.packs import PackState
from hub.sharing.models import Confirmation, ConfirmedResource, SharingEvent
from tests.mailserver import MailServer


class Kind(StrEnum):
    """The kinds of writes; the value is the plural in the summary."""

    UPLOAD = "uploads"
    REPORT = "reports of sharing"
    CONFIRMATION = "confirmations"
    STAKEHOLDER = "stakeholders"
    PACK = "packs"


ROWS = {Kind.UPLOAD: 1, Kind.REPORT: 2, Kind.CONFIRMATION: 2, Kind.STAKEHOLDER: 1, Kind.PACK: 1}  # that a write makes
RECIPIENTS = 2  # of a pack
WORDS: dict[Kind, tuple[Any, Any]] = {
    Kind.UPLOAD: (Revision.file_name, select(Revision.file_name, func.count())),
    Kind.REPORT: (SharingEvent.note, select(SharingEvent.note, func.count())),
    Kind.CONFIRMATION: (
        Confirmation.note,
        select(Confirmation.note, func.count()).join(
            ConfirmedResource, ConfirmedResource.confirmation_id == Confirmation.id
        ),
    ),
    Kind.STAKEHOLDER: (Stakeholder.name, select(Stakeholder.name, func.count())),
    Kind.PACK: (Pack.title, select(Pack.title, func.count()).where(Pack.state != PackState.DRAFT)),
}


@dataclass
class Problems:
    """What went wrong, as sentences."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    hung: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def judge(self, what: str, rows: int, whole: int, *, acknowledged: bool) -> None:
        """Compare the ``rows`` of a write with the number that a ``whole`` one makes."""
        if rows > whole:
            self.twice.append(f"{what} has {rows} rows instead of {whole}.")
        elif 0 < rows < whole:
            self.wrong.append(f"{what} is half done: it has {rows} of {whole} rows.")
        elif acknowledged and not rows:
            self.lost.append(f"{what} was acknowledged and is lost.")


class Ledger:
    """All writes of all clients. Each has a word of its own, by which its rows are known."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.begun: dict[tuple[Kind, str], bool] = {}  # True: the hub acknowledged it
        self.sign_ins: Counter[str] = Counter()  # acknowledged, by address
        self.unfinished: Counter[str] = Counter()  # sign-ins that were sent and not answered yet

    def begin(self, kind: Kind, word: str) -> None:
        """Note a write before it is sent."""
        with self.lock:
            self.begun[kind, word] = False

    def acknowledge(self, kind: Kind, word: str) -> None:
        """Note that the hub said that it is saved."""
        with self.lock:
            self.begun[kind, word] = True

    def summary(self) -> dict[str, int]:
        """Return the number of acknowledged writes of each kind."""
        with self.lock:
            counts = Counter(kind.value for (kind, _word), is_acknowledged in self.begun.items() if is_acknowledged)
            return {**counts, "sign-ins": self.sign_ins.total()}

    def compare(self, database: Database, problems: Problems) -> None:
        """Look for what is lost, half done or there twice. Clients may continue to write meanwhile."""
        with self.lock:
            before, sign_ins = dict(self.begun), Counter(self.sign_ins)
        with database.reading() as db:
            rows = {kind: _rows(db, kind) for kind in Kind}
            sessions = _sessions(db)
        with self.lock:
            possible = self.sign_ins + self.unfinished
        for (kind, word), is_acknowledged in before.items():
            stored = f"{word}.txt" if kind is Kind.UPLOAD else word
            problems.judge(f"{kind}: {word}", rows[kind].get(stored, 0), ROWS[kind], acknowledged=is_acknowledged)
        for email, count in sign_ins.items():
            if sessions.get(email, 0) < count:
                problems.lost.append(f"{email} signed in {count} times and has {sessions.get(email, 0)} sessions.")
            if sessions.get(email, 0) > possible[email]:
                problems.twice.append(f"{email} signed in {possible[email]} times, and has {sessions[email]} sessions.")


def _rows(db: Session, kind: Kind) -> dict[str, int]:
    word, query = WORDS[kind]
    return {str(name): int(count) for name, count in db.execute(query.group_by(word))}


def _sessions(db: Session) -> dict[str, int]:
    query = select(Person.email, func.count()).join(SignInSession, SignInSession.person_id == Person.id)
    return {str(email): int(count) for email, count in db.execute(query.group_by(Person.email))}


def compare_mail(database: Database, server: MailServer, problems: Problems) -> None:
    """Look for email that the server got twice, and for email that the hub calls sent and the server never got."""
    with database.reading() as db:
        sent = db.scalars(select(OutboxMessage.key).where(OutboxMessage.state == State.SENT)).all()
    ids = [message.field("Message-ID").decode() for message in list(server.received)]
    keys = Counter(name.strip("<>").partition("@")[0] for name in ids)
    problems.twice += [f"Email {key} arrived {count} times." for key, count in keys.items() if count > 1]
    problems.lost += [f"Email {key} is sent, and didn’t arrive." for key in sent if not keys[key]]


def states_of_packs(database: Database) -> tuple[Counter[State], list[str]]:
    """Return how many messages of packs are in each state, and the packs whose number of messages is wrong."""
    with database.reading() as db:
        query = select(OutboxMessage.about, OutboxMessage.state).where(OutboxMessage.kind == LetterKind.PACK)
        rows: Sequence[Any] = db.execute(query).all()
        packs = {f"pack {number}" for number in db.scalars(select(Pack.id).where(Pack.state != PackState.DRAFT))}
    messages = Counter(about for about, _state in rows)
    return Counter(state for _about, state in rows), [pack for pack in packs if messages[pack] != RECIPIENTS]
