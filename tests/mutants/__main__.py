"""Apply each mutation to a copy of the project, and run the tests that must fail.

``python -m tests.mutants`` runs all mutations, ``--only WORDS`` those whose name contains the words, and ``--list`` only
lists them. Exit status 1 if a mutation survives or can't be applied, or if a test fails without a mutation.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import cache_from_source
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.table import ROOT, Mutation, all_mutations, node_id

TIMEOUT = 120  # seconds for one mutation's tests; a test that takes longer hangs, and counts as failed
BASELINE_TIMEOUT = 900
NOT_COPIED = shutil.ignore_patterns(".*", "instance", "__pycache__", "node_modules")
OPTIONS = ("-q", "--no-header", "--tb=line", "-p", "no:playwright", "-m", "not postgresql")
ALL_PASSED, SOME_FAILED = 0, 1  # pytest's exit statuses; others mean that it couldn't run the tests


class Fate(StrEnum):
    """The outcomes of a mutation."""

    KILLED = "killed"
    SURVIVED = "survived"
    UNUSABLE = "unusable"


@dataclass(frozen=True)
class Verdict:
    """The outcome of a mutation, with details."""

    mutation: Mutation
    fate: Fate
    details: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Tree:
    """A copy of the project for mutations, with its own virtual environment that imports ``hub`` from the copy.

    The child processes that read files run ``python -I``, which ignores the current folder and would import the
    installed ``hub``. They also can't access files outside of their environment. So the copy has its own environment,
    with hard links to the libraries.
    """

    folder: Path

    @property
    def python(self) -> Path:
        """The copy's Python interpreter."""
        return self.folder / ".venv" / "bin" / "python"

    def make_environment(self) -> None:
        """Create the virtual environment, with the copy installed in place of the project."""
        venv.create(self.folder / ".venv", symlinks=True)
        site = Path(sysconfig.get_path("purelib", "venv", {"base": str(self.folder / ".venv")}))
        shutil.copytree(sysconfig.get_path("purelib"), site, copy_function=link_or_copy, dirs_exist_ok=True)
        for installed in site.glob("*.pth"):
            if str(ROOT) in installed.read_text():
                installed.unlink()
        (site / "copy.pth").write_text(f"{self.folder}\n")

    def write(self, file: str, text: str) -> None:
        """Write a file, and delete its compiled version."""
        path = self.folder / file
        path.write_text(text, encoding="utf-8")
        Path(cache_from_source(str(path))).unlink(missing_ok=True)

    def run(self, tests: Sequence[str], timeout: int, *options: str) -> tuple[int, str]:
        """Run tests, and return pytest's exit status and output. Raises TimeoutExpired."""
        basetemp = f"--basetemp={self.folder}.tmp"
        command = [str(self.python), "-m", "pytest", *OPTIONS, *options, basetemp, *(node_id(test) for test in tests)]
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": ""},  # cache the compiled files
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as running:
            try:
                output, _ = running.communicate(timeout=timeout)
            finally:
                if running.poll() is None:
                    os.killpg(running.pid, signal.SIGKILL)
        return running.returncode, output


def link_or_copy(source: str, target: str) -> str:
    """Make a hard link to a file, or copy it if that is impossible."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def main() -> int:
    """Run the command, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Run the mutation tests.")
    parser.add_argument(
        "--only", default="", metavar="WORDS", help="run only mutations whose name contains these words"
    )
    parser.add_argument("--list", action="store_true", help="list the mutations with their tests")
    options = parser.parse_args()
    mutations = [mutation for mutation in all_mutations() if options.only.lower() in mutation.name.lower()]
    if not mutations:
        print(f"No mutation's name contains {options.only!r}.")
        return 1
    if options.list:
        for mutation in mutations:
            print(f"{mutation.name}\n    {mutation.file}\n    {', '.join(mutation.tests)}")
        return 0
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hub-mutants-") as folder:
        verdicts = run_all(mutations, Path(folder), os.cpu_count() or 1)
    return 1 if verdicts is None else summary(verdicts, time.monotonic() - start)


