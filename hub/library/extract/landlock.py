"""Linux's Landlock: a process gives up all files but the named ones, and needs no privilege for it.

Whoever takes over a parser through a flaw in it finds no database, no secret and no other document. The names
and numbers here are those of `linux/landlock.h`; they are the same on every processor.
"""

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
PATH_BENEATH = 1
NO_NEW_PRIVILEGES = 38

EXECUTE, WRITE_FILE, READ_FILE, READ_FOLDER = (1 << place for place in range(4))
# What every version knows, and what the second and the third know besides.
RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
REMOVE_FILE, MAKE_SOCKET = 1 << 5, 1 << 9
ALL = RIGHTS[max(RIGHTS)]
READ = EXECUTE | READ_FILE | READ_FOLDER
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | (1 << 14)


class Ruleset(ctypes.Structure):
    """`struct landlock_ruleset_attr`, as far as the first version knows it."""

    _fields_ = (("handled", ctypes.c_uint64),)


class Beneath(ctypes.Structure):
    """`struct landlock_path_beneath_attr`."""

    _layout_ = "ms"  # the same as GCC's without bit fields; Python 3.14 asks for it where a structure is packed
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def read_only(readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """Gives up all files but these and what is in them, for good; False where the system has no Landlock."""
    return keep(ALL, [(readable, READ), (writable, ALL)])


def write_only(writable: Iterable[Path], sockets: Iterable[Path]) -> bool:
    """Gives up writing anywhere else, for good; in the folders of `sockets` only sockets may come and go."""
    return keep(ALL & ~READ, [(writable, ALL & ~READ), (sockets, REMOVE_FILE | MAKE_SOCKET)])


def keep(given_up: int, exceptions: Iterable[tuple[Iterable[Path], int]]) -> bool:
    """Gives up those rights to all files, but for these rights to these paths and what is in them."""
    if not sys.platform.startswith("linux"):
        return False
    system = ctypes.CDLL(None, use_errno=True)
    version = system.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION)
    if version < 1:
        return False
    known = given_up & RIGHTS[min(version, max(RIGHTS))]
    rules = system.syscall(CREATE_RULESET, ctypes.byref(Ruleset(known)), ctypes.c_size_t(ctypes.sizeof(Ruleset)), 0)
    if rules < 0:
        return False
    for paths, allowed in exceptions:
        for path in paths:
            allow(system, rules, path, allowed & known)
    system.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    kept = system.syscall(RESTRICT_SELF, rules, 0) == 0
    os.close(rules)
    return bool(kept)


def allow(system: ctypes.CDLL, rules: int, path: Path, allowed: int) -> None:
    """Keeps one file or folder, if it is there."""
    try:
        parent = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
    except OSError:
        return
    beneath = Beneath(allowed if path.is_dir() else allowed & FILE_RIGHTS, parent)
    system.syscall(ADD_RULE, rules, PATH_BENEATH, ctypes.byref(beneath), 0)
    os.close(parent)
