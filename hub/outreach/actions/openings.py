"""What people do with a pack's links: traces, and where nothing else shows it a forward. Fetching proves nothing."""

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import add_unless, config_of
from hub.core.errors import NotFound, Refused
from hub.core.text import text_of
from hub.mail import actions as mail_actions
from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.members.models import Person
from hub.members.rules.fields import email_of
from hub.outreach import letters as outreach_letters
from hub.outreach.actions.packs import opens_pack
from hub.outreach.models import PackFetch, PackItem, PackLink, PackTrace
from hub.outreach.rules.openings import OPINIONS, Trace
from hub.outreach.rules.packs import LONGEST_QUESTION, MOST_QUESTIONS, LinkPart
from hub.sharing.actions.entries import add_once, digest, event_now
from hub.sharing.rules.evidence import Carrier
from hub.sharing.rules.standing import Act, Channel


def count_fetch(db: Session, link: PackLink) -> None:
    """Somebody or something fetched the page: kept as a number of its own, since it proves nothing."""
    now = clock.now()
    once_more = update(PackFetch).where(PackFetch.link_id == link.id)
    result = db.execute(once_more.values(count=PackFetch.count + 1, last_at=now))
    if not result.rowcount:  # type: ignore[attr-defined]
        add_unless(
            db,
            PackFetch(link_id=link.id, count=1, last_at=now),
            select(PackFetch.link_id).where(PackFetch.link_id == link.id),
        )


def visit_of(word: str) -> str:
    """Return what traces keep of the random word of a visitor's browser."""
    return digest(word)


def act_on(db: Session, link: PackLink, item: PackItem, act: Trace, opener: Person | None, visit: str) -> None:
    """Record that a person did something with an item: opened it, took it, or said what they think of it.

    Of one recipient (on a channel: of one visitor) each act counts once, and of the opinions the last one stands.
    People of the organization that shares are no one new. Raises NotFound when the link opens no longer.
    """
    if not opens_pack(link.pack):
        raise NotFound
    if opener is not None and opener.organization_id == link.pack.organization_id:
        return
    if act in OPINIONS:
        _forget_opinion(db, link, item, visit)
    for one in dict.fromkeys((Trace.OPENED, act)):
        _add_trace(db, link, item, one, visit)
    _log_opening(db, link, item, visit)


def _add_trace(db: Session, link: PackLink, item: PackItem, act: Trace, visit: str, words: str = "") -> PackTrace:
    again = f" {digest(words + clock.now().isoformat())[:12]}" if act is Trace.QUESTION else ""
    trace = PackTrace(
        pack_id=link.pack_id,
        link_id=link.id,
        item_id=item.id,
        act=act,
        at=clock.now(),
        words=words,
        once=f"{_whose(link, item, visit, act)}{again}",
    )
    add_unless(db, trace, select(PackTrace.id).where(PackTrace.once == trace.once))
    return trace


def _whose(link: PackLink, item: PackItem, visit: str, act: Trace) -> str:
    """One recipient is one, whatever they open it with; behind a channel's link each browser is one."""
    mine = f"{link.id} {act} {item.id}"
    return f"{mine} {digest(visit)}" if link.part is LinkPart.CHANNEL else mine


def _forget_opinion(db: Session, link: PackLink, item: PackItem, visit: str) -> None:
    mine = [_whose(link, item, visit, act) for act in OPINIONS]
    db.execute(delete(PackTrace).where(PackTrace.once.in_(mine)))


def _log_opening(db: Session, link: PackLink, item: PackItem, visit: str) -> None:
    """A forward, where no mail that the server took shows it already: each recipient counts once."""
    if link.part is not LinkPart.CHANNEL and _was_taken(db, link):
        return
    pack = link.pack
    by_visit = f" {digest(visit)}" if link.part is LinkPart.CHANNEL else ""
    event = event_now(
        db,
        Act.FORWARD,
        item.resource,
        organization_id=pack.organization_id,
        person_id=link.person_id or pack.person_id,
        revision_number=item.revision_number or item.resource.revision_number,
        page_number=item.first_page,
        pack_id=pack.id,
        carrier=Carrier.OPENING,
        channel=link.channel or Channel.EMAIL,
        note=f"Opened by a person. Pack: {pack.title}",
        once=f"pack {pack.id} opened {link.id} {item.id}{by_visit}",
    )
    add_once(db, event)


def _was_taken(db: Session, link: PackLink) -> bool:
    """Return whether the mail server took this recipient's message, so that the record has it already, or soon has."""
    sent = select(OutboxMessage.id).where(OutboxMessage.id == link.message_id, OutboxMessage.state == State.SENT)
    return link.logged or db.scalar(sent) is not None


def ask(
    db: Session, link: PackLink, item: PackItem, visit: str, *, question: str, name: str, email: str, copy: bool
) -> None:
    """Mail a recipient's question to the person who shared, and if they chose so to who published it.

    ``name`` and ``email`` are asked of visitors of a channel's link; a recipient's own are known. Raises Refused.
    """
    question = text_of(question, LONGEST_QUESTION, "Write your question.")
    one = link.stakeholder
    name, email = (one.name, one.email) if one is not None else (text_of(name, 200), email_of(email))
    _refuse_a_flood(db, link)
    trace = _add_trace(db, link, item, Trace.QUESTION, visit, question)
    _add_trace(db, link, item, Trace.OPENED, visit)
    _log_opening(db, link, item, visit)
    db.flush()
    sharer, uploader = link.pack.person, item.resource.created_by
    for to in [sharer, uploader] if copy and uploader is not None and uploader.id != sharer.id else [sharer]:
        if to is not None and to.left_at is None:
            _mail(db, to, link, item, trace, name or email, email, question)


def _refuse_a_flood(db: Session, link: PackLink) -> None:
    asked = select(func.count(PackTrace.id)).where(PackTrace.link_id == link.id, PackTrace.act == Trace.QUESTION)
    if (db.scalar(asked) or 0) >= MOST_QUESTIONS:
        raise Refused("Too many questions have come through this link. Reply to the email that you got instead.")


def _mail(
    db: Session, to: Person, link: PackLink, item: PackItem, trace: PackTrace, who: str, email: str, question: str
) -> None:
    pack, shared = link.pack, item.resource.title
    letter = outreach_letters.question(
        to=to.name,
        asker=f"{who} ({email})",
        title=shared,
        sharer=pack.organization.name,
        words=question,
        address=f"{config_of(db).BASE_URL}/resources/{item.resource_id}",
        is_sharer=to.id == pack.person_id,
    )
    mail_actions.post(
        db,
        letter,
        to=to.email,
        name=to.name,
        once=f"question {trace.id} person {to.id}",
        kind="question",
        # The sharer's own: who runs the hub's mail needn't know whose stakeholder asks.
        sent_by_id=pack.person_id,
        reply_to=email,
    )
