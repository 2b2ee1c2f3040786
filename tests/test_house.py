"""Properties of the house's files: how long they are, what modules are called, and what packages hold."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from config import ROOT

FOLDERS = ("hub", "templates", "static", "tests", "bench")
GENERATED = ROOT / "hub" / "migrations" / "versions"  # written by Alembic
SUFFIXES = (".py", ".js", ".html")
LONGEST_FILE = 400
LONGEST_FUNCTION = 45

# Layers of a room: their modules are imported as `<subject>_<layer>`, or `<room>_<layer>` where one file is enough.
LAYERS = {"actions", "queries", "rules", "routes", "forms", "models", "reports", "letters"}

# Modules that are bound to another name than the rule gives, with a reason.
OTHER_NAMES: dict[str, str] = {}


def _files(*suffixes: str, folders: tuple[str, ...] = FOLDERS) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and GENERATED not in path.parents:
                yield path
    if ".py" in suffixes and folders == FOLDERS:
        yield ROOT / "config.py"


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {_name(path): len(path.read_text().splitlines()) for path in _files(*SUFFIXES)}
    assert lengths
    too_long = {name: length for name, length in lengths.items() if length > LONGEST_FILE}
    assert not too_long, "split these by subject"


def test_no_function_is_longer_than_45_lines() -> None:
    too_long = {
        f"{_name(path)}::{node.name}": node.end_lineno - node.lineno + 1
        for path in _files(".py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    }
    assert not too_long, "give a part of these a name"


def _modules() -> set[str]:
    """The modules and packages of the hub."""
    paths = (path.relative_to(ROOT).with_suffix("") for path in _files(".py", folders=("hub",)))
    return {".".join(path.parts).removesuffix(".__init__") for path in paths}


def _name_of(module: str) -> str:
    """Return the name that a module is imported as: ``hub.search.rules.words`` as ``words_rules``."""
    *_, parent, own = module.split(".")
    if parent in LAYERS:
        return f"{own}_{parent}"
    return f"{parent}_{own}" if own in LAYERS else own


def _imported_whole() -> Iterator[tuple[str, str, Path]]:
    """Modules of the hub that are imported whole: each with its name there, and the file."""
    modules = _modules()
    for path in _files(".py", folders=("hub", "tests", "bench")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                for one in node.names:
                    if (module := f"{node.module}.{one.name}") in modules:
                        yield module, one.asname or one.name, path


def test_a_module_has_one_name_in_the_whole_house() -> None:
    wanted = {module: OTHER_NAMES.get(module, _name_of(module)) for module in _modules() if "." in module}
    odd = [f"{_name(path)}: {module} as {name}" for module, name, path in _imported_whole() if name != wanted[module]]
    assert odd == []


def test_no_name_stands_for_two_modules() -> None:
    modules: dict[str, set[str]] = defaultdict(set)
    for module, name, _path in _imported_whole():
        modules[name].add(module)
    assert {name: several for name, several in modules.items() if len(several) > 1} == {}


def test_a_package_holds_a_docstring_and_no_code() -> None:
    for path in _files(".py", folders=("hub",)):
        if path.name != "__init__.py":
            continue
        first, *others = ast.parse(path.read_text()).body
        assert isinstance(first, ast.Expr), f"{_name(path)} says nothing"
        assert isinstance(first.value, ast.Constant)
        is_version = path.parent.name == "hub" and [ast.unparse(one).split(" = ")[0] for one in others] == [
            "__version__"
        ]
        assert is_version or not others, f"{_name(path)} holds more than a docstring"
