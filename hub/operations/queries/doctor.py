"""Examines an installation for `hub doctor`: what the health check sees, and what only the operator can look at."""

import ctypes
import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.orm import Session

from config import Config
from hub.core import clock, secret_keys
from hub.core.dates import plural, with_year
from hub.library.extract import tesseract
from hub.library.extract.legacy import libreoffice
from hub.mail.delivery import smtp_server
from hub.operations.queries import health as health_queries
from hub.operations.rules.health import BACKUP_AFTER, Level
from hub.operations.store.occupants import sqlite_path

_TIME_ERROR = 5  # adjtimex(2): the clock isn't synchronized
_SAFE_SQLITE = (3, 51, 3)  # earlier versions have a rare bug when they reset the write-ahead log
_OLDEST_POSTGRESQL = 130000  # as server_version_num says it
_OFF = {  # what an operator turned off, which is all right
    "reserve": "HUB_RESERVE_MB is 0, so the hub holds no reserve for a full disk.",
    "scanner": "HUB_CLAMD isn’t set, so files aren’t checked for viruses.",
}
_MOST_SKEW = 5.0  # seconds between the clocks of this machine and the database's


@dataclass(frozen=True)
class Line:
    """A line of the report. ``is_urgent``: something must be done."""

    name: str
    sentence: str
    is_urgent: bool = False


def of_settings(config: Config) -> Iterator[Line]:
    """Examine the settings; invalid ones are refused before this."""
    url = urlsplit(config.BASE_URL)
    is_local = url.hostname in {"localhost", "127.0.0.1", "::1"}
    if url.scheme != "https" and not is_local:
        sentence = f"People reach the hub at {config.BASE_URL}, unencrypted. Put a proxy with TLS in front of it."
        yield Line("settings", sentence, is_urgent=True)
    elif is_local:
        yield Line(
            "settings", f"Links in email begin with {config.BASE_URL}. Set HUB_BASE_URL before you invite others."
        )
    elif not config.TRUSTED_PROXIES:
        sentence = (
            "HUB_BASE_URL is https, and HUB_TRUSTED_PROXIES is 0: all people seem to come from the proxy. Set it to 1."
        )
        yield Line("settings", sentence, is_urgent=True)
    else:
        yield Line("settings", f"{plural(len(config.given), 'setting')} in the environment, all valid.")


