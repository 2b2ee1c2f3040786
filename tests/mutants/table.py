"""The table of mutations: one TOML file for each room, read into values.

Tests are named by their function alone, and their file is looked up: a test may move without a change here.
"""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Mutation:
    """A mistake to plant: ``old`` occurs once in ``file`` and becomes ``new``; one of ``tests`` must then fail."""

    name: str  # a sentence that says what is wrong
    file: str
    old: str
    new: str
    tests: tuple[str, ...]  # names of test functions

    def planted(self, text: str) -> str:
        """Return the file's text with the mistake in it; raises ValueError when ``old`` isn't there exactly once."""
        count = text.count(self.old)
        if count != 1:
            message = f"The old text occurs {count} times in {self.file}."
            raise ValueError(message)
        return text.replace(self.old, self.new)


def all_mutations() -> list[Mutation]:
    """Return every mutation of the table, by room."""
    return [
        Mutation(row["name"], row["file"], row["old"], row["new"], tuple(row["tests"]))
        for path in sorted(FOLDER.glob("*.toml"))
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["mutation"]
    ]


@cache
def _test_files() -> Mapping[str, Sequence[str]]:
    """Return the files, from the root of the project, that define each test function."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found[node.name].append(path.relative_to(ROOT).as_posix())
    return found


def node_id(test: str) -> str:
    """Return what pytest calls a test function; raises ValueError unless exactly one file defines it."""
    files = _test_files().get(test, [])
    if len(files) != 1:
        message = f"{test} is defined in {len(files)} files: {', '.join(files) or 'none'}."
        raise ValueError(message)
    return f"{files[0]}::{test}"
