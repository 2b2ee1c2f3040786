"""What went wrong with the database or the disk, as a sentence that says what to do. Imports no room."""

import errno
import sqlite3
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from hub.core.errors import NewerDatabase

FULL = "The disk is full. Free some space, then try again."
READ_ONLY = "The hub can't write there ({where}). Check who owns its folders, and that the disk isn't read-only."
DAMAGED = "The database is damaged ({reason}). Restore a backup with hub restore."
NEWER = "A newer version of the hub made this database. Update the hub, or restore a backup from before the update."
UNREACHABLE = "The database can't be reached ({reason}). Check that it is running, and the setting HUB_DATABASE_URL."
BUSY = "Another process keeps the database locked. Try again when it has ended."
UNMIGRATED = "The database isn't one of the hub's, or it is damaged ({reason}). Check HUB_DATABASE_URL."

# The beginnings of SQLite's messages (sqlite3_errstr), and the sentence for each.
_OF_SQLITE = {
    "database or disk is full": FULL,
    "disk i/o error": FULL.replace("is full", "is full or failing"),
    "attempt to write a readonly database": READ_ONLY.format(where="the database"),
    "unable to open database file": READ_ONLY.format(where="the database"),
    "file is not a database": DAMAGED.format(reason="it isn't a database"),
    "database disk image is malformed": DAMAGED.format(reason="SQLite reads it as malformed"),
    "malformed database schema": DAMAGED.format(reason="SQLite can't read its schema"),
    "database is locked": BUSY,
    "no such table": UNMIGRATED.format(reason="a table is missing"),
    "no such column": UNMIGRATED.format(reason="a column is missing"),
}
# PostgreSQL's error codes, by their beginnings (appendix A of its manual).
_OF_POSTGRESQL = {
    "53100": FULL,
    "25006": READ_ONLY.format(where="the database"),
    "XX00": DAMAGED.format(reason="PostgreSQL reports corrupted data"),
    "42P01": UNMIGRATED.format(reason="a table is missing"),
    "42703": UNMIGRATED.format(reason="a column is missing"),
    "42501": READ_ONLY.format(where="the database"),
    "55P03": BUSY,
}
_FULL_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY_ERRORS = {errno.EROFS, errno.EACCES, errno.EPERM}
# What a machine reports when it fails or runs out of something; other errors, such as a missing file, are mistakes.
_MACHINE_ERRORS = {errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENODEV, errno.ENXIO, errno.ESTALE}


def sentence_of(error: BaseException) -> str:
    """Return what went wrong and what to do; "" if it isn't a failure of the database, the disk or the machine."""
    return next((sentence for cause in _causes(error) if (sentence := _sentence(cause))), "")


def is_full(error: BaseException) -> bool:
    """Return True if the error means that the disk is full."""
    return any(sentence_of(cause).startswith("The disk is full") for cause in _causes(error))


def is_outside(error: BaseException) -> bool:
    """Return True if the database's data isn't the cause: no connection, a full or read-only disk, or a lock."""
    sentence = sentence_of(error)
    return bool(sentence) and not sentence.startswith(tuple(each.partition("(")[0] for each in (DAMAGED, UNMIGRATED)))


def is_unreachable(error: BaseException) -> bool:
    """Return True if the error means that there is no connection to the database."""
    return isinstance(error, OperationalError | InterfaceError) and not _sentence_of_driver(error.orig)


def is_of_machine(error: BaseException) -> bool:
    """Return True if the machine failed: its disk, its memory, or the limits of the hub's processes."""
    known = _MACHINE_ERRORS | _READ_ONLY_ERRORS
    return any(isinstance(cause, OSError) and cause.errno in known for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _sentence(error: BaseException) -> str:
    if isinstance(error, NewerDatabase):
        return NEWER
    if isinstance(error, DBAPIError | sqlite3.Error):
        sentence = _sentence_of_driver(error.orig if isinstance(error, DBAPIError) else error)
        return UNREACHABLE.format(reason=_first_line(error)) if is_unreachable(error) else sentence
    return _sentence_of_machine(error) if isinstance(error, OSError) and error.errno else ""


def _sentence_of_machine(error: OSError) -> str:
    if error.errno in _FULL_ERRORS:
        return FULL
    where = str(error.filename or error.strerror)
    if error.errno in _READ_ONLY_ERRORS:
        return READ_ONLY.format(where=where)
    return f"The machine reports: {error.strerror} ({where}). Check the disk and the limits of the hub's processes."


def _sentence_of_driver(error: BaseException | None) -> str:
    code = str(getattr(error, "sqlstate", None) or "")
    if code:
        return next((sentence for start, sentence in _OF_POSTGRESQL.items() if code.startswith(start)), "")
    message = str(error).lower()
    return next((sentence for start, sentence in _OF_SQLITE.items() if message.startswith(start)), "")


def _first_line(error: BaseException) -> str:
    return (str(getattr(error, "orig", error)).strip().splitlines() or ["no connection"])[0].rstrip(".")
