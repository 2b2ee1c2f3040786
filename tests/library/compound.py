"""Compound files, such as messages saved by Outlook, written for tests ([MS-CFB], without anything optional)."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

SECTOR, SMALL, CUTOFF = 512, 64, 4_096
FREE, END, FAT_SECTOR, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
STORAGE, STREAM, ROOT = 1, 2, 5

Tree = Mapping[str, Any]  # names with bytes or with a Tree


@dataclass
class Entry:
    """A folder or stream in the directory."""

    name: str
    kind: int
    content: bytes = b""
    right: int = NONE
    child: int = NONE
    start: int = END


@dataclass
class Chains:
    """Sectors of one size, and the table that says which follows which."""

    size: int
    table: list[int] = field(default_factory=list)
    content: bytearray = field(default_factory=bytearray)

    def add(self, content: bytes) -> int:
        """Add a stream; returns its first sector."""
        count = -(-len(content) // self.size)
        start = len(self.table)
        self.table += [*range(start + 1, start + count), END]
        self.content += content.ljust(count * self.size, b"\0")
        return start


def compound(path: Path, tree: Tree) -> Path:
    """Write a compound file with these folders and streams."""
    entries = [Entry("Root Entry", ROOT)]
    add_entries(entries, 0, tree)
    large, small = Chains(SECTOR), Chains(SMALL)
    for entry in entries[1:]:
        if entry.kind == STREAM and entry.content:
            entry.start = (large if len(entry.content) >= CUTOFF else small).add(entry.content)
    entries[0].content = bytes(small.content)
    entries[0].start = large.add(entries[0].content) if small.content else END
    table = struct.pack(f"<{len(small.table)}I", *small.table)
    small_start = large.add(table.ljust(-(-len(table) // SECTOR) * SECTOR, b"\xff")) if table else END
    directory_start = large.add(b"".join(map(directory_entry, entries)))
    count = 1
    while count * (SECTOR // 4) < len(large.table) + count:
        count += 1
    fat_start = len(large.table)
    fat = [*large.table, *[FAT_SECTOR] * count]
    fat += [FREE] * (count * (SECTOR // 4) - len(fat))
    head = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, 0, count, directory_start, 0, CUTOFF),
        *(small_start, -(-len(table) // SECTOR), END, 0),
    )
    places = [*range(fat_start, fat_start + count), *[FREE] * (109 - count)]
    path.write_bytes(head + struct.pack("<109I", *places) + large.content + struct.pack(f"<{len(fat)}I", *fat))
    return path


def add_entries(entries: list[Entry], parent: int, tree: Tree) -> None:
    """Add the folders and streams of a folder; each points to the next one."""
    places = []
    for name, content in tree.items():
        places.append(len(entries))
        is_stream = isinstance(content, bytes)
        entries.append(Entry(name, STREAM if is_stream else STORAGE, content if is_stream else b""))
        if not is_stream:
            add_entries(entries, places[-1], content)
    if places:
        entries[parent].child = places[0]
    for place, following in pairwise(places):
        entries[place].right = following


def directory_entry(entry: Entry) -> bytes:
    """Return an entry of the directory as bytes."""
    name = (entry.name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sI8x8xIII",
        *(name, len(name), entry.kind, 1, NONE, entry.right, entry.child, bytes(16), 0),
        *(entry.start, len(entry.content), 0),
    )


def cut_off(path: Path, start: bytes) -> None:
    """End the large stream that begins with ``start`` after its first sector, in the table of sectors."""
    content = bytearray(path.read_bytes())
    sector = content.index(start) // SECTOR - 1
    (table,) = struct.unpack_from("<I", content, 76)
    struct.pack_into("<I", content, (table + 1) * SECTOR + 4 * sector, END)
    path.write_bytes(content)


def text(number: int, value: str) -> dict[str, bytes]:
    """Return a text of a message as a stream."""
    return {f"__substg1.0_{number:04X}001F": value.encode("utf-16-le")}


def binary(number: int, value: bytes) -> dict[str, bytes]:
    """Return bytes of a message as a stream."""
    return {f"__substg1.0_{number:04X}0102": value}


def fixed(offset: int, values: Mapping[int, int] | None = None) -> dict[str, bytes]:
    """Return the stream with the values of a fixed size, which begin at ``offset``."""
    each = (struct.pack("<HHIQ", 3, number, 6, value) for number, value in (values or {}).items())
    return {"__properties_version1.0": bytes(offset) + b"".join(each)}


def file_time(moment: datetime) -> int:
    """Return a moment as Windows counts it."""
    return int((moment - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
