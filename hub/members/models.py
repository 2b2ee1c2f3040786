"""Organizations and their membership, people, roles, one-time links, notification settings, failed sign-ins."""

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from hub.core import clock
from hub.core.db import Base, config_of
from hub.members.rules.mail import Frequency, MailKind
from hub.members.rules.membership import Access, Membership, Period
from hub.members.rules.organizations import DesignationStatus, OrganizationKind, Role
from hub.members.rules.sessions import LONGEST_FACTOR, Ending
from hub.members.rules.throttling import TryKind


class Organization(Base):
    """A member, a BFF or the host."""

    __tablename__ = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[OrganizationKind]  # that of its last period
    region: Mapped[str] = mapped_column(Text, default="")
    website: Mapped[str] = mapped_column(Text, default="")
    postal_address: Mapped[str] = mapped_column(Text, default="")  # at the end of its bulk email, with line breaks

    # Few and always needed: every figure is computed over them.
    periods: Mapped[list["MembershipPeriod"]] = relationship(
        order_by="MembershipPeriod.joined_on", cascade="all, delete-orphan", lazy="selectin"
    )
    designations: Mapped[list["Designation"]] = relationship(
        order_by="Designation.starts_on", cascade="all, delete-orphan", lazy="raise"
    )

    @property
    def organization_id(self) -> int:
        """Its own id, because permissions check the organization of every subject."""
        return self.id

    @property
    def membership(self) -> Membership:
        """Its periods of membership."""
        return Membership(tuple(period.facts for period in self.periods))

    def __str__(self) -> str:
        return self.name


class MembershipPeriod(Base):
    """A period in which an organization takes part in the alliance, or hosts it."""

    __tablename__ = "membership_period"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    kind: Mapped[OrganizationKind]
    joined_on: Mapped[date]
    left_on: Mapped[date | None]  # its last day
    reason: Mapped[str] = mapped_column(Text, default="")  # why it left

    @property
    def facts(self) -> Period:
        """The period as a value."""
        return Period(self.kind, self.joined_on, self.left_on, self.reason or "")


class Designation(Base):
    """A federal designation of a community, such as IMCP, DMCSP, BBBRC or Tech Hub."""

    __tablename__ = "designation"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    status: Mapped[DesignationStatus]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]


class Person(Base):
    """A person with an account, and their current role."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)  # lower case
    name: Mapped[str] = mapped_column(Text)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    role: Mapped[Role]
    password_hash: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    left_at: Mapped[datetime | None]  # deactivated: can't sign in; past activity stays

    organization: Mapped[Organization] = relationship(lazy="joined", innerjoin=True)

    # Flask-Login's interface, written here so that the model doesn't depend on Flask.
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """True if the person isn't deactivated."""
        return self.left_at is None

    @property
    def access(self) -> Access:
        """What their organization's membership gives them today; outside of a session, today in UTC."""
        db = object_session(self)
        return self.organization.membership.access_on(clock.today(config_of(db).zone if db else ZoneInfo("UTC")))

    @property
    def may_sign_in(self) -> bool:
        """True if the person isn't deactivated, and their organization didn't leave more than 60 days ago."""
        return self.is_active and self.access is not Access.NONE

    def get_id(self) -> str:
        """Return the id in the form that Flask-Login wants; the cookie has a session's token instead."""
        return str(self.id)

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


class SignInSession(Base):
    """A person who is or was signed in on a browser. The cookie has the token, the row its hash."""

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime] = mapped_column(index=True)  # written every few minutes at most
    ended_at: Mapped[datetime | None]
    ended_for: Mapped[Ending | None]
    browser: Mapped[str] = mapped_column(String(80))  # in words, such as "Firefox on Windows"
    browser_hash: Mapped[str] = mapped_column(String(64))  # of the cookie that recognizes it; empty: forgotten
    network: Mapped[str] = mapped_column(String(64))  # of the last use
    factor: Mapped[str] = mapped_column(String(LONGEST_FACTOR))  # how the person signed in, in words

    person: Mapped[Person] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"session {self.id}"


class EmailChange(Base):
    """A new email address of a person, which they haven't confirmed yet with the link that was sent to it."""

    __tablename__ = "email_change"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime]
    needs_sign_in: Mapped[bool]  # the link works only for the person, signed in

    person: Mapped[Person] = relationship(lazy="raise")


