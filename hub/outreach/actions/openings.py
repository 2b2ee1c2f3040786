"""Actions of a pack's recipients: traces, questions and forwards. A fetch alone isn't an opening."""

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hub.core import clock
from hub.core.db import add_unless, config_of
from hub.core.errors import NotFound, Refused
from hub.core.text import one_line, text_of
from hub.mail import actions as mail_actions
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind, State
from hub.members.models import Person
from hub.members.rules.fields import email_of
from hub.outreach import letters as outreach_letters
from hub.outreach.actions.packs import is_pack_open
from hub.outreach.models import PackFetch, PackItem, PackLink, PackTrace, Stakeholder
from hub.outreach.queries.stakeholders import is_colleague
from hub.outreach.rules.openings import OPINIONS, Trace, Visitor, is_outside
from hub.outreach.rules.packs import LONGEST_QUESTION, MOST_QUESTIONS, LinkPart, link_key
from hub.sharing.actions import reach as reach_actions
from hub.sharing.actions.entries import actor_columns, add_once, digest, network_mark, new_event
from hub.sharing.rules.evidence import Carrier
from hub.sharing.rules.standing import Act, Channel


def count_fetch(db: Session, link: PackLink) -> None:
    """Count a fetch of the page. Fetches are separate from traces, because scanners also make them."""
    now = clock.now()
    counter = update(PackFetch).where(PackFetch.link_id == link.id)
    result = db.execute(counter.values(count=PackFetch.count + 1, last_at=now))
    if not result.rowcount:  # type: ignore[attr-defined]
        add_unless(
            db,
            PackFetch(link_id=link.id, count=1, last_at=now),
            select(PackFetch.link_id).where(PackFetch.link_id == link.id),
        )


def visit_hash(visit_id: str) -> str:
    """Return the hash of a browser's visit id, as kept in traces."""
    return digest(visit_id)


def counts(db: Session, link: PackLink, visitor: Visitor) -> bool:
    """Return True if the visitor is outside the sending organization, whose people never count.

    Nor does a recipient whose address is that of an account there.
    """
    if not is_outside(link.pack.organization_id, visitor.organizations):
        return False
    colleague = select(Stakeholder.id).where(Stakeholder.id == link.stakeholder_id, is_colleague())
    return link.stakeholder_id is None or db.scalar(colleague) is None


def record_trace(db: Session, link: PackLink, item: PackItem, act: Trace, visitor: Visitor) -> None:
    """Record that a person opened or downloaded an item, or gave an opinion on it.

    Each act counts once for a recipient (on a channel, for a browser), and only the last opinion counts. People of
    the sending organization don't count. Raises NotFound if the link no longer works.
    """
    if not is_pack_open(link.pack, link):
        raise NotFound
    if not counts(db, link, visitor):
        return
    if act in OPINIONS:
        _delete_opinion(db, link, item, visitor.browser)
    for trace in dict.fromkeys((Trace.OPENED, act)):
        _add_trace(db, link, item, trace, visitor.browser)
    _log_opening(db, link, item, visitor)


def _add_trace(db: Session, link: PackLink, item: PackItem, act: Trace, visit: str, question: str = "") -> PackTrace:
    suffix = f" {digest(question + clock.now().isoformat())[:12]}" if act is Trace.QUESTION else ""
    trace = PackTrace(
        pack_id=link.pack_id,
        link_id=link.id,
        item_id=item.id,
        act=act,
        at=clock.now(),
        words=question,
        once=f"{_trace_key(link, item, visit, act)}{suffix}",
    )
    add_unless(db, trace, select(PackTrace.id).where(PackTrace.once == trace.once))
    return trace


def _trace_key(link: PackLink, item: PackItem, visit: str, act: Trace) -> str:
    """Return the idempotency key of an act: by recipient, or for a channel's link by browser."""
    key = f"{link.id} {act} {item.id}"
    return f"{key} {digest(visit)}" if link.part is LinkPart.CHANNEL else key


def _delete_opinion(db: Session, link: PackLink, item: PackItem, visit: str) -> None:
    keys = [_trace_key(link, item, visit, act) for act in OPINIONS]
    db.execute(delete(PackTrace).where(PackTrace.once.in_(keys)))