def run_all(mutations: Sequence[Mutation], folder: Path, jobs: int) -> list[Verdict] | None:
    """Run the mutations, ``jobs`` at a time, and return the results; None if a test fails without a mutation."""
    first = Tree(folder / "0")
    shutil.copytree(ROOT, first.folder, ignore=NOT_COPIED)
    first.make_environment()
    if not passes_unmutated(first, mutations, jobs):
        return None
    trees: SimpleQueue[Tree] = SimpleQueue()
    trees.put(first)
    for number in range(1, min(jobs, len(mutations))):
        tree = Tree(folder / str(number))
        # Includes the files compiled so far.
        shutil.copytree(first.folder, tree.folder, ignore=shutil.ignore_patterns(".venv"))
        tree.make_environment()
        trees.put(tree)

    def in_a_tree(mutation: Mutation) -> Verdict:
        tree = trees.get()
        try:
            return plant(mutation, tree)
        finally:
            trees.put(tree)

    verdicts = []
    pool = ThreadPoolExecutor(jobs)
    try:
        for number, verdict in enumerate(pool.map(in_a_tree, mutations), 1):
            print(
                f"{number:>3} of {len(mutations)}  {verdict.fate:<8}  {verdict.seconds:>3.0f} s  {verdict.mutation.name}"
            )
            print(verdict.details, end="\n" if verdict.details else "", flush=True)
            verdicts.append(verdict)
    finally:
        pool.shutdown(cancel_futures=True)  # after Ctrl-C, only running tests finish
    return verdicts


def passes_unmutated(tree: Tree, mutations: Sequence[Mutation], jobs: int) -> bool:
    """Return True if all tests pass without a mutation; print pytest's output if they don't."""
    tests = list(dict.fromkeys(test for mutation in mutations for test in mutation.tests))
    print(f"Running {len(tests)} tests without a mutation ...", flush=True)
    try:
        status, output = tree.run(tests, BASELINE_TIMEOUT, "-n", str(jobs), "--dist", "worksteal")
    except (subprocess.TimeoutExpired, ValueError) as error:
        status, output = -1, str(error)
    if status != ALL_PASSED:
        print(f"The tests don't pass without a mutation:\n{output}")
    return status == ALL_PASSED


def plant(mutation: Mutation, tree: Tree) -> Verdict:
    """Apply one mutation, run its tests, and restore the file."""
    start, text = time.monotonic(), (tree.folder / mutation.file).read_text(encoding="utf-8")
    try:
        tree.write(mutation.file, mutation.planted(text))
        status, output = tree.run(mutation.tests, TIMEOUT, "-x", "-p", "no:xdist")
    except ValueError as error:
        return Verdict(mutation, Fate.UNUSABLE, str(error))
    except subprocess.TimeoutExpired:
        return Verdict(mutation, Fate.KILLED, "Its tests timed out.", time.monotonic() - start)
    finally:
        tree.write(mutation.file, text)
    fate = {ALL_PASSED: Fate.SURVIVED, SOME_FAILED: Fate.KILLED}.get(status, Fate.UNUSABLE)
    return Verdict(mutation, fate, output if fate is Fate.UNUSABLE else "", time.monotonic() - start)


def summary(verdicts: Sequence[Verdict], seconds: float) -> int:
    """Print a summary, and return the exit status."""
    counts = Counter(verdict.fate for verdict in verdicts)
    print(f"\n{', '.join(f'{counts[fate]} {fate}' for fate in Fate)} in {seconds:.0f} seconds")
    for verdict in verdicts:
        if verdict.fate is not Fate.KILLED:
            print(f"{verdict.fate}: {verdict.mutation.name} ({verdict.mutation.file})")
    return 0 if counts[Fate.KILLED] == len(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
