"""Linux's Landlock: a process gives up access to all files except some, without needing any privilege.

An attacker who exploits a flaw in a parser can reach no database, no secret and no other document. The names and
numbers are those of `linux/landlock.h`; they are the same on every processor.
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
# The access rights of Landlock's versions 1, 2 and 3.
RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
REMOVE_FILE, MAKE_SOCKET = 1 << 5, 1 << 9
ALL = RIGHTS[max(RIGHTS)]
READ = EXECUTE | READ_FILE | READ_FOLDER
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | (1 << 14)


class Ruleset(ctypes.Structure):
    """`struct landlock_ruleset_attr`, with the fields of version 1."""

    _fields_ = (("handled", ctypes.c_uint64),)


class Beneath(ctypes.Structure):
    """`struct landlock_path_beneath_attr`."""

    _layout_ = "ms"  # the same as GCC's without bit fields; Python 3.14 asks for it where a structure is packed
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def read_only(readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """Permanently give up access to all files except these and their content; returns False without Landlock."""
    return restrict(ALL, [(readable, READ), (writable, ALL)])


def write_only(writable: Iterable[Path], sockets: Iterable[Path]) -> bool:
    """Permanently give up writing elsewhere; in the folders of `sockets`, only sockets can be created and deleted."""
    return restrict(ALL & ~READ, [(writable, ALL & ~READ), (sockets, REMOVE_FILE | MAKE_SOCKET)])


def restrict(rights: int, exceptions: Iterable[tuple[Iterable[Path], int]]) -> bool:
    """Give up the rights `rights` to all files, except for the paths and their rights in `exceptions`."""
    if not sys.platform.startswith("linux"):
        return False
    system = ctypes.CDLL(None, use_errno=True)
    version = system.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION)
    if version < 1:
        return False
    supported = rights & RIGHTS[min(version, max(RIGHTS))]
    rules = system.syscall(CREATE_RULESET, ctypes.byref(Ruleset(supported)), ctypes.c_size_t(ctypes.sizeof(Ruleset)), 0)
    if rules < 0:
        return False
    for paths, allowed in exceptions:
        for path in paths:
            allow(system, rules, path, allowed & supported)
    system.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    is_restricted = system.syscall(RESTRICT_SELF, rules, 0) == 0
    os.close(rules)
    return bool(is_restricted)


def allow(system: ctypes.CDLL, rules: int, path: Path, allowed: int) -> None:
    """Allow access to one file or folder, if it exists."""
    try:
        parent = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
    except OSError:
        return
    beneath = Beneath(allowed if path.is_dir() else allowed & FILE_RIGHTS, parent)
    system.syscall(ADD_RULE, rules, PATH_BENEATH, ctypes.byref(beneath), 0)
    os.close(parent)
