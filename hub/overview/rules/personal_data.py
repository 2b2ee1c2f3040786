"""What the hub has about a person, table by table: what an export contains, and what erasing them does. Pure.

Every table with a person in it is in HELD; a test fails for a new table until someone decides.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hub.members.rules.organizations import Role


class OnErasing(StrEnum):
    """What happens to the rows of a person who is erased; the value says it to the coordinator."""

    KEPT = "Stays, without the name"  # the organization's record, or the work of others, depends on it
    CLEARED = "Stays, without text and addresses"
    DELETED = "Deleted"


@dataclass(frozen=True)
class Held:
    """How a table names people.

    ``people`` are columns with a person's id, ``addresses`` those with an email address, and ``names`` those with a
    name, each with the column of ``people`` or ``addresses`` that says whose name it is. ``typed`` are columns with a
    name that someone typed, of a person who may have no account, each with the column of the organization. ``only``
    limits an export to these columns, where the others are about other people.
    """

    about: str
    people: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    on_erasing: OnErasing = OnErasing.KEPT


KEPT, DELETED = OnErasing.KEPT, OnErasing.DELETED
_BY = {"person_name": "person_id"}

HELD: Mapping[str, Held] = {
    "person": Held("The account", ("id",)),
    "role_held": Held("Roles", ("person_id",)),
    "sign_in_session": Held("Sign-ins", ("person_id",), on_erasing=DELETED),
    "sign_in_tries": Held("Failed sign-ins", ("person_id",), on_erasing=DELETED),
    "sign_on_account": Held("Single sign-on accounts", ("person_id",), ("email",), on_erasing=DELETED),
    "email_change": Held("A pending change of their email address", ("person_id",), ("email",), on_erasing=DELETED),
    "password_request": Held("Requests for a password link", addresses=("account",), on_erasing=DELETED),
    "one_time_link": Held(
        "Invitations and password links",
        ("person_id", "created_by_id"),
        only=("id", "kind", "created_at", "expires_at", "used_at"),
    ),
    "authenticator_app": Held(
        "Authenticator app", ("person_id",), only=("person_id", "begun_at", "confirmed_at"), on_erasing=DELETED
    ),
    "recovery_code": Held("Recovery codes", ("person_id",), only=("id", "used_at"), on_erasing=DELETED),
    "passkey": Held("Passkeys", ("person_id",), only=("id", "name", "added_at", "used_at"), on_erasing=DELETED),
    "second_step_try": Held("Codes that they entered", ("person_id",), on_erasing=DELETED),
    "factor_reset": Held(
        "Requests to remove their second factor",
        ("person_id",),
        only=("id", "asked_at", "due_at", "settled_at", "stopped"),
        on_erasing=DELETED,
    ),
    "dismissed_hint": Held("Hints that they closed", ("person_id",), on_erasing=DELETED),
    "stopped_mail": Held("Email that they turned off", ("person_id",), on_erasing=DELETED),
    "opening_mail": Held("Email about openings", ("person_id",), on_erasing=DELETED),
    "quiet_hours": Held("Quiet hours", ("person_id",), on_erasing=DELETED),
    "followed_topic": Held("Topics that they follow", ("person_id",), on_erasing=DELETED),
    "saved_search": Held("Saved searches", ("person_id",), on_erasing=DELETED),
    "recent_search": Held("Recent searches", ("person_id",), on_erasing=DELETED),
    "search_feed": Held("Search feeds", ("person_id",), on_erasing=DELETED),
    "last_visit": Held("Last visit", ("person_id",), on_erasing=DELETED),
    "calendar_feed": Held("Calendar feeds", ("person_id",), on_erasing=DELETED),
    "log_address": Held("Log addresses", ("person_id",), on_erasing=DELETED),
    "set_aside": Held("Versions set aside", ("person_id", "author_id"), on_erasing=DELETED),
    "resource": Held("Resources that they added", ("created_by_id",)),
    "revision": Held(
        "Revisions that they added",
        ("created_by_id",),
        only=("id", "resource_id", "number", "file_name", "size", "note", "created_at"),
    ),
    "sharing_event": Held("Entries in the sharing log", ("person_id",), names=_BY),
    "confirmation": Held("Confirmations", ("person_id",), names=_BY),
    "audit_packet": Held(
        "Audit packets that they created",
        ("person_id",),
        only=("id", "organization_id", "quarter", "made_at", "digest"),
    ),
    "logged_mail": Held("Email that they copied to their log address", ("person_id",), names=_BY),
    "share_link": Held(
        "Share links",
        ("person_id",),
        only=("id", "resource_id", "page_number", "created_at", "expires_at", "revoked_at"),
    ),
    "pack": Held(
        "Packs",
        ("person_id",),
        only=("id", "quarter", "title", "note", "state", "created_at", "send_at", "published_at", "recipients"),
    ),
    "pack_link": Held("Links in packs", ("person_id",), only=("id", "pack_id", "created_at", "channel")),
    "stakeholder": Held("Entries in organizations’ lists of stakeholders", addresses=("email",), on_erasing=DELETED),
    "call_ask": Held("Questions and offers on calls", ("person_id",)),
    "call_attendance": Held(
        "Call attendance",
        ("person_id", "recorded_by_id"),
        names={"name": "person_id"},
        typed={"name": "organization_id"},
    ),
    "meeting_alias": Held(
        "Names in meetings",
        ("person_id", "decided_by_id"),
        ("key",),
        typed={"key": "organization_id"},
        on_erasing=DELETED,
    ),
    "meeting_participant": Held(
        "Participants of meetings", ("person_id",), ("email",), typed={"name": "organization_id"}
    ),
    "meeting_report": Held(
        "Attendance reports that they imported", ("read_by_id",), only=("id", "call_id", "file_name", "read_at")
    ),
    "presentation": Held("Presentations", ("proposed_by_id", "decided_by_id"), typed={"speaker": "organization_id"}),
    "presentation_change": Held(
        "Corrections to presentations", ("recorded_by_id",), names={"recorded_by_name": "recorded_by_id"}
    ),
    "application": Held(
        "Applications to join",
        ("decided_by_id",),
        ("contact_email", "answered_email", "representative_email", "alternate_email"),
        {
            "decided_by_name": "decided_by_id",
            "contact_name": "contact_email",
            "representative_name": "representative_email",
            "alternate_name": "alternate_email",
        },
    ),
    "application_vote": Held("Votes", ("person_id",), names={"voter_name": "person_id"}),
    "glossary_entry": Held("Glossary entries that they edited", ("changed_by_id",)),
    "topic_page": Held("Topic pages that they edited", ("changed_by_id",)),
    "outbox_message": Held("Email to them", ("person_id",), ("to",), on_erasing=OnErasing.CLEARED),
    "mail_start": Held("Scheduled mail that they turned on", ("by_id",)),
    "audit_entry": Held("Audit log entries", ("actor_id",), names={"actor": "actor_id"}),
}

# Columns that an export leaves out: keys that open something, and what only the hub computes with.
SECRETS = frozenset(
    {"password_hash", "token_hash", "token", "key", "once", "lease_token", "lease_until", "manifest", "content"}
)


def former_name(role: Role, organization: str) -> str:
    """Return what an erased person is called, such as "a former representative of Lakeshore"."""
    title = "member of the Advisory Board, from" if role is Role.BOARD else f"{role} of"
    return f"a former {title} {organization}"


def former_address(person_id: int) -> str:
    """Return the address of an erased person, which no mail reaches (RFC 2606)."""
    return f"erased-{person_id}@erased.invalid"


def replaced_in(value: Any, former_of: Mapping[str, str]) -> Any:
    """Return a text, or all texts in a JSON value, with each key of ``former_of`` replaced by its value.

    Only whole names and addresses are replaced, also where a line breaks in them: ``ana@x.example`` isn't part of
    ``li.ana@x.example``.
    """
    if isinstance(value, str):
        for old, former in former_of.items():
            before, after = (r"(?<![\w.+-])", r"(?![\w-]|\.\w)") if "@" in old else (r"(?<!\w)", r"(?!\w)")
            value = former.join(re.split(before + r"\s+".join(map(re.escape, old.split())) + after, value))
        return value
    if isinstance(value, dict):
        return {key: replaced_in(item, former_of) for key, item in value.items()}
    if isinstance(value, list):
        return [replaced_in(item, former_of) for item in value]
    return value
