"""Queries for the results of a pack, which only its organization sees."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.outreach.models import Pack, PackCount, PackFetch, PackLink, PackTrace
from hub.outreach.rules.openings import Seen, Trace, seen
from hub.outreach.rules.packs import LinkPart

RECIPIENTS_PER_PAGE = 100
MESSAGES = "messages "  # prefix of a message's state in PackCount.act


@dataclass(frozen=True)
class Outcome:
    """The results of a pack, in numbers."""

    waiting: int  # emails that aren't written yet
    messages: Counter[State]
    seen: Counter[Seen]  # of links in emails
    acts: dict[tuple[int | None, Trace], int]  # links, by item and act
    visitors: dict[int, int]  # people who opened the pack, by a channel's link

    @property
    def unsettled(self) -> int:
        """The number of emails that aren't settled yet."""
        return self.waiting + self.messages[State.WAITING] + self.messages[State.SENDING]

    @property
    def people(self) -> int:
        """The number of recipients whose pack was opened by a person."""
        return self.seen[Seen.PERSON] + self.seen[Seen.DOWNLOADED]


def outcome_of(db: Session, pack: Pack) -> Outcome:
    """Return the pack's results so far."""
    if pack.reduced_at is not None:
        return _reduced(db, pack)
    parts = _parts(db, pack)
    traces = _traces(db, pack)
    fetched = set(
        db.scalars(
            select(PackFetch.link_id)
            .join(PackLink, PackLink.id == PackFetch.link_id)
            .where(PackLink.pack_id == pack.id)
        )
    )
    mailed = [link_id for link_id, part in parts.items() if part is not LinkPart.CHANNEL]
    acts: Counter[tuple[int | None, Trace]] = Counter()
    for item_acts in traces.values():
        acts.update(item_acts)
    return Outcome(
        waiting=sum(part is LinkPart.WAITING for part in parts.values()),
        messages=messages_of(db, pack),
        seen=Counter(seen({act for _item, act in traces.get(link_id, ())}, link_id in fetched) for link_id in mailed),
        acts=dict(acts),
        visitors=visitors_of(db, pack),
    )


def visitors_of(db: Session, pack: Pack) -> dict[int, int]:
    """Return the number of browsers that opened the pack, by the id of the channel's link."""
    rows = db.execute(
        select(PackTrace.link_id, PackTrace.once)
        .join(PackLink, PackLink.id == PackTrace.link_id)
        .where(PackTrace.pack_id == pack.id, PackTrace.act == Trace.OPENED, PackLink.part == LinkPart.CHANNEL)
    )
    visitors: dict[int, set[str]] = defaultdict(set)
    for link_id, once in rows:
        visitors[link_id].add(once.rpartition(" ")[2])
    return {link_id: len(visits) for link_id, visits in visitors.items()}


def messages_of(db: Session, pack: Pack) -> Counter[State]:
    """Return the number of the pack's emails by state."""
    rows = db.execute(
        select(OutboxMessage.state, func.count())
        .join(PackLink, PackLink.message_id == OutboxMessage.id)
        .where(PackLink.pack_id == pack.id)
        .group_by(OutboxMessage.state)
    )
    return Counter(dict(rows.all()))


def _parts(db: Session, pack: Pack) -> dict[int, LinkPart]:
    rows = db.execute(select(PackLink.id, PackLink.part).where(PackLink.pack_id == pack.id))
    return dict(rows.all())


def _traces(db: Session, pack: Pack) -> dict[int, list[tuple[int | None, Trace]]]:
    rows = db.execute(select(PackTrace.link_id, PackTrace.item_id, PackTrace.act).where(PackTrace.pack_id == pack.id))
    traces: dict[int, list[tuple[int | None, Trace]]] = defaultdict(list)
    for link_id, item_id, act in rows:
        traces[link_id].append((item_id, act))
    return traces


def _reduced(db: Session, pack: Pack) -> Outcome:
    """Return the results from the stored counts, for a pack whose traces were deleted."""
    counts = {
        (row.item_id, row.act): row.count for row in db.scalars(select(PackCount).where(PackCount.pack_id == pack.id))
    }
    acts = {act.value for act in Trace}
    return Outcome(
        waiting=0,
        messages=Counter({state: counts.get((None, MESSAGES + state), 0) for state in State}),
        seen=Counter({evidence: counts.get((None, f"seen {evidence}"), 0) for evidence in Seen}),
        acts={(item_id, Trace(act)): count for (item_id, act), count in counts.items() if act in acts},
        visitors={},
    )


@dataclass(frozen=True)
class RecipientLine:
    """One recipient of a pack."""

    link: PackLink  # with its stakeholder, None once removed
    state: State | None  # of the email; None until it is written
    trouble: str
    seen: Seen
    acts: Sequence[Trace]


def recipients_of(db: Session, pack: Pack, page: int) -> list[RecipientLine]:
    """Return a page of the pack's recipients, in the order of their emails."""
    rows = db.execute(
        select(PackLink, OutboxMessage.state, OutboxMessage.trouble, PackFetch.count)
        .outerjoin(OutboxMessage, OutboxMessage.id == PackLink.message_id)
        .outerjoin(PackFetch, PackFetch.link_id == PackLink.id)
        .where(PackLink.pack_id == pack.id, PackLink.part != LinkPart.CHANNEL)
        .options(joinedload(PackLink.stakeholder))
        .order_by(PackLink.id)
        .limit(RECIPIENTS_PER_PAGE)
        .offset((page - 1) * RECIPIENTS_PER_PAGE)
    ).all()
    acts: dict[int, list[Trace]] = defaultdict(list)
    shown = [row[0].id for row in rows]
    for link_id, act in db.execute(
        select(PackTrace.link_id, PackTrace.act).where(PackTrace.link_id.in_(shown)).order_by(PackTrace.id)
    ):
        acts[link_id].append(act)
    return [
        RecipientLine(link, state, trouble or "", seen(acts[link.id], fetches or 0), list(dict.fromkeys(acts[link.id])))
        for link, state, trouble, fetches in rows
    ]


def questions_of(db: Session, pack: Pack) -> Sequence[tuple[PackTrace, PackLink]]:
    """Return the recipients' questions, newest first, each with its link and stakeholder."""
    rows = db.execute(
        select(PackTrace, PackLink)
        .join(PackLink, PackLink.id == PackTrace.link_id)
        .where(PackTrace.pack_id == pack.id, PackTrace.act == Trace.QUESTION, PackTrace.words != "")
        .options(joinedload(PackLink.stakeholder))
        .order_by(PackTrace.id.desc())
        .limit(100)
    )
    return [(trace, link) for trace, link in rows]


def acts_of(db: Session, link: PackLink, visit: str) -> set[tuple[int | None, Trace]]:
    """Return the items and acts of a link; of a channel's link, those of this visitor."""
    is_of_visitor = PackTrace.link_id == link.id
    if link.part is LinkPart.CHANNEL:
        is_of_visitor = is_of_visitor & PackTrace.once.endswith(f" {visit}", autoescape=True)
    return {
        (item_id, act) for item_id, act in db.execute(select(PackTrace.item_id, PackTrace.act).where(is_of_visitor))
    }
