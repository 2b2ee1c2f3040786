"""Settings that people choose in the browser; what the operator gave for the same setting wins."""

from dataclasses import replace
from typing import Any

from sqlalchemy import String, Text, select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Mapped, Session, mapped_column

from config import is_zone
from hub.core.db import Base, Database

# Those that can be chosen in the browser.
CHOSEN = ("HUB_NAME", "TIME_ZONE")


class Setting(Base):
    """A setting that was chosen in the browser, or a note of the hub's to itself."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


_CHOSEN = select(Setting.name, Setting.value).where(Setting.name.in_(CHOSEN))


def kept(db: Session, name: str) -> str:
    """Return what is kept under this name, or nothing."""
    return db.scalar(select(Setting.value).where(Setting.name == name)) or ""


def keep(db: Session, name: str, value: str) -> None:
    """Keep ``value`` under ``name``, instead of what was there."""
    db.merge(Setting(name=name, value=value))
    db.flush()


def refresh(database: Database) -> None:
    """Take over what was chosen since, in this process or in another.

    Each request of the web and each round of the worker begins with it: one small query, and no process goes on
    with a name or a time zone that the others have left. Rows that can't be read now change nothing.
    """
    try:
        with database.engine.connect() as connection:
            rows = connection.execute(_CHOSEN).all()
    except (OperationalError, ProgrammingError):  # no database, or not migrated yet: the request will meet that itself
        return
    given, config = database.config.given, database.config
    chosen: dict[str, Any] = {name: value for name, value in rows if name not in given and _makes_sense(name, value)}
    if any(getattr(config, name) != value for name, value in chosen.items()):
        database.config = replace(config, **chosen)


def _makes_sense(name: str, value: str) -> bool:
    """Return a zone that this machine doesn't know must not stop the hub."""
    return name != "TIME_ZONE" or is_zone(value)
