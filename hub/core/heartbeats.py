"""Heartbeats of the workers, for the health page."""

import os
import socket
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


INTERVAL = timedelta(seconds=5)
# A worker sends a heartbeat between steps; one file may take up to 90 s to read.
SILENT_AFTER = timedelta(seconds=120)


class Heartbeat(Base):
    """The last heartbeat of a worker."""

    __tablename__ = "worker_pulse"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime]


def record_heartbeat(db: Session, name: str) -> None:
    """Record a heartbeat of the worker ``name``, and delete those older than a day."""
    db.merge(Heartbeat(name=name, at=clock.now()))
    db.execute(delete(Heartbeat).where(Heartbeat.at < clock.now() - timedelta(days=1)))


def last_heartbeat(db: Session) -> datetime | None:
    """Return the time of the last heartbeat of any worker."""
    return db.scalar(select(func.max(Heartbeat.at)))


def is_alive(db: Session) -> bool:
    """Return True if any worker sent a heartbeat recently."""
    last = last_heartbeat(db)
    return last is not None and clock.now() - last < SILENT_AFTER