def of_modes(config: Config) -> Iterator[Line]:
    """Examine who may read secrets, the database and uploads."""
    database = sqlite_path(config)
    paths = [config.INSTANCE, config.UPLOADS, *sorted(config.INSTANCE.glob("*key*"))]
    paths += sorted(database.parent.glob(f"{database.name}*")) if database else []
    wide = [path for path in paths if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    for path in wide:
        mode = "700" if path.is_dir() else "600"
        yield Line("secrets", f"Other users of this machine may open {path}. Run chmod {mode} {path}", is_urgent=True)
    if not wide:
        yield Line("secrets", "Keys, database and uploads are readable only by the hub’s user.")


def of_keys(config: Config) -> Iterator[Line]:
    """Examine how old the secret key is, and which former ones still work."""
    if "SECRET_KEY" in config.given:
        current = "The secret key comes from HUB_SECRET_KEY."
    else:
        made = datetime.fromtimestamp((config.INSTANCE / secret_keys.SECRET_KEY).stat().st_mtime, config.zone)
        current = f"The secret key was stored on {with_year(made.date())}."
    yield Line("keys", f"{current} {_former_keys(config)}")


def _former_keys(config: Config) -> str:
    listed, kept = config.SECRET_KEYS_OLD.split(), [old for old in config.replaced_keys if config.accepts(old)]
    if not listed and not kept:
        return "No former key works."
    sentences = []
    if kept:
        last = kept[0].works_until(config.SECRET_KEY_DAYS).astimezone(config.zone).date()
        kept_words = plural(len(kept), "former key")
        sentences.append(f"The instance folder has {kept_words}; the newest works until {with_year(last)}.")
    if listed:
        days = plural(config.SECRET_KEY_DAYS, "day")
        listed_words = plural(len(listed), "former key")
        sentences.append(f"HUB_SECRET_KEYS_OLD has {listed_words}. Remove a key {days} after you replaced it.")
    return " ".join(sentences)


def of_programs(config: Config) -> Iterator[Line]:
    """Examine the programs that the hub uses if they are installed."""
    if office := libreoffice():
        yield Line("libreoffice", f"LibreOffice is at {office}.")
    else:
        sentence = (
            "LibreOffice isn’t installed: slides have no pictures, and old PPT, DOC and XLS files can’t be searched. "
            "Install libreoffice-impress, libreoffice-writer and libreoffice-calc."
        )
        yield Line("libreoffice", sentence, is_urgent=True)
    languages = config.OCR_LANGUAGES
    program, package = tesseract.tesseract(), tesseract.missing_package(languages)
    if program is None:
        sentence = f"Tesseract isn’t installed: text in scans and pictures can’t be searched. Install {package}."
    elif package:
        sentence = f"Tesseract doesn’t know all languages of HUB_OCR_LANGUAGES ({languages}). Install {package}."
    else:
        sentence = f"Tesseract is at {program}, with the languages {languages}."
    yield Line("tesseract", sentence)


def of_clock(db: Session) -> Iterator[Line]:
    """Examine the clock: the kernel's word on it, and PostgreSQL's time."""
    if db.get_bind().dialect.name == "postgresql":
        skew = abs((db.scalar(text("SELECT clock_timestamp()")) - clock.now()).total_seconds())
        if skew > _MOST_SKEW:
            sentence = (
                f"The clocks of this machine and the database’s differ by {skew:.0f} seconds. Set up chrony on both."
            )
            yield Line("clock", sentence, is_urgent=True)
            return
    if _is_unsynchronized():
        yield Line("clock", "The kernel doesn’t know if the clock is right. Set up chrony or systemd-timesyncd.")
    else:
        yield Line("clock", "The clock is synchronized.")


def _is_unsynchronized() -> bool:
    """Return True if Linux says that nothing sets the clock; False if no one can tell."""
    if sys.platform != "linux":
        return False
    query = ctypes.create_string_buffer(512)  # struct timex with modes = 0, which only reads
    return bool(ctypes.CDLL(None).adjtimex(query) == _TIME_ERROR)


def of_mail(config: Config) -> Iterator[Line]:
    """Connect to the mail server, sign in, and leave without sending anything."""
    server = config.mail_server
    if server is None:
        yield Line(
            "mail server", "HUB_MAIL_URL isn’t set, so email is saved as files, and no one gets any.", is_urgent=True
        )
        return
    try:
        with smtp_server.connected(server, urlsplit(config.BASE_URL).hostname or "localhost") as smtp:
            smtp.noop()
    except (smtp_server.ServerTrouble, OSError) as error:
        sentence = f"{server.host}:{server.port} can’t be used: {error}. Check HUB_MAIL_URL."
        yield Line("mail server", sentence, is_urgent=True)
        return
    yield Line("mail server", f"{server.host}:{server.port} accepts the hub’s connection. No email was sent.")


def of_version(db: Session) -> Iterator[Line]:
    """Examine the version of the database."""
    if db.get_bind().dialect.name == "postgresql":
        number = int(db.scalar(text("SHOW server_version_num")) or 0)
        name = db.scalar(text("SHOW server_version"))
        if number < _OLDEST_POSTGRESQL:
            yield Line("database", f"PostgreSQL {name} is too old. Upgrade it to version 13 or later.", is_urgent=True)
        else:
            yield Line("database", f"PostgreSQL {name}.")
    elif sqlite3.sqlite_version_info < _SAFE_SQLITE:
        sentence = (
            f"SQLite {sqlite3.sqlite_version}. Versions before 3.51.3 have a rare bug; make backups, or use PostgreSQL."
        )
        yield Line("database", sentence)
    else:
        yield Line("database", f"SQLite {sqlite3.sqlite_version}.")


def of_health(db: Session, config: Config) -> Iterator[Line]:
    """Examine what /healthz looks at, except the database, and backups even if the worker doesn't make them."""
    for check in health_queries.checks(db, config):
        if check.name == "backup" and check.word == "off":
            yield _occasional_backups(check.figures.get("last_backup_seconds"))
        elif check.word == "off":
            yield Line(check.name, _OFF[check.name])
        elif check.name != "database":
            yield Line(check.name, check.sentence or "In order.", is_urgent=check.level is not Level.OK)


def _occasional_backups(age: object) -> Line:
    """Return the line on backups of a hub whose worker makes none: a timer may run the command."""
    if isinstance(age, (int, float)) and age < BACKUP_AFTER.total_seconds():
        return Line("backup", "The last backup is less than 26 hours old.")
    return Line("backup", "There is no backup of the last day. Set HUB_BACKUP_TO to a folder.", is_urgent=True)


def of_folders(config: Config) -> Iterator[Line]:
    """Examine whether the hub's folders can be written."""
    for name, folder in (("HUB_INSTANCE", config.INSTANCE), ("HUB_UPLOADS", config.UPLOADS), *_backup_folder(config)):
        if not os.access(folder, os.W_OK | os.X_OK):
            yield Line(
                "folders", f"The hub can’t write to {folder} ({name}). Give it to the hub’s user.", is_urgent=True
            )
            return
    yield Line("folders", "All folders can be written.")


def _backup_folder(config: Config) -> Iterator[tuple[str, Path]]:
    if config.BACKUP_TO:
        folder = Path(config.BACKUP_TO).expanduser()
        yield "HUB_BACKUP_TO", folder if folder.exists() else folder.parent
