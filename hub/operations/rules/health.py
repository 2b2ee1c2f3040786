"""The rules of the health check: what is too old, too full, or failing too often. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hub.core.dates import file_size, number, plural


class Level(StrEnum):
    """How the hub or a part of it is."""

    OK = "ok"
    DEGRADED = "degraded"  # pages are served, and a person should look at something
    DOWN = "down"  # pages can't be served


@dataclass(frozen=True)
class Check:
    """A part of the hub that was checked. ``sentence`` says what is wrong and what to do; it is empty if all is well."""

    name: str
    level: Level = Level.OK
    sentence: str = ""
    state: str = ""  # a word for programs, if it isn't the level
    figures: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """The state in a word, such as ok or building."""
        return self.state or self.level.value


def level_of(checks: Sequence[Check]) -> Level:
    """Return the level of the whole hub: the worst of its parts."""
    levels = {check.level for check in checks}
    return next((level for level in (Level.DOWN, Level.DEGRADED) if level in levels), Level.OK)


LOW_SPACE = 1_000_000_000  # bytes; by default, uploads stop at less
OLDEST_MESSAGE = timedelta(hours=1)  # since it was due; a server that greylists takes minutes
OLDEST_FILE = timedelta(hours=1)  # since it was uploaded; a long import takes longer, and then that is worth knowing
MOST_FAILURES = 3  # of a line's steps in a row; a single one is tried again in seconds
BACKUP_AFTER = timedelta(hours=26)  # a daily backup that takes up to two hours
# How long a step may run until its line counts as stuck.
LONGEST_STEP = timedelta(minutes=15)
LONGEST_STEPS = {
    "backup": timedelta(hours=12),
    "pages": timedelta(hours=1),
    "bulk": timedelta(hours=1),
    "index": timedelta(hours=2),
}
FAILED_PICTURES = 3  # files in a row whose pictures couldn't be drawn


@dataclass(frozen=True)
class Line:
    """A line of steps of a worker."""

    name: str
    moved_at: datetime
    step: str
    failures: int


def worker(is_alive: bool, lines: Sequence[Line], now: datetime) -> Check:  # noqa: FBT001 - a fact
    """Check the worker: it sends heartbeats, and each of its lines moves and doesn't keep failing."""
    ages = {f"seconds_since_{line.name}_moved": round((now - line.moved_at).total_seconds(), 1) for line in lines}
    if not is_alive:
        sentence = (
            "The worker is stopped: nothing is read, indexed or sent. Start hub serve or hub worker, or see its log."
        )
        return Check("worker", Level.DEGRADED, sentence, "silent", ages)
    stuck = [line for line in lines if line.step and now - line.moved_at > LONGEST_STEPS.get(line.step, LONGEST_STEP)]
    if stuck:
        sentence = (
            f"The worker’s step {stuck[0].step} has been running for too long. See the log, and restart the worker."
        )
        return Check("worker", Level.DEGRADED, sentence, "stuck", ages)
    if failing := [line for line in lines if line.failures >= MOST_FAILURES]:
        count = plural(failing[0].failures, "time")
        sentence = f"The worker’s line {failing[0].name} has failed {count} in a row. The log has the reason."
        return Check("worker", Level.DEGRADED, sentence, "failing", ages)
    return Check("worker", figures=ages)


def space(free: Mapping[str, int], least: int) -> Check:
    """Check the free bytes of the folders of the hub; with less than ``least`` bytes, no upload is taken."""
    figures = {f"free_bytes_{name}": count for name, count in free.items()}
    name = min(free, key=lambda each: free[each])
    if free[name] >= max(LOW_SPACE, least):
        return Check("disk", figures=figures)
    sentence = f"Only {file_size(free[name])} is free on the disk of HUB_{name.upper()}. Free some space: uploads stop at {file_size(least)}."
    return Check("disk", Level.DEGRADED, sentence, "low", figures)


