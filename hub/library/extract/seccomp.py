"""Linux's seccomp filter: a process gives up system calls that it doesn't need, without needing any privilege.

Landlock and namespaces limit what a process reaches by name. The filter takes away what has no name: sockets,
signals, new processes, tracing, kernel interfaces that had flaws. The numbers are those of `linux/filter.h`,
`linux/seccomp.h` and the processor's table of system calls; on other processors there is no filter.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable

NO_NEW_PRIVILEGES, SET_SECCOMP, GET_SECCOMP = 38, 22, 21
FILTER_MODE = 2

LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, JUMP_IF_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000
NUMBER, PROCESSOR, ARGUMENTS = 0, 4, 16  # offsets in `struct seccomp_data`
OTHER_TABLE = 0x40000000  # x86-64 numbers from here on belong to the table of x32
NEW_THREAD = 0x10000
UNIX = 1
LARGEST_IN_32_BITS = 2**31 - 1

# The processor as the kernel calls it, and its numbers.
PROCESSORS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X86_64 = {
    "socket": 41,
    "connect": 42,
    "accept": 43,
    "sendto": 44,
    "sendmsg": 46,
    "bind": 49,
    "listen": 50,
    "socketpair": 53,
    "clone": 56,
    "fork": 57,
    "vfork": 58,
    "execve": 59,
    "kill": 62,
    "accept4": 288,
    "sendmmsg": 307,
    "tkill": 200,
    "tgkill": 234,
    "rt_sigqueueinfo": 129,
    "rt_tgsigqueueinfo": 297,
    "execveat": 322,
    "prlimit64": 302,
    "shmget": 29,
    "semget": 64,
    "msgget": 68,
    "mq_open": 240,
    "ptrace": 101,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "mount": 165,
    "umount2": 166,
    "pivot_root": 155,
    "chroot": 161,
    "unshare": 272,
    "setns": 308,
    "bpf": 321,
    "perf_event_open": 298,
    "add_key": 248,
    "request_key": 249,
    "keyctl": 250,
    "userfaultfd": 323,
    "open_by_handle_at": 304,
    "init_module": 175,
    "finit_module": 313,
    "delete_module": 176,
    "kexec_load": 246,
}
AARCH64 = {
    "socket": 198,
    "connect": 203,
    "accept": 202,
    "sendto": 206,
    "sendmsg": 211,
    "bind": 200,
    "listen": 201,
    "socketpair": 199,
    "clone": 220,
    "execve": 221,
    "kill": 129,
    "accept4": 242,
    "sendmmsg": 269,
    "tkill": 130,
    "tgkill": 131,
    "rt_sigqueueinfo": 138,
    "rt_tgsigqueueinfo": 240,
    "execveat": 281,
    "prlimit64": 261,
    "shmget": 194,
    "semget": 190,
    "msgget": 186,
    "mq_open": 180,
    "ptrace": 117,
    "process_vm_readv": 270,
    "process_vm_writev": 271,
    "mount": 40,
    "umount2": 39,
    "pivot_root": 41,
    "chroot": 51,
    "unshare": 97,
    "setns": 268,
    "bpf": 280,
    "perf_event_open": 241,
    "add_key": 217,
    "request_key": 218,
    "keyctl": 219,
    "userfaultfd": 282,
    "open_by_handle_at": 265,
    "init_module": 105,
    "finit_module": 273,
    "delete_module": 106,
    "kexec_load": 104,
}
# Newer system calls have the same number on every processor.
COMMON = {
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsmount": 432,
    "pidfd_open": 434,
    "clone3": 435,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "mount_setattr": 442,
}
NUMBERS = {"x86_64": X86_64 | COMMON, "aarch64": AARCH64 | COMMON}

KERNEL = (
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "mount", "umount2", "pivot_root", "chroot"),
    *("unshare", "setns", "bpf", "perf_event_open", "add_key", "request_key", "keyctl", "userfaultfd"),
    *("open_by_handle_at", "init_module", "finit_module", "delete_module", "kexec_load", "io_uring_setup"),
    *("io_uring_enter", "io_uring_register", "open_tree", "move_mount", "fsopen", "fsmount", "mount_setattr"),
    *("shmget", "semget", "msgget", "mq_open", "pidfd_getfd"),
)
SIGNALS = ("kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open", "pidfd_send_signal")
PROCESSES = ("fork", "vfork", "execve", "execveat")
SOCKETS = ("socket", "socketpair", "connect", "accept", "accept4", "bind", "listen", "sendto", "sendmsg", "sendmmsg")
# A process that keeps its own sockets can't reach those of others.
CONTACTS = ("connect", "sendmsg", "sendmmsg")

Step = tuple[int, int, int, int]  # what to do, how far to jump if true and if false, a number


class Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def is_available() -> bool:
    """Return True if this kernel and processor have the filter."""
    is_known = (
        platform.machine() in PROCESSORS and sys.maxsize > LARGEST_IN_32_BITS
    )  # 32-bit programs have other numbers
    if not sys.platform.startswith("linux") or not is_known:
        return False
    return bool(ctypes.CDLL(None, use_errno=True).prctl(GET_SECCOMP, 0, 0, 0, 0) >= 0)


def reader_filter() -> bytes:
    """Return the filter for a process that only parses a file: no socket, signal, other process or program."""
    return program(
        *denied((*KERNEL, *SIGNALS, *PROCESSES, *SOCKETS)),
        *denied(("clone3",), errno.ENOSYS),  # the C library then starts its threads with clone
        unless_set("clone", 0, NEW_THREAD),
        unless_equal("tgkill", 0, os.getpid()),  # a process that aborts signals itself
        unless_equal("prlimit64", 0, 0),
    )


def program_filter() -> bytes:
    """Return the filter for a program that only reads a file: that of a reader, but set before the program starts."""
    return program(
        *denied((*KERNEL, *SIGNALS, *SOCKETS, "fork", "vfork")),
        *denied(("clone3",), errno.ENOSYS),
        unless_set("clone", 0, NEW_THREAD),
        unless_equal("tgkill", 0, os.getpid()),  # the program keeps the process's id
        unless_equal("prlimit64", 0, 0),
    )


def office_filter(*, is_alone: bool) -> bytes:
    """Return the filter for LibreOffice, which starts processes and has a socket of its own.

    ``is_alone``: it is in its own process and network namespaces, where no one else can be reached.
    """
    others = () if is_alone else (*denied((*SIGNALS, "tgkill", *CONTACTS)), unless_equal("sendto", 4, 0))
    return program(*denied(KERNEL), unless_equal("socket", 0, UNIX), unless_equal("prlimit64", 0, 0), *others)


def restrict_calls(steps: bytes) -> bool:
    """Permanently put this process and what it starts under a filter; returns False where that isn't possible."""
    system = ctypes.CDLL(None, use_errno=True)
    system.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    filter_program = Program(len(steps) // 8, steps)
    return bool(system.prctl(SET_SECCOMP, FILTER_MODE, ctypes.byref(filter_program), 0, 0) == 0)


def program(*blocks: list[Step]) -> bytes:
    """Return the blocks as the kernel reads them: calls of another table fail, and calls in no block are allowed."""
    machine = platform.machine()
    start = [
        (LOAD, 0, 0, PROCESSOR),
        (JUMP_IF_EQUAL, 1, 0, PROCESSORS[machine]),
        (RETURN, 0, 0, FAIL | errno.EPERM),
        (LOAD, 0, 0, NUMBER),
    ]
    if machine == "x86_64":
        start += [(JUMP_IF_AT_LEAST, 0, 1, OTHER_TABLE), (RETURN, 0, 0, FAIL | errno.EPERM)]
    steps = [*start, *(step for block in blocks for step in block), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def denied(names: Iterable[str], error: int = errno.EPERM) -> list[list[Step]]:
    """Return a block for each of the system calls that makes it fail with ``error``; some processors lack a few."""
    numbers = NUMBERS[platform.machine()]
    return [[(JUMP_IF_EQUAL, 0, 1, numbers[name]), (RETURN, 0, 0, FAIL | error)] for name in names if name in numbers]


def unless_equal(name: str, argument: int, value: int) -> list[Step]:
    """Return a block that lets a system call fail unless this argument (from 0) has this value of up to 32 bits."""
    number, place = NUMBERS[platform.machine()][name], ARGUMENTS + 8 * argument
    return [
        (JUMP_IF_EQUAL, 0, 6, number),
        (LOAD, 0, 0, place),
        (JUMP_IF_EQUAL, 0, 3, value),
        (LOAD, 0, 0, place + 4),
        (JUMP_IF_EQUAL, 0, 1, 0),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, FAIL | errno.EPERM),
    ]


def unless_set(name: str, argument: int, bits: int) -> list[Step]:
    """Return a block that lets a system call fail unless this argument (from 0) has one of these bits."""
    number, place = NUMBERS[platform.machine()][name], ARGUMENTS + 8 * argument
    return [
        (JUMP_IF_EQUAL, 0, 4, number),
        (LOAD, 0, 0, place),
        (JUMP_IF_SET, 1, 0, bits),
        (RETURN, 0, 0, FAIL | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
    ]
