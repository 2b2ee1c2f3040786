"""Run all benchmarks (`make bench`), or only some: `python -m bench search board`.

What follows a name and isn't a benchmark goes to the one before: `python -m bench collections FOLDER…`.
"""

import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

PAGE = "performance"  # the page of all figures, with which `make bench` ends


def main() -> None:
    """Run the benchmarks; each prints its own table."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    runnable = [name for name in names if hasattr(importlib.import_module(f"bench.{name}"), "main")]
    everything = [name for name in runnable if name != PAGE] + [PAGE]
    for name, arguments in chosen(sys.argv[1:] or everything, runnable):
        print(f"\n## {name}\n", flush=True)
        importlib.import_module(f"bench.{name}").main(*arguments)


def chosen(words: Sequence[str], runnable: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the name of each benchmark on a command line, and its arguments."""
    starts = [at for at, word in enumerate(words) if word in runnable]
    if words and starts[:1] != [0]:
        sys.exit(f"No benchmark named {words[0]}. There are: {', '.join(runnable)}.")
    for start, end in zip(starts, [*starts[1:], len(words)], strict=True):
        yield words[start], words[start + 1 : end]


if __name__ == "__main__":
    main()
