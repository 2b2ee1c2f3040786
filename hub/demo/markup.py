r"""The small markup language of the demo texts, and its parser.

| a line that begins with | is |
|---|---|
| ``# `` or ``## `` | a heading; in a deck ``# `` begins a slide, in a workbook a sheet |
| ``- `` | a bulleted item |
| ``1. `` | a numbered item |
| ``\|`` | a table row; the first row is the header |
| ``> `` | a speaker's note in a deck, a call-out elsewhere |
| ``@ `` | a chart: ``@ bar \| Title \| Label=3 \| Other=4`` (or ``line``) |
| ``---`` | a new page |

Everything else is a paragraph; its lines are joined up to the next blank line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

BlockKind = Literal["heading", "paragraph", "bullets", "numbers", "table", "note", "chart", "break"]

_ITEM = re.compile(r"(- |\d+\. |> )(.*)")
_KINDS: dict[str, BlockKind] = {"- ": "bullets", "> ": "note"}


@dataclass(slots=True)
class Block:
    """One block of a text. ``lines`` are its paragraphs or items; ``rows`` are the cells of a table or chart."""

    kind: BlockKind
    lines: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    level: int = 0

    @property
    def text(self) -> str:
        """All lines, joined with spaces."""
        return " ".join(self.lines)


@dataclass(slots=True)
class Section:
    """A top-level heading and the blocks under it; the first section of a text has no title."""

    title: str
    blocks: list[Block] = field(default_factory=list)


def blocks(text: str) -> list[Block]:
    """Return the blocks of ``text``, in order."""
    result: list[Block] = []
    for chunk in re.split(r"\n\s*\n", text.strip()):
        result.extend(_chunk(chunk.splitlines()))
    return _merged(result)


def sections(text: str) -> list[Section]:
    """Return ``text`` split at its top-level headings, without page breaks."""
    result = [Section("")]
    for block in blocks(text):
        if block.kind == "heading" and block.level == 1:
            result.append(Section(block.text))
        elif block.kind != "break":
            result[-1].blocks.append(block)
    return result


def _chunk(lines: list[str]) -> Iterator[Block]:
    current: Block | None = None
    for line in (line.strip() for line in lines):
        started = _started(line)
        if started is None and current is not None and current.kind not in {"heading", "table", "chart"}:
            current.lines[-1] = f"{current.lines[-1]} {line}"
        elif started and current and started.kind == current.kind and started.kind != "heading":
            current.lines += started.lines
            current.rows += started.rows
        else:
            current = started or Block("paragraph", [line])
            yield current


def _started(line: str) -> Block | None:
    """Return the block that ``line`` starts, or None if it continues the previous one."""
    if line == "---":
        return Block("break")
    if line.startswith("#"):
        marks, _, title = line.partition(" ")
        return Block("heading", [title], level=len(marks))
    if line.startswith("|"):
        return Block("table", rows=[[cell.strip() for cell in line.strip("|").split("|")]])
    if line.startswith("@ "):
        kind, title, *points = (part.strip() for part in line[2:].split("|"))
        return Block("chart", [kind, title], [list(point.rpartition("=")[::2]) for point in points])
    if match := _ITEM.match(line):
        return Block(_KINDS.get(match[1], "numbers"), [match[2]])
    return None


def _merged(separate: list[Block]) -> list[Block]:
    """Join lists that only a blank line separates."""
    result: list[Block] = []
    for block in separate:
        same = result and result[-1].kind == block.kind
        if same and block.kind in {"bullets", "numbers", "note"}:
            result[-1].lines += block.lines
        else:
            result.append(block)
    return result
