"""Linux's Landlock: a process gives up access to all files except some, without needing any privilege.

An attacker who exploits a flaw in a parser can reach no database, no secret and no other document. Newer kernels also
take away TCP connections (version 4), and sockets and signals of other processes (version 6). The names and numbers
are those of `linux/landlock.h`; they are the same on every processor.
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
# The access rights to files of Landlock's versions: 2 adds moving, 3 truncating, 5 the control of devices.
RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
NETWORK_VERSION, SCOPE_VERSION = 4, 6
REMOVE_FILE, MAKE_SOCKET = 1 << 5, 1 << 9
ALL = RIGHTS[max(RIGHTS)]
READ = EXECUTE | READ_FILE | READ_FOLDER
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | (1 << 14) | (1 << 15)
BIND_AND_CONNECT = 0b11
ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


class Ruleset(ctypes.Structure):
    """`struct landlock_ruleset_attr`, with the fields of version 6."""

    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class Beneath(ctypes.Structure):
    """`struct landlock_path_beneath_attr`."""

    _layout_ = "ms"  # the same as GCC's without bit fields; Python 3.14 asks for it where a structure is packed
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """Return the version of this kernel's Landlock; 0 without it."""
    if not sys.platform.startswith("linux"):
        return 0
    system = ctypes.CDLL(None, use_errno=True)
    return max(0, int(system.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION)))


def only(readable: Iterable[Path], writable: Iterable[Path], sockets: Iterable[Path] = ()) -> bool:
    """Permanently give up access to all files except these and their content; returns False without Landlock.

    In the folders of ``sockets``, only sockets can be created and deleted. Where the kernel can, TCP, abstract sockets
    and signals to other processes are given up too.
    """
    current = version()
    if not current:
        return False
    system = ctypes.CDLL(None, use_errno=True)
    supported = max(rights for since, rights in RIGHTS.items() if since <= current)
    ruleset = Ruleset(
        supported,
        BIND_AND_CONNECT if current >= NETWORK_VERSION else 0,
        ABSTRACT_SOCKETS_AND_SIGNALS if current >= SCOPE_VERSION else 0,
    )
    # An older kernel knows a shorter structure, and refuses a longer one only if its rest isn't zero.
    rules = system.syscall(CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(ctypes.sizeof(ruleset)), 0)
    if rules < 0:
        return False
    for paths, allowed in ((readable, READ), (writable, ALL), (sockets, REMOVE_FILE | MAKE_SOCKET)):
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
