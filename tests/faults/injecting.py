"""Counts the calls that an action makes to the file system, the database and the mail server, and makes one of them fail.

Files: the functions of `os` and `open`, for paths below one folder. Database: SQLAlchemy's driver calls, before SQLAlchemy
wraps their errors; a PostgreSQL server fails itself. Mail: the socket of smtplib. SQLite's own files and child processes
aren't touched.
"""

import builtins
import errno
import io
import os
import smtplib
import socket
import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy.engine.default import DefaultDialect

from tests.faults import on_server

# The faults of each kind of call: numbers of the operating system, and messages of SQLite (sqlite3_errstr).
_FULL, _BROKEN, _LOCKED = "database or disk is full", "disk I/O error", "database is locked"
FAULTS: dict[str, tuple[int | str, ...]] = {
    "open": (errno.EMFILE, errno.EIO),
    "open to write": (errno.ENOSPC, errno.EMFILE, errno.EIO),
    "read": (errno.EIO,),
    "stat": (errno.EIO,),
    "list": (errno.EIO, errno.EMFILE),
    "write": (errno.ENOSPC, errno.EIO),
    "sync": (errno.EIO, errno.ENOSPC),
    "link": (errno.ENOSPC, errno.EIO),
    "unlink": (errno.EIO,),
    "connect": ("unable to open database file",),
    "begin": (_LOCKED, _BROKEN),
    "select": (_BROKEN,),
    "change": (_FULL, _BROKEN),
    "commit": (_FULL, _BROKEN, _LOCKED),
    "savepoint": (_FULL, _BROKEN),
    "send": (errno.ECONNRESET,),
    "receive": (errno.ECONNRESET,),
}
_SELECTS, _SAVEPOINTS = {"SELECT", "PRAGMA", "WITH", "SET", "SHOW"}, {"SAVEPOINT", "RELEASE", "ROLLBACK"}
_OF_FILES = {
    "mkdir": "link",
    "link": "link",
    "rename": "link",
    "replace": "link",
    "unlink": "unlink",
    "remove": "unlink",
    "rmdir": "unlink",
    "stat": "stat",
    "statvfs": "stat",
    "scandir": "list",
    "listdir": "list",
    "fsync": "sync",
    "posix_fallocate": "write",
}


def name_of(fault: int | str) -> str:
    """Return the name of a fault: ``ENOSPC``, or the database with its message."""
    if isinstance(fault, int):
        return errno.errorcode[fault]
    return fault if fault.startswith("PostgreSQL") else f"SQLite: {fault}"


