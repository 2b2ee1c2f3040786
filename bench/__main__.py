"""Run all benchmarks (`make bench`), or only some: `python -m bench search board`."""

import importlib
import sys
from pathlib import Path


def main() -> None:
    """Run the benchmarks; each prints its own table."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    runnable = [name for name in names if hasattr(importlib.import_module(f"bench.{name}"), "main")]
    for name in sys.argv[1:] or runnable:
        print(f"\n## {name}\n", flush=True)
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
