"""Plant each mutation in a copy of the project and run the tests that must notice it.

``python -m tests.mutants`` plants all of them; ``--only WORDS`` those whose name has the words; ``--list`` plants none.
Exit status 1 when a mutation survives or can't be planted, or when a test fails before anything is planted.
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

TIMEOUT = 120  # seconds for one mutation's tests; a test that then still runs hangs, and so has noticed it
BASELINE_TIMEOUT = 900
NOT_COPIED = shutil.ignore_patterns(".*", "instance", "__pycache__", "node_modules")
OPTIONS = ("-q", "--no-header", "--tb=line", "-p", "no:playwright", "-m", "not postgresql")
ALL_PASSED, SOME_FAILED = 0, 1  # pytest's exit statuses; others say that it could not run the tests


class Fate(StrEnum):
    """What became of a mutation."""

    KILLED = "killed"
    SURVIVED = "survived"
    UNUSABLE = "unusable"


@dataclass(frozen=True)
class Verdict:
    """A mutation's fate, and what to know of it."""

    mutation: Mutation
    fate: Fate
    words: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Tree:
    """A copy of the project to plant mutations in, with a Python that imports ``hub`` from this copy alone.

    The helper processes that read files run ``python -I``, which ignores the current folder: they would import
    ``hub`` from where it is installed. And they give up all files but those of their own environment. So the copy has
    an environment of its own, with links to the files of the libraries.
    """

    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter of the copy."""
        return self.folder / ".venv" / "bin" / "python"

    def make_environment(self) -> None:
        """Make the copy's virtual environment, in which the copy is installed instead of the project."""
        venv.create(self.folder / ".venv", symlinks=True)
        site = Path(sysconfig.get_path("purelib", "venv", {"base": str(self.folder / ".venv")}))
        shutil.copytree(sysconfig.get_path("purelib"), site, copy_function=link, dirs_exist_ok=True)
        for installed in site.glob("*.pth"):
            if str(ROOT) in installed.read_text():
                installed.unlink()
        (site / "copy.pth").write_text(f"{self.folder}\n")

    def write(self, file: str, text: str) -> None:
        """Write one of its files; what Python compiled of the last text goes."""
        path = self.folder / file
        path.write_text(text, encoding="utf-8")
        Path(cache_from_source(str(path))).unlink(missing_ok=True)

    def run(self, tests: Sequence[str], timeout: int, *options: str) -> tuple[int, str]:
        """Run tests; answers pytest's exit status and what it printed. Raises TimeoutExpired."""
        basetemp = f"--basetemp={self.folder}.tmp"
        command = [str(self.python), "-m", "pytest", *OPTIONS, *options, basetemp, *(node_id(test) for test in tests)]
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": ""},  # what isn't planted in is compiled once
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as running:
            try:
                said, _ = running.communicate(timeout=timeout)
            finally:
                if running.poll() is None:
                    os.killpg(running.pid, signal.SIGKILL)
        return running.returncode, said


def link(source: str, target: str) -> str:
    """Give a file a second name, or copy it where that can't be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def main() -> int:
    """Do what the command line asks for; answers the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants", description="Plant mutations, and see them noticed."
    )
    parser.add_argument("--only", default="", metavar="WORDS", help="only mutations whose name has these words")
    parser.add_argument("--list", action="store_true", help="list the mutations with their tests")
    asked = parser.parse_args()
    mutations = [one for one in all_mutations() if asked.only.lower() in one.name.lower()]
    if not mutations:
        print(f"No mutation's name has {asked.only!r}.")
        return 1
    if asked.list:
        for one in mutations:
            print(f"{one.name}\n    {one.file}\n    {', '.join(one.tests)}")
        return 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hub-mutants-") as folder:
        verdicts = run_all(mutations, Path(folder), os.cpu_count() or 1)
    return 1 if verdicts is None else summary(verdicts, time.monotonic() - began)


def run_all(mutations: Sequence[Mutation], folder: Path, jobs: int) -> list[Verdict] | None:
    """Plant the mutations, as many at a time as there are processors; None when a test fails without any."""
    first = Tree(folder / "0")
    shutil.copytree(ROOT, first.folder, ignore=NOT_COPIED)
    first.make_environment()
    if not passes_unmutated(first, mutations, jobs):
        return None
    trees: SimpleQueue[Tree] = SimpleQueue()
    trees.put(first)
    for number in range(1, min(jobs, len(mutations))):
        tree = Tree(folder / str(number))
        # With what Python compiled by now.
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
            print(verdict.words, end="\n" if verdict.words else "", flush=True)
            verdicts.append(verdict)
    finally:
        pool.shutdown(cancel_futures=True)  # whoever presses Ctrl-C waits for what is under way alone
    return verdicts


def passes_unmutated(tree: Tree, mutations: Sequence[Mutation], jobs: int) -> bool:
    """Return whether all the tests pass while nothing is planted; prints what pytest says when they don't."""
    tests = list(dict.fromkeys(test for mutation in mutations for test in mutation.tests))
    print(f"Running {len(tests)} tests without a mutation ...", flush=True)
    try:
        status, said = tree.run(tests, BASELINE_TIMEOUT, "-n", str(jobs), "--dist", "worksteal")
    except (subprocess.TimeoutExpired, ValueError) as error:
        status, said = -1, str(error)
    if status != ALL_PASSED:
        print(f"The tests don't pass without a mutation:\n{said}")
    return status == ALL_PASSED


def plant(mutation: Mutation, tree: Tree) -> Verdict:
    """Plant one mutation, run its tests, and take it out again."""
    began, text = time.monotonic(), (tree.folder / mutation.file).read_text(encoding="utf-8")
    try:
        tree.write(mutation.file, mutation.planted(text))
        status, said = tree.run(mutation.tests, TIMEOUT, "-x", "-p", "no:xdist")
    except ValueError as error:
        return Verdict(mutation, Fate.UNUSABLE, str(error))
    except subprocess.TimeoutExpired:
        return Verdict(mutation, Fate.KILLED, "Its tests ran out of time.", time.monotonic() - began)
    finally:
        tree.write(mutation.file, text)
    fate = {ALL_PASSED: Fate.SURVIVED, SOME_FAILED: Fate.KILLED}.get(status, Fate.UNUSABLE)
    return Verdict(mutation, fate, said if fate is Fate.UNUSABLE else "", time.monotonic() - began)


def summary(verdicts: Sequence[Verdict], seconds: float) -> int:
    """Print what came out; answers the exit status."""
    counts = Counter(verdict.fate for verdict in verdicts)
    print(f"\n{', '.join(f'{counts[fate]} {fate}' for fate in Fate)} in {seconds:.0f} seconds")
    for verdict in verdicts:
        if verdict.fate is not Fate.KILLED:
            print(f"{verdict.fate}: {verdict.mutation.name} ({verdict.mutation.file})")
    return 0 if counts[Fate.KILLED] == len(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