class Injector:
    """Calls below ``folder``: `calls` has the kind of each. Number ``fails`` (from 1) of those of ``kind`` meets ``fault``.

    ``copy`` is the database, if it is one of PostgreSQL.
    """

    def __init__(
        self, folder: Path, copy: on_server.Copy | None, kind: str = "", fails: int = 0, fault: int | str = 0
    ) -> None:
        self.folder, self.copy, self.kind, self.fails, self.fault = str(folder.resolve()), copy, kind, fails, fault
        self.calls: list[str] = []
        self.is_on = True

    def meets(self, kind: str) -> bool:
        """Count a call; return True if it is the one that fails."""
        if self.is_on:
            self.calls.append(kind)
        return self.is_on and kind == self.kind and self.calls.count(kind) == self.fails

    @property
    def has_failed(self) -> bool:
        """Return True if the call that fails was reached."""
        return self.calls.count(self.kind) >= self.fails

    def call(self, kind: str, path: object = "") -> None:
        """Count a call; raises OSError if it is the one that fails."""
        if self.meets(kind):
            raise self.error(path)

    def error(self, path: object = "") -> OSError:
        """Return the error that the operating system would report."""
        number = cast(int, self.fault)
        return OSError(number, os.strerror(number), path if isinstance(path, str | os.PathLike) else None)

    def concerns(self, path: object) -> bool:
        """Return True if a path or a descriptor leads below the folder."""
        if isinstance(path, int):
            try:
                path = os.readlink(f"/proc/self/fd/{path}")  # noqa: PTH115 - as below
            except OSError:
                return False
        return isinstance(path, str | os.PathLike) and os.path.abspath(os.fspath(path)).startswith(self.folder)  # noqa: PTH100 - pathlib would call what is replaced

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Replace the calls, and put them back at the end."""
        with pytest.MonkeyPatch.context() as patch:
            self._install_files(patch)
            self._install_database(patch)
            socket_of = smtplib.SMTP._get_socket  # type: ignore[attr-defined]
            patch.setattr(smtplib.SMTP, "_get_socket", lambda smtp, *where: _watched(socket_of(smtp, *where), self))
            try:
                yield
            finally:
                self.is_on = False

    def _install_files(self, patch: pytest.MonkeyPatch) -> None:
        for name, kind in _OF_FILES.items():
            patch.setattr(os, name, self._around(getattr(os, name), kind))
        patch.setattr(os, "open", self._opening(os.open))
        patch.setattr(os, "write", self._writing(os.write))
        opened = _opener(self, open)
        patch.setattr(builtins, "open", opened)
        patch.setattr(io, "open", opened)

    def _around(self, real: Callable[..., Any], kind: str) -> Callable[..., Any]:
        def called(*given: Any, **named: Any) -> Any:
            if given and self.concerns(given[0]):
                self.call(kind, given[0])
            return real(*given, **named)

        return called

    def _opening(self, real: Callable[..., int]) -> Callable[..., int]:
        def called(path: Any, flags: int, *given: Any, **named: Any) -> int:
            if self.concerns(path):
                self.call("open to write" if flags & os.O_CREAT else "open", path)
            return real(path, flags, *given, **named)

        return called

    def _writing(self, real: Callable[[int, Any], int]) -> Callable[[int, Any], int]:
        def called(descriptor: int, data: Any) -> int:
            if self.concerns(descriptor) and self.meets("write"):
                real(descriptor, data[: len(data) // 2])
                raise self.error()
            return real(descriptor, data)

        return called

    def _install_database(self, patch: pytest.MonkeyPatch) -> None:
        connect = DefaultDialect.connect
        rollback: Callable[..., None] = DefaultDialect.do_rollback

        def connected(dialect: DefaultDialect, *given: Any, **named: Any) -> Any:
            if self.meets("connect"):
                raise on_server.refused() if self.copy else sqlite3.OperationalError(self.fault)
            return connect(dialect, *given, **named)

        def rolled_back(dialect: DefaultDialect, connection: Any) -> None:
            rollback(dialect, connection)
            if self.copy:
                self.copy.rolled_back(connection)

        patch.setattr(DefaultDialect, "connect", connected)
        patch.setattr(DefaultDialect, "do_commit", self._committing(DefaultDialect.do_commit))
        patch.setattr(DefaultDialect, "do_rollback", rolled_back)
        for name in ("do_execute", "do_executemany", "do_execute_no_params"):
            patch.setattr(DefaultDialect, name, self._executing(getattr(DefaultDialect, name)))

    def _committing(self, real: Callable[..., None]) -> Callable[..., None]:
        def called(dialect: DefaultDialect, connection: Any) -> None:
            fails = self.meets("commit")
            if fails and not self.copy:
                self._fail(connection)
            if fails and self.copy and self.fault != on_server.UNACKNOWLEDGED:
                self.copy.fail_commit(connection, str(self.fault))
            real(dialect, connection)
            if self.copy:
                self.copy.committed()
            if self.copy and self.fault == on_server.UNACKNOWLEDGED and fails:
                self.copy.lose_answer(connection)

        return called

    def _executing(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def called(dialect: DefaultDialect, cursor: Any, statement: str, *given: Any) -> Any:
            if self.meets(_kind_of(statement)):
                self._fail(cursor.connection)
            return real(dialect, cursor, statement, *given)

        return called

    def _fail(self, connection: Any) -> None:
        """Fail as SQLite does: with these two faults it also rolls the transaction back (sqlite.org/lang_transaction).

        On PostgreSQL, raise the server's error, or let it end the connection.
        """
        if self.copy:
            self.copy.fail(connection, str(self.fault))
            return
        if self.fault in {_FULL, _BROKEN}:
            connection.rollback()
        raise sqlite3.OperationalError(self.fault)


def _kind_of(statement: str) -> str:
    word = statement.split(maxsplit=1)[0].upper()
    if word in _SAVEPOINTS:
        return "savepoint"
    return "begin" if word == "BEGIN" else "select" if word in _SELECTS else "change"


class WatchedFile(io.FileIO):
    """A file whose reads and writes are counted; a write that fails has written half."""

    injector: Injector

    def write(self, data: Any) -> int:
        """Write, or fail."""
        if self.injector.meets("write"):
            super().write(bytes(data)[: len(data) // 2])
            raise self.injector.error()
        return super().write(data)

    def readinto(self, buffer: Any) -> int:
        """Read, or fail."""
        self.injector.call("read")
        return cast(int, super().readinto(buffer))

    def readall(self) -> bytes:
        """Read all, or fail."""
        self.injector.call("read")
        return super().readall()


def _opener(injector: Injector, real: Callable[..., Any]) -> Callable[..., Any]:
    def opened(
        file: Any, mode: str = "r", buffering: int = -1, encoding: str | None = None, errors: str | None = None,
        newline: str | None = None, closefd: bool = True, opener: Any = None,
    ) -> Any:  # fmt: skip
        if opener or not injector.is_on or not injector.concerns(file):
            return real(file, mode, buffering, encoding, errors, newline, closefd, opener)
        if not isinstance(file, int):
            injector.call("open to write" if set(mode) & set("wxa+") else "open", file)
        raw = WatchedFile(file, mode.replace("b", "").replace("t", ""), closefd)
        raw.injector = injector
        if buffering == 0:
            return raw
        if "+" in mode:
            buffered: Any = io.BufferedRandom(raw)
        else:
            buffered = io.BufferedReader(raw) if "r" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)

    return opened


class WatchedSocket(socket.socket):
    """A connection to the mail server whose sends and receives are counted; one that fails is really reset."""

    injector: Injector

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send, or be reset."""
        self._call("send")
        super().sendall(data, flags)

    def recv_into(self, *given: Any) -> int:
        """Receive, or be reset."""
        self._call("receive")
        return super().recv_into(*given)

    def _call(self, kind: str) -> None:
        if self.injector.meets(kind):
            self.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.shutdown(socket.SHUT_RDWR)
            raise self.injector.error()


def _watched(connection: socket.socket, injector: Injector) -> socket.socket:
    timeout = connection.gettimeout()
    watched = WatchedSocket(fileno=connection.detach())
    watched.settimeout(timeout)
    watched.injector = injector
    return watched
