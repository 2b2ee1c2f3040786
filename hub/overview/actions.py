"""Changes that involve several rooms: the setup guide, membership, the weekly digest, and scheduled mail."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape

from sqlalchemy import ColumnElement, Text, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from hub.calls.actions import attendance_reports as attendance_reports_actions
from hub.core import chosen_settings, clock
from hub.core.audit import Entry, note
from hub.core.dates import with_year
from hub.core.db import Base, config_of
from hub.core.errors import NotFound, Refused
from hub.core.quarters import YEARS, Quarter
from hub.core.setting_checks import is_zone
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail.actions import Post
from hub.mail.delivery import forgetting
from hub.mail.models import OutboxMessage
from hub.mail.rules import LetterKind, State
from hub.members import queries as members_queries
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import organizations as organizations_actions
from hub.members.actions import people as people_actions
from hub.members.actions.locks import lock_roles_of
from hub.members.models import FactorReset, OneTimeLink, Organization, Person
from hub.members.rules.fields import name_of
from hub.members.rules.mail import MailKind, unsubscribe_url
from hub.members.rules.membership import Period
from hub.members.rules.organizations import Role
from hub.members.rules.permissions import Permission, may
from hub.outreach.actions import stakeholders as stakeholders_actions
from hub.outreach.queries import stakeholders as stakeholders_queries
from hub.overview import letters as overview_letters
from hub.overview.models import TopicFirst, TopicPage
from hub.overview.queries import digests as digests_queries
from hub.overview.queries import personal_data as personal_data_queries
from hub.overview.queries import setup as setup_queries
from hub.overview.queries import topics as topics_queries
from hub.overview.rules import topics as topics_rules
from hub.overview.rules.digests import DigestWeek
from hub.overview.rules.organization_lists import Line
from hub.overview.rules.personal_data import HELD, OnErasing, former_address, replaced_in
from hub.sharing.actions import reminders as reminders_actions
from hub.sharing.queries import standings as standings_queries

LONGEST_HUB_NAME = 60  # it has to fit into the header of every page


def name_hub(db: Session, actor: Person, name: str, zone: str) -> None:
    """Set the hub's name and time zone, except where the operator set them in the environment.

    Raises Refused once something has been shared: another time zone would move shares to another quarter.
    """
    _may_set_up(actor)
    config = config_of(db)
    if "HUB_NAME" not in config.given:
        name = name_of(name, "hub’s name")
        if len(name) > LONGEST_HUB_NAME:
            raise Refused(f"The hub’s name can have up to {LONGEST_HUB_NAME} characters. Shorten it.")
        chosen_settings.store(db, "HUB_NAME", name)
    if "TIME_ZONE" not in config.given and zone != config.TIME_ZONE:
        if not is_zone(zone):
            raise Refused("Choose a time zone from the list.")
        if setup_queries.zone_is_fixed(db):
            raise Refused(
                "The time zone can’t be changed because something has been shared, and the time zone decides which "
                "quarter it counts for."
            )
        chosen_settings.store(db, "TIME_ZONE", zone)
    note(db, actor, "set the hub’s name and time zone for", actor.organization, name=name, zone=zone)
    finish_step(db, actor, "hub")


def check_records_begin(db: Session, actor: Person, day: date) -> None:
    """Check that the hub's records can begin on ``day``. Raises Refused with what to correct."""
    _may_set_up(actor)
    if day > clock.today(config_of(db).zone):
        raise Refused("The day on which records begin can’t be in the future. Enter today or an earlier date.")
    if day.year not in YEARS:
        raise Refused(f"Check the year of {with_year(day)}.")


def begin_records(db: Session, actor: Person, day: date) -> None:
    """Set the day on which the hub's records begin, except where the operator set it in the environment.

    Reminders in the outbox for which there's no reason anymore are canceled.
    """
    _may_set_up(actor)
    config = config_of(db)
    if chosen_settings.RECORDS_BEGIN in config.given or day == config.records_begin:
        return
    chosen_settings.store(db, chosen_settings.RECORDS_BEGIN, day.isoformat())
    before = config.RECORDS_BEGIN or None
    note(db, actor, "set when records begin for", actor.organization, day=day.isoformat(), before=before)
    for quarter in Quarter.of(clock.today(config.zone)).back(2):
        if quarter.last_day < day:
            reminders_actions.cancel_all(db, quarter)


def add_organizations(db: Session, actor: Person, lines: Iterable[Line]) -> list[Organization]:
    """Add and return the organizations of the valid lines, with the representatives that the list has."""
    _may_set_up(actor)
    added = []
    for line in lines:
        if line.problem:
            continue
        organization = organizations_actions.add_organization(
            db,
            actor,
            name=line.name,
            kind=line.kind,
            region=line.region,
            website=line.website,
            joined_on=line.joined_on,
        )
        if line.email:
            people_actions.add_person(
                db, actor, organization, email=line.email, name=line.representative, role=Role.REPRESENTATIVE
            )
        added.append(organization)
    return added


