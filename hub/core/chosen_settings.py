"""Settings that the coordinator chooses in the browser. The same setting in the environment takes precedence."""

from dataclasses import replace
from typing import Any

from sqlalchemy import String, Text, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Mapped, Session, mapped_column

from hub.core.db import Base, Database
from hub.core.setting_checks import CHECKS

# The settings that can be chosen in the browser.
RECORDS_BEGIN = "RECORDS_BEGIN"
CHOSEN = ("HUB_NAME", "TIME_ZONE", RECORDS_BEGIN, "SECOND_FACTOR_ROLES")


class Setting(Base):
    """A setting chosen in the browser, or a value that the hub stores for itself."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


_CHOSEN = select(Setting.name, Setting.value).where(Setting.name.in_(CHOSEN))


def stored(db: Session, name: str) -> str:
    """Return the value stored under ``name``, or an empty string."""
    return db.scalar(select(Setting.value).where(Setting.name == name)) or ""


def store(db: Session, name: str, value: str) -> None:
    """Store ``value`` under ``name``, replacing any earlier value."""
    db.merge(Setting(name=name, value=value))
    db.flush()


def refresh(database: Database) -> None:
    """Load the settings chosen in the browser into ``database.config``.

    Every web request and every round of the worker starts with this, so that all processes see a change at once.
    It costs one small query, and on SQLite none while nothing has changed. If the database can't be read, nothing
    changes.
    """
    state = database.memory.state()
    if state is not None and database.refreshed == (state, database.config):
        return
    try:
        with database.engine.connect() as connection:
            rows = connection.execute(_CHOSEN).all()
    except DatabaseError:  # none, not migrated yet, or damaged: the request reports that itself
        return
    given, config = database.config.given, database.config
    chosen: dict[str, Any] = {name: value for name, value in rows if name not in given and _is_valid(name, value)}
    if any(getattr(config, name) != value for name, value in chosen.items()):
        config = database.config = replace(config, **chosen)
    database.refreshed = (state, config)  # not what another thread, which read before a change, may have set meanwhile


def _is_valid(name: str, value: str) -> bool:
    """Return False for a value that would stop the hub, such as a time zone that this machine doesn't know."""
    is_valid, _must = CHECKS.get(name, (lambda _value: True, ""))
    return is_valid(value)
