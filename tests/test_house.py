"""Rules for source files: length, names of modules, contents of packages."""

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path

from config import ROOT
from tests.lint import lengths

PYTHON = ("hub", "tests", "bench", "config.py")
PAGES = ("templates", "static")
GENERATED = ROOT / "hub" / "migrations" / "versions"  # written by Alembic
SUFFIXES = {".py", *lengths.SUFFIXES}
LONGEST_FUNCTION = 45

# Layers of a room: their modules are imported as `<subject>_<layer>`, or `<room>_<layer>` where one file is enough.
LAYERS = {"actions", "queries", "rules", "routes", "forms", "models", "reports", "letters"}


def _files(suffixes: Collection[str], *places: str) -> Iterator[Path]:
    """Yield the files in these places with one of the suffixes, except generated ones."""
    for place in places:
        for path in sorted((ROOT / place).rglob("*")) if (ROOT / place).is_dir() else [ROOT / place]:
            if path.suffix in suffixes and GENERATED not in path.parents:
                yield path


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_longer_than_400_lines() -> None:
    counts = {_name(path): len(path.read_text().splitlines()) for path in _files(SUFFIXES, *PYTHON, *PAGES)}
    assert counts
    too_long = {name: count for name, count in counts.items() if count > lengths.LONGEST}
    assert not too_long, "split these by subject"


def test_no_function_is_longer_than_45_lines() -> None:
    too_long = {
        f"{_name(path)}::{node.name}": node.end_lineno - node.lineno + 1
        for path in _files({".py"}, *PYTHON)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    }
    assert not too_long, "move parts of these into functions of their own"


# How a date for people is put together; ISO 8601 (%Y-%m-%d, %H:%M) is for machines, and numbers have commas.
HAND_MADE = re.compile(r"%-?[aAbBcIpx]\b|:,[}]|:,[.]\df?[}]")
DATE_FIELDS = {"DateField", "DateTimeField", "DateTimeLocalField", "TimeField"}


def test_dates_times_and_numbers_are_written_by_one_function_each() -> None:
    hand_made = {
        f"{_name(path)}:{number}: {line.strip()}"
        for path in _files({".py", ".html"}, "hub", "templates")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if HAND_MADE.search(line) and _name(path) != "hub/core/dates.py"
    }
    assert not hand_made, "use the functions of hub/core/dates.py"


def test_every_form_reads_dates_with_the_fields_that_accept_american_and_iso_forms() -> None:
    imported = {
        f"{_name(path)}: {alias.name}"
        for path in _files({".py"}, "hub")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "wtforms" and _name(path) != "hub/core/fields.py"
        for alias in node.names
        if alias.name in DATE_FIELDS
    }
    assert not imported, "use the fields of hub/core/fields.py"


def _modules() -> set[str]:
    """Return the names of the hub's modules and packages."""
    paths = (path.relative_to(ROOT).with_suffix("") for path in _files({".py"}, "hub"))
    return {".".join(path.parts).removesuffix(".__init__") for path in paths}


def _name_of(module: str) -> str:
    """Return the name that a module is imported as: ``hub.search.rules.words`` as ``words_rules``."""
    *_, parent, own = module.split(".")
    if parent in LAYERS:
        return f"{own}_{parent}"
    return f"{parent}_{own}" if own in LAYERS else own


def _imported_whole() -> Iterator[tuple[str, str, Path]]:
    """Yield imports of whole modules: the module, its name in the importing file, and that file."""
    modules = _modules()
    for path in _files({".py"}, *PYTHON):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if (module := f"{node.module}.{alias.name}") in modules:
                        yield module, alias.asname or alias.name, path


def test_a_module_is_imported_under_one_name_everywhere() -> None:
    expected = {module: _name_of(module) for module in _modules() if "." in module}
    wrong_names = [
        f"{_name(path)}: {module} as {name}" for module, name, path in _imported_whole() if name != expected[module]
    ]
    assert wrong_names == []


def test_no_name_refers_to_two_modules() -> None:
    modules: dict[str, set[str]] = defaultdict(set)
    for module, name, _path in _imported_whole():
        modules[name].add(module)
    assert {name: several for name, several in modules.items() if len(several) > 1} == {}


def test_a_package_has_a_docstring_and_no_code() -> None:
    for path in _files({".py"}, "hub"):
        if path.name == "__init__.py":
            first, *others = ast.parse(path.read_text()).body
            assert isinstance(first, ast.Expr), f"{_name(path)} has no docstring"
            assert isinstance(first.value, ast.Constant)
            allowed = ["__version__"] if path.parent.name == "hub" else []
            assert [ast.unparse(node).split(" = ")[0] for node in others] == allowed, f"{_name(path)} has code"


# Functions that run a text as code or as a shell's command, or rebuild any object from bytes.
RUN_TEXT = {
    "eval",
    "exec",
    "os.system",
    "os.popen",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "pickle.loads",
}


def test_the_hub_runs_no_text_as_code_and_starts_no_shell() -> None:
    calls = [
        (f"{_name(path)}:{call.lineno}", ast.unparse(call.func), {keyword.arg for keyword in call.keywords})
        for path in _files({".py"}, "hub", "config.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
    ]
    assert [place for place, name, options in calls if name in RUN_TEXT or "shell" in options] == []
    assert "subprocess.run" in {name for _, name, _ in calls}, "programs are started with lists of arguments"
