"""ClamAV's daemon clamd: asks it to check the bytes of a file (INSTREAM), and for its version and signatures.

The protocol is that of clamd's manual page: a command between ``z`` and a zero byte; the content in chunks, each after
its length in four bytes, and a zero length at the end; an answer up to a zero byte.
"""

import re
import socket
import struct
from dataclasses import dataclass
from typing import IO

from hub.library.rules import ScanState

CHUNK = 1 << 18
CONNECT_TIMEOUT = 5.0  # seconds
SCAN_TIMEOUT = 300.0  # seconds without an answer; a large archive takes minutes
LONGEST_ANSWER = 4_000
LONGEST_NAME = 200
# What clamd calls a file that it couldn't check in full, with the setting AlertExceedsMax.
LIMITS = "Heuristics.Limits.Exceeded"


class ScannerDown(Exception):
    """The scanner can't be reached, or gives no verdict; its text says why."""


@dataclass(frozen=True)
class Verdict:
    """What the scanner says of a file: clean, infected (with the name of what it found), or too large to check."""

    state: ScanState
    signature: str = ""


def version(address: str, timeout: float = CONNECT_TIMEOUT) -> str:
    """Return the version of the scanner and its signatures, which changes when either does. Raises ScannerDown.

    ``timeout``: seconds to wait for the connection, and for the answer.
    """
    with _connected(address, timeout, connect_timeout=timeout) as connection:
        connection.sendall(b"zVERSION\0")
        answer = _answer(connection)
    if not answer.startswith("ClamAV"):
        raise ScannerDown(f"unexpected answer: {answer[:LONGEST_NAME]}")
    return answer[:LONGEST_NAME]


def check(address: str, file: IO[bytes]) -> Verdict:
    """Have a file checked. Raises ScannerDown when there is no verdict."""
    with _connected(address, SCAN_TIMEOUT) as connection:
        was_cut_off = False
        try:
            connection.sendall(b"zINSTREAM\0")
            while chunk := file.read(CHUNK):
                connection.sendall(struct.pack(">I", len(chunk)) + chunk)
            connection.sendall(struct.pack(">I", 0))
        except (BrokenPipeError, ConnectionResetError):
            was_cut_off = True  # over its limit, clamd answers and hangs up before it has read everything
        except OSError as error:
            raise ScannerDown(str(error)) from error
        return _verdict(_answer(connection, was_cut_off=was_cut_off))


def _connected(address: str, timeout: float, *, connect_timeout: float = CONNECT_TIMEOUT) -> socket.socket:
    """Return a connection to ``unix:/path`` or ``host:port``. Raises ScannerDown."""
    family, target = parsed(address)
    connection = socket.socket(family)
    try:
        connection.settimeout(connect_timeout)
        connection.connect(target)
        connection.settimeout(timeout)
    except OSError as error:
        connection.close()
        raise ScannerDown(str(error)) from error
    return connection


def parsed(address: str) -> tuple[socket.AddressFamily, str | tuple[str, int]]:
    """Return the family and target of a setting that was checked."""
    if address.startswith("unix:"):
        return socket.AF_UNIX, address.removeprefix("unix:")
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    is_v6 = ":" in host
    return (socket.AF_INET6 if is_v6 else socket.AF_INET), (host.strip("[]"), int(port))


def _answer(connection: socket.socket, *, was_cut_off: bool = False) -> str:
    """Return the answer without its zero byte. Raises ScannerDown when there is none."""
    answer = b""
    try:
        while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
            piece = connection.recv(LONGEST_ANSWER)
            if not piece:
                break
            answer += piece
    except OSError as error:
        if not answer:
            raise ScannerDown(str(error)) from error
    if not answer:
        raise ScannerDown("it hung up while it got the file" if was_cut_off else "it hung up without an answer")
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()


def _verdict(answer: str) -> Verdict:
    """Return the verdict in an answer: ``stream: OK``, ``stream: NAME FOUND``, or an error. Raises ScannerDown."""
    if answer == "stream: OK":
        return Verdict(ScanState.CLEAN)
    if answer.startswith("INSTREAM size limit exceeded"):
        return Verdict(ScanState.TOO_LARGE)
    match = re.fullmatch(r"stream: (.+) FOUND", answer)
    if match is None:
        raise ScannerDown(f"it answered: {answer[:LONGEST_NAME]}")
    if match[1].startswith(LIMITS):
        return Verdict(ScanState.TOO_LARGE, match[1][:LONGEST_NAME])
    return Verdict(ScanState.INFECTED, match[1][:LONGEST_NAME])