class RoleHeld(Base):
    """A role that a person had for a time; rows are added and closed, never deleted."""

    __tablename__ = "role_held"
    __table_args__ = (
        Index(
            "one_of_each_at_a_time",
            "organization_id",
            "role",
            unique=True,
            sqlite_where=text("until IS NULL AND role IN ('representative', 'alternate')"),
            postgresql_where=text("until IS NULL AND role IN ('representative', 'alternate')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    role: Mapped[Role]
    since: Mapped[datetime]
    until: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")
    organization: Mapped[Organization] = relationship(lazy="raise")


class DismissedHint(Base):
    """A hint that a person closed."""

    __tablename__ = "dismissed_hint"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)


class LinkKind(StrEnum):
    """The purpose of a one-time link."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - a word, not a password
    FIRST_COORDINATOR = "first-coordinator"


class OneTimeLink(Base):
    """A link that works once, on a POST, to set a password or sign up. Only the token's hash is stored."""

    __tablename__ = "one_time_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LinkKind]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    mailed: Mapped[bool] = mapped_column(default=False)  # or else it waits in the outbox, if no one was shown it
    shown_to: Mapped[str] = mapped_column(Text, default="")  # the name of someone else who has seen it; empty: no one

    person: Mapped[Person | None] = relationship(foreign_keys=[person_id], lazy="raise")
    created_by: Mapped[Person | None] = relationship(foreign_keys=[created_by_id], lazy="raise")

    def __str__(self) -> str:
        return f"{self.kind} link {self.id}"


class PasswordRequest(Base):
    """A request for a password link. The worker answers it, so that neither the page nor its timing shows whether
    there is such an account.
    """

    __tablename__ = "password_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(320), index=True)
    address: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None] = mapped_column(index=True)


class StoppedMail(Base):
    """A kind of email that a person turned off."""

    __tablename__ = "stopped_mail"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[MailKind] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class OpeningMail(Base):
    """A person's wish to hear that someone outside opened what they shared; without a row they don't."""

    __tablename__ = "opening_mail"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    every: Mapped[Frequency]
    since: Mapped[datetime]  # earlier openings aren't mailed
    told_until: Mapped[datetime]  # when the latest email was written, or would have been if there had been anything


class QuietHours(Base):
    """The quiet hours of a person, in their own time zone; without a row the hub's default applies."""

    __tablename__ = "quiet_hours"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    hours: Mapped[str] = mapped_column(String(60))  # the text of a `Quiet` in `hub.mail.rules`


class SignOnAccount(Base):
    """A person's account at a provider of single sign-on. It stays theirs when its email address changes there."""

    __tablename__ = "sign_on_account"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("person_id", "issuer"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))  # the provider's own ID of the person
    email: Mapped[str] = mapped_column(String(320))  # the verified address by which it was linked
    linked_at: Mapped[datetime]
    used_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    def __str__(self) -> str:
        return f"{self.email} at {self.issuer}"


class SignInTries(Base):
    """Failed sign-ins of one day, counted across all processes: see `hub.members.rules.throttling`."""

    __tablename__ = "sign_in_tries"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # hashed: nothing that was typed is stored
    kind: Mapped[TryKind]
    failures: Mapped[int]
    since: Mapped[datetime] = mapped_column(index=True)  # the first failure
    at: Mapped[datetime]  # the last failure
    network: Mapped[str] = mapped_column(String(64))  # of the last failure
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # who hears of it
    told_at: Mapped[datetime | None]

    def __str__(self) -> str:
        return "no account"


class AuthenticatorApp(Base):
    """An authenticator app that shows a person's codes; it counts once a first code was entered."""

    __tablename__ = "authenticator_app"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))  # readable, because the hub computes the same codes
    begun_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)  # the time step of the latest code, which works once


class RecoveryCode(Base):
    """A code that replaces a lost second factor once; hashed like a password."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code_hash: Mapped[str] = mapped_column(Text)
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A passkey of a person: a key pair of which the hub has the public half."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)  # base64url
    public_key: Mapped[bytes] = mapped_column(LargeBinary)  # COSE
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(100))  # the browser in which it was added
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class UsedChallenge(Base):
    """A challenge that a passkey has signed, which works once."""

    __tablename__ = "used_challenge"

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class SecondStepTry(Base):
    """A code that was entered after the right password; deleted when one was right."""

    __tablename__ = "second_step_try"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]


class FactorReset(Base):
    """A coordinator's request to remove the second factor of a person who lost it; the person can stop it."""

    __tablename__ = "factor_reset"
    __table_args__ = (
        Index(
            "one_open_reset",
            "person_id",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_by: Mapped[str] = mapped_column(Text)  # the coordinator's name
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)  # of the link that stops it
    settled_at: Mapped[datetime | None]
    stopped: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship(lazy="raise")

    def __str__(self) -> str:
        return f"reset {self.id}"
