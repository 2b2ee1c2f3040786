"""What is written where several rooms meet: the first run, the weekly digest, and mail that the coordinator lets begin."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from config import is_zone
from hub.core import chosen_settings
from hub.core.audit import note
from hub.core.db import config_of
from hub.core.errors import NotFound, Refused
from hub.mail import actions as mail_actions
from hub.mail import queries as mail_queries
from hub.mail.actions import Post
from hub.members.actions import invitations as invitations_actions
from hub.members.actions import organizations as organizations_actions
from hub.members.actions import people as people_actions
from hub.members.models import Organization, Person
from hub.members.rules.fields import name_of
from hub.members.rules.mail import MailKind, stop_token
from hub.members.rules.organizations import Role
from hub.members.rules.permissions import Permission, may
from hub.overview import letters as overview_letters
from hub.overview.queries import digests as digests_queries
from hub.overview.queries import setup as setup_queries
from hub.overview.rules.digests import DigestWeek
from hub.overview.rules.organization_lists import Line

LONGEST_HUB_NAME = 60  # it stands at the top of every page


def name_hub(db: Session, actor: Person, name: str, zone: str) -> None:
    """Choose the hub's name and time zone; what the operator gave in the environment stays.

    Raises Refused when the zone decides quarters already: shares would move from one quarter to another.
    """
    _may_set_up(actor)
    config = config_of(db)
    if "HUB_NAME" not in config.given:
        name = name_of(name, "hub's name")
        if len(name) > LONGEST_HUB_NAME:
            raise Refused(f"The hub's name is too long: it may have up to {LONGEST_HUB_NAME} characters.")
        chosen_settings.keep(db, "HUB_NAME", name)
    if "TIME_ZONE" not in config.given and zone != config.TIME_ZONE:
        if not is_zone(zone):
            raise Refused("Choose the time zone from the list.")
        if setup_queries.zone_is_settled(db):
            raise Refused(
                "Something has been shared already, and the time zone decides which quarter it counts for. "
                "It can’t be changed any more."
            )
        chosen_settings.keep(db, "TIME_ZONE", zone)
    note(db, actor, "named the hub", actor.organization, name=name, zone=zone)
    finish_step(db, actor, "hub")


def add_listed(db: Session, actor: Person, lines: Iterable[Line]) -> list[Organization]:
    """Add the organizations of the lines that are right, each with its representative where the list names one."""
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


def invite_all(db: Session, actor: Person) -> list[tuple[Person, str]]:
    """Everybody who has no password yet, each with the token of a new invitation; older links lose their power."""
    _may_set_up(actor)
    return [(person, invitations_actions.invite(db, actor, person)) for person in setup_queries.uninvited(db)]


def finish_step(db: Session, actor: Person, step: str) -> None:
    """Remember that a step of the guide is done, or was left out on purpose."""
    _may_set_up(actor)
    done = setup_queries.steps_done(db)
    chosen_settings.keep(db, setup_queries.GUIDE, " ".join(sorted({*done, step})))


def _may_set_up(actor: Person) -> None:
    if not may(actor, Permission.SET_UP):
        raise NotFound


# What begins only once someone has looked at who would get what.
LOOKED_AT = (MailKind.REMINDER, MailKind.DIGEST)


def post_due_digests(db: Session) -> int:
    """Post the digests of the last week, if it is time; answers how many rounds were done, 0 or 1."""
    week = digests_queries.digest_to_post(db)
    if week is None:
        return 0
    post_digests(db, week)
    mail_actions.finish_round(db, digests_queries.round_name(week))
    return 1


def post_digests(db: Session, week: DigestWeek) -> int:
    """Post the digests of a week; answers how many. Posting them again changes nothing."""
    config = config_of(db)
    due = [one for one in digests_queries.digests(db, week) if one.goes_out]
    mail_actions.post_all(
        db,
        [
            Post(
                letter=overview_letters.digest(config.BASE_URL, one),
                to=one.person.email,
                name=one.person.name,
                once=f"digest {week.monday} person {one.person.id}",
                kind=MailKind.DIGEST,
                about=f"digests {week.monday}",
                person_id=one.person.id,
                unsubscribe=f"{config.BASE_URL}/mail/stop/"
                + stop_token(config.SECRET_KEY, one.person.id, MailKind.DIGEST),
                quiet=one.wishes.quiet,
            )
            for one in due
        ],
    )
    return len(due)


def let_mail_begin(db: Session, actor: Person, kind: MailKind) -> None:
    """Let a kind of mail go out by itself from now on. Raises NotFound when ``actor`` doesn't run the mail."""
    _must_run_mail(actor, kind)
    if not mail_queries.sending_has_begun(db, kind):
        note(db, actor, "let begin", mail_actions.begin_sending(db, kind, actor.id))


def hold_mail(db: Session, actor: Person, kind: MailKind) -> None:
    """Send no more of a kind until someone lets it begin again. What waits already goes."""
    _must_run_mail(actor, kind)
    begun = mail_queries.sending_started(db, kind)
    if begun is not None:
        note(db, actor, "held", begun)
        mail_actions.hold_sending(db, kind)


def _must_run_mail(actor: Person, kind: MailKind) -> None:
    if kind not in LOOKED_AT or not may(actor, Permission.RUN_MAIL):
        raise NotFound
