"""Signs of life of the workers, for the health page."""

import os
import socket
from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hub.core import clock
from hub.core.db import Base


def my_name() -> str:
    """Return what this process is called among the workers: its machine and its number there."""
    return f"{socket.gethostname()}/{os.getpid()}"


def is_known_dead(name: str) -> bool:
    """Return whether the worker of that name ran on this machine and runs no more. Of other machines nothing is known."""
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


EVERY = timedelta(seconds=5)
# A worker beats between two steps; the longest file may take 90 s to read.
SILENT_AFTER = timedelta(seconds=120)


class Pulse(Base):
    """When a worker last said that it lives."""

    __tablename__ = "worker_pulse"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime]


def beat(db: Session, name: str) -> None:
    """The worker ``name`` lives; the silent ones of yesterday are forgotten."""
    db.merge(Pulse(name=name, at=clock.now()))
    db.execute(delete(Pulse).where(Pulse.at < clock.now() - timedelta(days=1)))


def last_beat(db: Session) -> datetime | None:
    """Return when any worker last said that it lives."""
    return db.scalar(select(func.max(Pulse.at)))


def is_alive(db: Session) -> bool:
    """Return whether a worker has said lately that it lives."""
    last = last_beat(db)
    return last is not None and clock.now() - last < SILENT_AFTER
