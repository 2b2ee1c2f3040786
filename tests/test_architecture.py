"""Docs stay correct: files that they name exist, and so do functions that docs/architecture.md names."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from config import ROOT

PAGE = ROOT / "docs" / "architecture.md"
DOCUMENTS = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")), *(ROOT / "docs").rglob("*.md")]
FOLDERS = ("hub/", "tests/", "templates/", "static/", "docs/", "bench/", ".ci/")
A_PATH_IN_WORDS = re.compile(r"\b(?:hub|tests|templates|static|docs|bench)/[\w/-]+\.\w+")
LAYERS = ("rules", "models", "queries", "actions", "forms", "routes", "letters", "reports")
A_FILE = re.compile(r"[\w./-]+\.(?:py|md|toml|html)")
A_MODULE = re.compile(r"hub/[\w/]+\.py|config\.py")
A_NAME = re.compile(r"@?[A-Za-z_]\w*(?:\.\w+)*")


def _lines() -> list[str]:
    """Return the lines of the page, without diagrams."""
    return re.sub(r"```.*?```", "", PAGE.read_text(), flags=re.DOTALL).splitlines()


def _is_path(words: str) -> bool:
    return words.startswith(FOLDERS) or A_FILE.fullmatch(words) is not None


@cache
def _defined_in(path: Path) -> frozenset[str]:
    """Return the names that a file defines: functions, classes, variables, and keys of dictionaries."""
    return frozenset(_names(ast.parse(path.read_text())))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Dict(keys=keys):
                yield from (key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str))


@cache
def _known() -> frozenset[str]:
    """Return all names that a line without a file may use: definitions, modules, rooms, markers, aliases."""
    files = [*(ROOT / "hub").rglob("*.py"), ROOT / "config.py", ROOT / "tests" / "conftest.py"]
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in files]
    aliases = {f"{names[-1]}_{names[-2]}" for names in parts if len(names) > 1 and names[-2] in LAYERS}
    aliases |= {f"{names[-2]}_{names[-1]}" for names in parts if len(names) > 1 and names[-1] in LAYERS}
    markers = re.findall(r'"(\w+): ', (ROOT / "pyproject.toml").read_text())
    return frozenset({name for names in parts for name in names} | aliases | set(markers)).union(
        *map(_defined_in, files)
    )


def _spans(line: str) -> list[str]:
    return re.findall(r"`([^`]+)`", line)


def test_every_path_that_the_page_names_exists() -> None:
    paths = {words for line in _lines() for words in _spans(line) if _is_path(words)}
    assert len(paths) > 50
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_every_name_is_defined_in_the_file_that_its_line_names() -> None:
    undefined = []
    named = 0
    for line in _lines():
        files = [ROOT / words for words in _spans(line) if A_MODULE.fullmatch(words)]
        defined = frozenset().union(*map(_defined_in, files)) if files else _known()
        names = [words for words in _spans(line) if A_NAME.fullmatch(words) and not _is_path(words)]
        named += len(names)
        undefined += [f"{name}: {line[:80]}" for name in names if name.rpartition(".")[2].lstrip("@") not in defined]
    assert named > 100
    assert undefined == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_file_that_a_document_names_or_links_to_exists(document: Path) -> None:
    words = document.read_text()
    spans = [span for line in words.splitlines() for span in _spans(line)]
    named = [ROOT / path for span in spans for path in A_PATH_IN_WORDS.findall(span)]
    linked = [document.parent / link for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", words)]
    assert [str(path) for path in (*named, *linked) if not path.exists()] == []


@pytest.mark.parametrize("room", [path.name for path in (ROOT / "hub").iterdir() if (path / "__init__.py").exists()])
def test_every_room_is_introduced(room: str) -> None:
    assert f"| `hub/{room}/` |" in PAGE.read_text()