def save_membership(db: Session, actor: Person, organization: Organization, periods: Sequence[Period]) -> None:
    """Replace the periods of membership, and cancel reminders in the outbox for which there's no reason anymore."""
    organizations_actions.change_membership(db, actor, organization, periods)
    db.flush()
    cancel_needless_reminders(db, [organization])


def cancel_needless_reminders(db: Session, organizations: Sequence[Organization]) -> None:
    """Cancel the reminders in the outbox to organizations that are no longer behind, or have left."""
    waiting = mail_queries.waiting_about(db, LetterKind.REMINDER)
    if not waiting:
        return
    today = clock.today(config_of(db).zone)
    quarters = Quarter.of(today).back(2)
    standings = standings_queries.standings(db, organizations, quarters)
    for organization in organizations:
        is_member = organization.membership.includes(today)
        for quarter in quarters:
            about = reminders_actions.about(organization, quarter)
            if about in waiting and not (is_member and standings[organization.id, str(quarter)].is_behind):
                mail_actions.cancel(db, about=about)


def invite_all(db: Session, actor: Person) -> list[tuple[Person, str | None]]:
    """Invite everyone who can’t sign in yet; earlier links stop working.

    Returns (person, token) pairs; the token is None if the link was emailed.
    """
    _may_set_up(actor)
    return [(person, invitations_actions.invite(db, actor, person)) for person in setup_queries.uninvited(db)]


def finish_step(db: Session, actor: Person, step: str) -> None:
    """Mark a step of the setup guide as done or skipped."""
    _may_set_up(actor)
    done = setup_queries.steps_done(db)
    chosen_settings.store(db, setup_queries.GUIDE, " ".join(sorted({*done, step})))


def _may_set_up(actor: Person) -> None:
    if not may(actor, Permission.SET_UP):
        raise NotFound


# Mail that is sent only after the coordinator has reviewed the recipients and turned it on.
SCHEDULED_KINDS = (MailKind.REMINDER, MailKind.DIGEST)


def post_due_digests(db: Session) -> int:
    """Post last week's digests if they are due, and return the number of rounds done, 0 or 1."""
    week = digests_queries.week_to_post(db)
    if week is None:
        return 0
    post_digests(db, week)
    mail_actions.finish_round(db, digests_queries.round_key(week))
    return 1


def post_digests(db: Session, week: DigestWeek) -> int:
    """Post the digests of a week and return their number; idempotent."""
    config = config_of(db)
    due = [digest for digest in digests_queries.digests(db, week) if digest.will_be_sent]
    imprint = members_queries.host_imprint(db)
    mail_actions.post_all(
        db,
        [
            Post(
                letter=overview_letters.digest_letter(config.BASE_URL, digest).sent_by(imprint),
                to=digest.person.email,
                name=digest.person.name,
                once=f"digest {week.monday} person {digest.person.id}",
                kind=LetterKind.DIGEST,
                about=f"digests {week.monday}",
                person_id=digest.person.id,
                unsubscribe=unsubscribe_url(config.BASE_URL, config.UNSUBSCRIBE_KEY, digest.person.id, MailKind.DIGEST),
                quiet=digest.settings.quiet,
            )
            for digest in due
        ],
    )
    return len(due)


def turn_on_mail(db: Session, actor: Person, kind: MailKind) -> None:
    """Turn on a kind of scheduled mail. Raises NotFound when ``actor`` may not manage mail."""
    _must_run_mail(actor, kind)
    if not mail_queries.sending_is_on(db, kind):
        note(db, actor, "turned on", mail_actions.turn_on_sending(db, kind, actor.id))


def pause_mail(db: Session, actor: Person, kind: MailKind) -> None:
    """Pause a kind of scheduled mail. Messages already in the outbox are still sent."""
    _must_run_mail(actor, kind)
    start = mail_queries.sending_start(db, kind)
    if start is not None:
        note(db, actor, "paused", start)
        mail_actions.pause_sending(db, kind)


def _must_run_mail(actor: Person, kind: MailKind) -> None:
    if kind not in SCHEDULED_KINDS or not may(actor, Permission.RUN_MAIL):
        raise NotFound


def erase_person(db: Session, actor: Person | None, person: Person) -> str:
    """Erase ``person``, who asked for it, and return what they are called from now on.

    What they did stays on their organization's record, under that name. Confirmations and audit packets keep their
    fingerprints, which don't cover names; packets that were made before keep the name, because they are sealed.
    """
    if actor and not may(actor, Permission.ERASE_PEOPLE):
        raise NotFound
    lock_roles_of(db, person)
    if person.email == former_address(person.id):
        raise Refused(f"That person was already erased: {person.name}.")
    address, former = person.email, personal_data_queries.called_after_erasing(db, person)
    addresses = dict.fromkeys([address, *personal_data_queries.former_addresses(db, person)], former)
    people_actions.deactivate(db, actor, person)
    stakeholders_actions.erase_stakeholders(db, stakeholders_queries.ids_with_address(db, address))
    forgetting.forget_recipient(db, person.id, address)
    _delete_rows(db, person)
    # First, because it finds participants by the address that the next line deletes.
    attendance_reports_actions.forget_names(db, personal_data_queries.in_meetings(person), former)
    _replace_names(db, person, former)
    mail_actions.forget_sender(db, person.id, address, former)
    _replace_in_texts(db, person, former, addresses)
    person.name, person.email, person.password_hash = former, former_address(person.id), None
    note(db, actor, "erased", person)
    return former


