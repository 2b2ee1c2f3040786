"""What a confirmation says, in one form that never varies, and its digest: any later change shows. Pure."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol


class SaidInWriting(Protocol):
    """What of a confirmation goes into its digest: all that was said, by whom, and when."""

    @property
    def organization_id(self) -> int: ...  # noqa: D102 - the columns of a confirmation
    @property
    def quarter(self) -> str: ...  # noqa: D102
    @property
    def person_id(self) -> int: ...  # noqa: D102
    @property
    def role(self) -> str: ...  # noqa: D102
    @property
    def confirmed_at(self) -> datetime: ...  # noqa: D102
    @property
    def shared(self) -> bool: ...  # noqa: D102
    @property
    def with_whom(self) -> str: ...  # noqa: D102
    @property
    def people(self) -> int | None: ...  # noqa: D102
    @property
    def note(self) -> str: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def supersedes_id(self) -> int | None: ...  # noqa: D102


def canonical(said: SaidInWriting, resource_ids: Iterable[int]) -> str:
    """The confirmation as JSON: keys in order of the alphabet, no spaces, moments in UTC to the microsecond.

    Organizations, people and resources stand by their numbers, which never change; names and titles may.
    docs/sharing.md describes the form, so that anybody can compute the digest.
    """
    facts = {
        "confirmed_at": moment(said.confirmed_at),
        "note": said.note,
        "organization": said.organization_id,
        "people": said.people,
        "person": said.person_id,
        "quarter": said.quarter,
        "reason": said.reason,
        "resources": sorted(resource_ids),
        "role": str(said.role),
        "shared": said.shared,
        "supersedes": said.supersedes_id,
        "with_whom": said.with_whom,
    }
    return in_order(facts)


def in_order(facts: object) -> str:
    """JSON that is the same for the same facts: keys in order, no spaces, letters as they are."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def moment(at: datetime) -> str:
    """A moment in UTC, always to the microsecond: ``2026-10-08T14:03:22.000123Z``."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def digest_of(text: str) -> str:
    """The SHA-256 of a text in UTF-8, as 64 hexadecimal digits."""
    return sha256(text.encode()).hexdigest()
