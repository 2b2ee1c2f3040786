"""The rules of backups: the manifest, which backups are kept, and when the next is due. Pure."""

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.core.errors import Refused
from hub.core.setting_checks import is_keep

FORMAT = 1  # of the manifest; a hub reads its own format and earlier ones
RETRY_AFTER = timedelta(hours=1)  # after a backup that failed or was killed
_UNITS = {"d": "%Y-%m-%d", "w": "%G-%V", "m": "%Y-%m"}  # ISO 8601: weeks begin on Monday
_NAME = "%Y-%m-%dT%H%M%S.%fZ"


@dataclass(frozen=True)
class Manifest:
    """What a backup consists of. A backup is complete when its manifest is in place."""

    made_at: str  # ISO 8601, UTC
    hub: str  # version of the hub
    schema: str  # revision of the database's schema
    contents: str  # name of the object that lists everything
    objects: Mapping[str, int] = field(default_factory=dict)  # names and sizes in bytes of all objects
    encrypted_to: Sequence[str] = ()  # age recipients; empty: not encrypted
    format: int = FORMAT

    def as_json(self) -> str:
        """Return the manifest as text, with its own SHA-256."""
        return json.dumps(asdict(self) | {"sha256": _digest(asdict(self))}, indent=1, sort_keys=True)

    @classmethod
    def parse(cls, text: str) -> "Manifest":
        """Return the manifest in a text; raises Refused if it is damaged, or of a newer format."""
        try:
            stored = json.loads(text)
            is_intact, is_known = stored.pop("sha256") == _digest(stored), int(stored["format"]) <= FORMAT
            manifest = cls(**stored) if is_intact and is_known else None
        except (ValueError, KeyError, TypeError, AttributeError):
            is_known, manifest = True, None
        if not is_known:
            raise Refused("This backup was made by a newer version of the hub. Install that version, then try again.")
        if manifest is None:
            raise Refused("The manifest of this backup is damaged. Choose another backup with --at.")
        return manifest


def _digest(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def name_of(made_at: datetime) -> str:
    """Return the name of the backup made at a time, so that names sort by time: ``2026-11-27T093000.000000Z``."""
    return made_at.astimezone(UTC).strftime(_NAME)


def made_at_of(name: str) -> datetime:
    """Return the time in the name of a backup; raises ValueError."""
    return datetime.strptime(name, _NAME).replace(tzinfo=UTC)


def names_key(unsubscribe_key: str, recipients: Collection[str]) -> str:
    """Return the key that names encrypted objects, or an empty string for a backup that isn't encrypted.

    Without the key, no one can test which files a backup contains. Other recipients give other names, so an object is
    never reused by a backup whose recipients can't open it. The key that hashes unsubscribed addresses never changes,
    so neither do the names.
    """
    if not recipients:
        return ""
    words = "\n".join(["names of a backup", *sorted(recipients)])
    return hmac.new(unsubscribe_key.encode(), words.encode(), "sha256").hexdigest()


def object_name(key: str, sha256: str) -> str:
    """Return the name of the object whose content has this SHA-256."""
    return hmac.new(key.encode(), sha256.encode(), "sha256").hexdigest() if key else sha256


@dataclass(frozen=True)
class Keep:
    """How many backups are kept: the newest of each of the last days, weeks and months."""

    days: int = 0
    weeks: int = 0
    months: int = 0

    @classmethod
    def parse(cls, text: str) -> "Keep":
        """Return what a text like ``7d,4w,12m`` means; raises ValueError."""
        counts = {part.strip()[-1:]: part.strip()[:-1] for part in text.split(",")}
        if not text or not is_keep(text):
            message = f"“{text}” doesn’t say which backups to keep. Write it like 7d,4w,12m."
            raise ValueError(message)
        return cls(*(int(counts.get(unit, 0)) for unit in "dwm"))


def kept(names: Collection[str], keep: Keep, zone: ZoneInfo) -> frozenset[str]:
    """Return the names of the backups to keep: the newest of each of the last days, weeks and months in ``zone``.

    Periods without a backup don't count, so a hub that was off for a month still has its backups. The newest is
    always kept.
    """
    newest_first = sorted(names, reverse=True)
    chosen = set(newest_first[:1])
    for unit, count in (("d", keep.days), ("w", keep.weeks), ("m", keep.months)):
        newest_of: dict[str, str] = {}
        for name in newest_first:
            newest_of.setdefault(made_at_of(name).astimezone(zone).strftime(_UNITS[unit]), name)
        chosen.update(list(newest_of.values())[:count])
    return frozenset(chosen)


def last_slot(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """Return the latest time up to ``now`` at which a daily backup was scheduled."""
    day = now.astimezone(zone).date()
    slot = datetime.combine(day, at, zone)
    return slot if slot <= now else datetime.combine(day - timedelta(days=1), at, zone)


@dataclass(frozen=True)
class LastBackups:
    """The record of the latest backups that the worker or a command made."""

    tried_at: datetime | None = None
    tried_by: str = ""  # the process, while it is making one
    good_at: datetime | None = None
    problem: str = ""  # why the last one failed, or what it lacks

    def is_due(self, now: datetime, slot: datetime) -> bool:
        """Return True if no good backup was made since ``slot``, and none was tried within the last hour."""
        if self.good_at is not None and self.good_at >= slot:
            return False
        return self.tried_at is None or self.tried_at < slot or now - self.tried_at >= RETRY_AFTER

    def as_json(self) -> str:
        """Return the record as text."""
        moments = {name: getattr(self, name) for name in ("tried_at", "good_at")}
        return json.dumps(asdict(self) | {name: at and at.isoformat() for name, at in moments.items()})

    @classmethod
    def parse(cls, text: str) -> "LastBackups":
        """Return the record in a text; an empty record if there is none."""
        if not text:
            return cls()
        stored = json.loads(text)
        moments = {name: stored[name] and datetime.fromisoformat(stored[name]) for name in ("tried_at", "good_at")}
        return cls(**stored | moments)