def _delete_rows(db: Session, person: Person) -> None:
    """Delete the rows about ``person`` that no record depends on."""
    for name, held in HELD.items():
        if held.on_erasing is OnErasing.DELETED and name != "stakeholder":  # which have rows of their own
            table = Base.metadata.tables[name]
            db.execute(delete(table).where(personal_data_queries.about(table, held, person)))


def _replace_names(db: Session, person: Person, former: str) -> None:
    """Replace the name and the address of ``person`` in the rows that stay."""
    for table_name, held in HELD.items():
        table = Base.metadata.tables[table_name]
        if held.on_erasing is not OnErasing.KEPT or table_name == "person":
            continue
        for column, owner in held.names.items():
            whose = table.c[owner] == person.id if owner in held.people else func.lower(table.c[owner]) == person.email
            db.execute(update(table).where(whose).values({column: former}))
        for column in held.typed:
            is_theirs = personal_data_queries.is_typed_name(table, held, column, person)
            db.execute(update(table).where(is_theirs).values({column: former}))
        for column in held.addresses:
            db.execute(update(table).where(func.lower(table.c[column]) == person.email).values({column: ""}))


def _replace_in_texts(db: Session, person: Person, former: str, addresses: Mapping[str, str]) -> None:
    """Replace the name and the addresses of ``person`` in the audit log, and in email that isn't sent yet.

    A name that may also be another's is replaced only where it is certainly theirs.
    """
    name, own_entries = {person.name: former}, or_(*personal_data_queries.own_entries(person))
    own_mail = OutboxMessage.sent_by_id == person.id
    if personal_data_queries.name_is_unique(db, person):
        _replace_in_audit_log(db, {**addresses, **name})
        db.execute(update(OneTimeLink).where(OneTimeLink.shown_to == person.name).values(shown_to=former))
        db.execute(update(FactorReset).where(FactorReset.asked_by == person.name).values(asked_by=former))
        own_mail = or_(own_mail, OutboxMessage.html.contains(escape(person.name), autoescape=True))
    else:
        _replace_in_audit_log(db, addresses)
        _replace_in_audit_log(db, name, own_entries)
    former_of = {**addresses, **name}
    in_html = {escape(old): escape(new) for old, new in former_of.items()}
    for message in db.scalars(select(OutboxMessage).where(OutboxMessage.state == State.WAITING, own_mail)):
        message.subject, message.text = (replaced_in(each, former_of) for each in (message.subject, message.text))
        message.html = replaced_in(message.html, in_html)


def _replace_in_audit_log(db: Session, former_of: Mapping[str, str], *where: ColumnElement[bool]) -> None:
    """Replace names and addresses in what the audit log calls things, and in its details, which are JSON."""
    searched = (Entry.actor, Entry.subject, cast(Entry.details, Text))
    spellings = {spelling for old in former_of for spelling in (old, json.dumps(old)[1:-1])}
    mentions = or_(*(column.contains(old, autoescape=True) for column in searched for old in spellings))
    for entry in db.scalars(select(Entry).where(mentions, *where).execution_options(yield_per=500)):
        entry.actor = replaced_in(entry.actor, former_of)
        entry.subject = replaced_in(entry.subject, former_of)
        entry.details = replaced_in(entry.details, former_of)


def edit_topic(db: Session, actor: Person, page: TopicPage, sentences: str, first: Sequence[int]) -> None:
    """Change a topic's sentences, and the resources that come first, in order; a no-op if they are the same.

    Raises Refused if the sentences are too long, there are too many resources, or ``actor`` can't read one of them.
    """
    if not may(actor, Permission.EDIT_TOPICS):
        raise NotFound
    text, first = topics_rules.sentences_of(sentences, page.topic), list(dict.fromkeys(first))
    if len(first) > topics_rules.MOST_FIRST:
        raise Refused(f"Up to {topics_rules.MOST_FIRST} resources can come first. You chose {len(first)}.")
    before = [placed.resource for placed in topics_queries.placed(db, actor, page.topic)]
    known = {resource.id: resource for resource in [*before, *topics_queries.in_given_order(db, actor, first)]}
    if not known.keys() >= set(first):
        raise Refused("One of these resources isn’t in the hub anymore. Open the page again, then choose.")
    if (text, first) == (page.sentences, [resource.id for resource in before]):
        return
    was = {"was": topics_queries.sentences_on(page), "first_was": [resource.title for resource in before]}
    page.sentences, page.version = text, page.version + 1
    page.changed_at, page.changed_by_id = clock.now(), actor.id
    db.execute(delete(TopicFirst).where(TopicFirst.topic == page.topic))
    db.add_all(TopicFirst(topic=page.topic, resource_id=id_, position=at) for at, id_ in enumerate(first, 1))
    now = {"now": topics_queries.sentences_on(page), "first": [known[id_].title for id_ in first]}
    note(db, actor, "edited topic page", page, **was, **now)
