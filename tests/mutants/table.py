"""Reads the mutations from TOML files, one for each room.

Mutations name only the function of a test; its file is looked up, so that tests can move.
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
    """A bug to plant: ``old``, which occurs once in ``file``, becomes ``new``, and one of ``tests`` must fail."""

    name: str  # a sentence that describes the bug
    file: str
    old: str
    new: str
    tests: tuple[str, ...]  # names of test functions

    def planted(self, text: str) -> str:
        """Return the file's text with the bug; raises ValueError unless ``old`` occurs exactly once."""
        count = text.count(self.old)
        if count != 1:
            message = f"The old text occurs {count} times in {self.file}."
            raise ValueError(message)
        return text.replace(self.old, self.new)


def all_mutations() -> list[Mutation]:
    """Return all mutations, sorted by room."""
    return [
        Mutation(row["name"], row["file"], row["old"], row["new"], tuple(row["tests"]))
        for path in sorted(FOLDER.glob("*.toml"))
        for row in tomllib.loads(path.read_text(encoding="utf-8"))["mutation"]
    ]


@cache
def _test_files() -> Mapping[str, Sequence[str]]:
    """Return the files that define each test function, relative to the project's root."""
    files: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                files[node.name].append(path.relative_to(ROOT).as_posix())
    return files


def node_id(test: str) -> str:
    """Return the pytest node id of a test function; raises ValueError unless exactly one file defines it."""
    files = _test_files().get(test, [])
    if len(files) != 1:
        message = f"{test} is defined in {len(files)} files: {', '.join(files) or 'none'}."
        raise ValueError(message)
    return f"{files[0]}::{test}"