def _log_opening(db: Session, link: PackLink, item: PackItem, visitor: Visitor) -> None:
    """Log a forward, unless the accepted email is logged as one; once for each recipient or network, and day."""
    if link.part is not LinkPart.CHANNEL and _was_accepted(db, link):
        return
    pack = link.pack
    day = clock.today(config_of(db).zone)
    by_network = ""
    if link.part is LinkPart.CHANNEL:
        by_network = " " + network_mark(db, f"pack link {link.id} {item.id} {day}", visitor.network)
    event = new_event(
        db,
        Act.FORWARD,
        item.resource,
        **actor_columns(link.person or pack.person, pack.organization),
        revision_number=item.revision_number or item.resource.revision_number,
        page_number=item.first_page,
        pack_id=pack.id,
        carrier=Carrier.OPENING,
        channel=link.channel or Channel.EMAIL,
        note=f"Opened by a person. Pack: {pack.title}",
        once=f"pack {pack.id} opened {link.id} {item.id} {day}{by_network}",
    )
    if add_once(db, event):
        reach_actions.add_people(db, event, [_key(db, link, visitor)])


def _key(db: Session, link: PackLink, visitor: Visitor) -> str:
    """Return the key of the person who opens the link: its recipient, or for a channel's link the visitor's network."""
    if link.part is LinkPart.CHANNEL:
        return network_mark(db, f"pack link {link.id}", visitor.network)
    return link.stakeholder.address_hash if link.stakeholder else link_key(link.id)


def _was_accepted(db: Session, link: PackLink) -> bool:
    """Return True if the mail server accepted this recipient's email, so that the sharing log has it or soon will."""
    sent = select(OutboxMessage.id).where(OutboxMessage.id == link.message_id, OutboxMessage.state == State.SENT)
    return link.logged or db.scalar(sent) is not None


def ask(
    db: Session, link: PackLink, item: PackItem, visitor: Visitor, *, question: str, name: str, email: str, copy: bool
) -> None:
    """Email a recipient's question to the pack's sender and, if ``copy``, to the person who added the resource.

    ``name`` and ``email`` are those of visitors of a channel's link, and ignored for recipients on the list.
    Raises Refused if they or the question are missing, after too many questions, or for the sender's own people.
    """
    sender = link.pack.person
    if not counts(db, link, visitor):
        raise Refused(f"This form is for people outside {link.pack.organization.name}. Email {sender.name} directly.")
    question = text_of(question, LONGEST_QUESTION, "Enter your question.")
    stakeholder = link.stakeholder
    if stakeholder is not None:
        name, email = stakeholder.name, stakeholder.email
    else:
        name, email = text_of(one_line(name), 200), email_of(email)
    _refuse_too_many_questions(db, link)
    trace = _add_trace(db, link, item, Trace.QUESTION, visitor.browser, question)
    _add_trace(db, link, item, Trace.OPENED, visitor.browser)
    _log_opening(db, link, item, visitor)
    db.flush()
    uploader = item.resource.created_by
    for to in [sender, uploader] if copy and uploader is not None and uploader.id != sender.id else [sender]:
        if to is not None and to.left_at is None:
            _mail(db, to, link, item, trace, name or email, email, question)


def _refuse_too_many_questions(db: Session, link: PackLink) -> None:
    questions = select(func.count(PackTrace.id)).where(PackTrace.link_id == link.id, PackTrace.act == Trace.QUESTION)
    if (db.scalar(questions) or 0) >= MOST_QUESTIONS:
        raise Refused("Too many questions have come through this link. Reply to the email that you got instead.")


def _mail(
    db: Session, to: Person, link: PackLink, item: PackItem, trace: PackTrace, asker: str, email: str, question: str
) -> None:
    pack = link.pack
    letter = outreach_letters.question(
        to=to.name,
        asker=f"{asker} ({email})",
        title=item.resource.title,
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
        kind=LetterKind.QUESTION,
        # Hidden from the coordinator in the outbox, who needn't know which stakeholder asks.
        sent_by_id=pack.person_id,
        reply_to=email,
    )