def reserve(wanted: int, held: int) -> Check:
    """Check the reserve of disk space, by the bytes that it should have and has."""
    if not wanted:
        return Check("reserve", state="off")
    figures = {"reserve_bytes": held}
    if not held:
        sentence = (
            "The reserve of disk space (HUB_RESERVE_MB) is missing. Free some space on the disk of HUB_INSTANCE; the "
            "hub then makes it again."
        )
        return Check("reserve", Level.DEGRADED, sentence, "missing", figures)
    if held != wanted:
        sentence = (
            f"The reserve of disk space has {file_size(held)}, and HUB_RESERVE_MB is {file_size(wanted)}. Free some "
            "space on the disk of HUB_INSTANCE; the hub then makes it again."
        )
        return Check("reserve", Level.DEGRADED, sentence, "wrong size", figures)
    return Check("reserve", figures=figures)


def scanner(is_on: bool, trouble: str, waiting: int, added_at: datetime | None, now: datetime) -> Check:  # noqa: FBT001 - a fact
    """Check the virus scanner: it answers, and the oldest file that waits for it hasn't waited for long.

    ``trouble``: why it doesn't answer.
    """
    if not is_on:
        return Check("scanner", state="off")
    age = max((now - added_at).total_seconds(), 0) if added_at else 0
    figures = {"scans_waiting": waiting, "oldest_scan_seconds": round(age)}
    if trouble:
        sentence = (
            f"The virus scanner doesn’t answer ({trouble}), so no one can open or download new files. Start clamd, or "
            "check HUB_CLAMD."
        )
        return Check("scanner", Level.DEGRADED, sentence, "silent", figures)
    if age <= OLDEST_FILE.total_seconds():
        return Check("scanner", figures=figures)
    sentence = (
        f"{plural(waiting, 'file')} can’t be opened before the virus check, the oldest for more than an hour. See the "
        "worker’s log."
    )
    return Check("scanner", Level.DEGRADED, sentence, "late", figures)


def mail(due_at: datetime | None, waiting: int, trouble: str, now: datetime) -> Check:
    """Check outgoing email by the time at which the oldest waiting message should have been sent."""
    age = max((now - due_at).total_seconds(), 0) if due_at else 0
    figures = {"messages_waiting": waiting, "oldest_message_seconds": round(age)}
    if age <= OLDEST_MESSAGE.total_seconds():
        return Check("mail", figures=figures)
    reason = f" The mail server’s reason: {trouble}" if trouble else " Check the worker and HUB_MAIL_URL."
    return Check("mail", Level.DEGRADED, f"Email has been waiting for more than an hour.{reason}", "stuck", figures)


def files(uploaded_at: datetime | None, waiting: int, now: datetime) -> Check:
    """Check the reading of uploads by the age of the oldest one that isn't read."""
    age = max((now - uploaded_at).total_seconds(), 0) if uploaded_at else 0
    figures = {"files_waiting": waiting, "oldest_file_seconds": round(age)}
    if age <= OLDEST_FILE.total_seconds():
        return Check("files", figures=figures)
    sentence = (
        f"{plural(waiting, 'file')} can’t be searched yet, the oldest for more than an hour. See the worker’s log."
    )
    return Check("files", Level.DEGRADED, sentence, "late", figures)


def pictures(last_states_failed: Sequence[bool]) -> Check:
    """Check the drawing of pages by the files that were drawn last; True for one that failed."""
    failed = sum(last_states_failed)
    figures = {"failed_among_last_files": failed}
    if len(last_states_failed) < FAILED_PICTURES or not all(last_states_failed):
        return Check("pictures", figures=figures)
    sentence = f"Pictures of the last {number(failed)} files couldn’t be drawn. Run hub doctor to check LibreOffice."
    return Check("pictures", Level.DEGRADED, sentence, "failing", figures)


def backup(is_on: bool, good_at: datetime | None, problem: str, now: datetime) -> Check:  # noqa: FBT001 - a fact
    """Check the daily backup, if it is turned on, by the age of the last good one."""
    age = round((now - good_at).total_seconds()) if good_at else -1
    figures = {"last_backup_seconds": age} if good_at else {}
    if not is_on:
        return Check("backup", state="off", figures=figures)
    if good_at is None or now - good_at > BACKUP_AFTER:
        sentence = problem or "There is no backup of the last day. Check HUB_BACKUP_TO and the worker’s log."
        return Check("backup", Level.DEGRADED, sentence, "late", figures)
    if problem:
        return Check("backup", Level.DEGRADED, problem, "incomplete", figures)
    return Check("backup", figures=figures)
