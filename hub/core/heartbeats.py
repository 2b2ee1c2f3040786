"""Heartbeats of the workers, for the health page."""

import os
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hub.core import clock
from hub.core.db import Base


def worker_name() -> str:
    """Return the name of this worker process: host name and process id."""
    return f"{socket.gethostname()}/{os.getpid()}"


def is_known_dead(name: str) -> bool:
    """Return True if the named worker ran on this machine and has ended. Workers elsewhere are never known to be dead."""
    machine, _, number = name.partition("/")
    if machine != socket.gethostname() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


INTERVAL = timedelta(seconds=15)
# A worker sends a heartbeat between steps; one file may take up to 90 s to read.
SILENT_AFTER = timedelta(seconds=120)


class Heartbeat(Base):
    """The last heartbeat of a worker."""

    __tablename__ = "worker_pulse"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime]


class WorkerLine(Base):
    """One of the lines of steps that a worker runs in parallel, as of the worker's last heartbeat."""

    __tablename__ = "worker_line"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)  # of the worker
    line: Mapped[str] = mapped_column(String(30), primary_key=True)  # its first step
    moved_at: Mapped[datetime]  # when its last step began or ended
    step: Mapped[str] = mapped_column(String(30), default="")  # that runs; empty between rounds
    failures: Mapped[int] = mapped_column(default=0)  # in a row


class Progress:
    """What the lines of this worker do, noted by their threads and saved with each heartbeat."""

    def __init__(self) -> None:
        self._lines: dict[str, tuple[datetime, str, int]] = {}

    def note(self, line: str, step: str, failures: int) -> None:
        """Note that a line begins a step, or with an empty ``step`` that it has ended a round."""
        self._lines[line] = clock.now(), step, failures

    def rows(self, name: str) -> list[WorkerLine]:
        """Return the rows of the lines of the worker ``name``."""
        return [
            WorkerLine(name=name, line=line, moved_at=moved_at, step=step, failures=failures)
            for line, (moved_at, step, failures) in list(self._lines.items())
        ]


def record_heartbeat(db: Session, name: str, progress: Progress | None = None) -> None:
    """Record a heartbeat of the worker ``name`` with its lines, and delete workers that are silent for a day."""
    # A worker at rest does little else, so this takes few statements: the tables have a few rows.
    workers = {row.name: row for row in db.scalars(select(Heartbeat))}
    lines = {(row.name, row.line): row for row in db.scalars(select(WorkerLine))}
    now = clock.now()
    if name in workers:
        workers[name].at = now
    else:
        db.add(Heartbeat(name=name, at=now))
    for row in progress.rows(name) if progress else ():
        if known := lines.get((name, row.line)):
            known.moved_at, known.step, known.failures = row.moved_at, row.step, row.failures
        else:
            db.add(row)
    gone = [worker for worker, row in workers.items() if row.at < now - timedelta(days=1)]
    lost = {worker for worker, _ in lines} - workers.keys() - {name}
    if gone or lost:
        db.execute(delete(WorkerLine).where(WorkerLine.name.in_([*gone, *lost])))
        db.execute(delete(Heartbeat).where(Heartbeat.name.in_(gone)))


def lines(db: Session) -> Sequence[WorkerLine]:
    """Return the lines of all workers that sent a heartbeat recently, by line."""
    alive = select(Heartbeat.name).where(Heartbeat.at > clock.now() - SILENT_AFTER)
    query = select(WorkerLine).where(WorkerLine.name.in_(alive))
    return db.scalars(query.order_by(WorkerLine.line, WorkerLine.name)).all()


def last_heartbeat(db: Session) -> datetime | None:
    """Return the time of the last heartbeat of any worker."""
    return db.scalar(select(func.max(Heartbeat.at)))


def is_alive(db: Session) -> bool:
    """Return True if any worker sent a heartbeat recently."""
    last = last_heartbeat(db)
    return last is not None and clock.now() - last < SILENT_AFTER
