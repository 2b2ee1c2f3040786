"""Benchmark of ranking: questions with known relevant documents, in the hub's whole search and in other engines.

python -m bench collections FOLDER…                     # any number of collections, in the form of bench/judged.py
python -m bench collections                             # headlines of Reuters-21578, if it is next to the project
python -m bench collections --engines "this hub" FOLDER     # only some of the engines
python -m bench collections --keep /tmp/kept FOLDER     # keep the filled hubs there, for quick runs while tuning
python -m bench collections --depth 10 FOLDER           # only nDCG@10 and success@1 are right, in a tenth of the time
python -m bench collections --no-interest 5 FOLDER      # codes count down: 1 is the best, 5 isn't relevant
"""

import argparse
import statistics
import sys
from collections.abc import Collection as Some
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench import corpus, judged
from bench.engines import ENGINES
from bench.judged import Collection, WrongCollectionError
from bench.measures import MEASURES
from hub.core.dates import plural

DEPTH = 1_000  # hits of each question
Figures = Mapping[str, float]  # by measure


def main(*arguments: str) -> None:
    """Print a table for each collection, and then the means over all."""
    given = _parser().parse_args(arguments)
    names = [name.strip() for name in given.engines.split(",")] if given.engines else list(ENGINES)
    if unknown := [name for name in names if name not in ENGINES]:
        sys.exit(f"No engine {', '.join(unknown)}. There are: {', '.join(ENGINES)}.")
    try:
        collections = [judged.collection_in(folder, given.no_interest) for folder in given.folders]
    except WrongCollectionError as error:
        sys.exit(str(error))
    if not collections and corpus.REUTERS.exists():
        collections = [judged.headlines()]
    if not collections:
        print("No collection to measure. Name folders with collections: python -m bench collections FOLDER…")
        return
    measured = {collection.name: report(collection, names, given.keep, given.depth) for collection in collections}
    if len(measured) > 1:
        report_means(measured)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m bench collections", description="Measure ranking on collections.")
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="a folder with a collection")
    parser.add_argument("--engines", default="", help=f"some of: {', '.join(ENGINES)}; with commas between them")
    parser.add_argument("--keep", type=Path, help="folder in which to keep the filled hubs for the next run")
    parser.add_argument("--depth", type=int, default=DEPTH, help=f"hits of each question ({DEPTH})")
    parser.add_argument("--no-interest", type=int, help="where codes count down, the first that isn't relevant")
    return parser


def report(
    collection: Collection, engines: Some[str] = tuple(ENGINES), keep: Path | None = None, depth: int = DEPTH
) -> Mapping[str, Figures]:
    """Ask all questions of each engine, print the measures, and return them by engine."""
    documents = plural(len(collection.documents), "document")
    print(f"\n{collection.name}: {documents}, {plural(len(collection.answered), 'question')} with answers\n")
    print(f"| engine | {' | '.join(MEASURES)} |\n|---|{'---|' * len(MEASURES)}", flush=True)
    measured: dict[str, Figures] = {}
    for name in engines:
        with ENGINES[name](collection, keep) as ranked:
            answers = {id_: ranked(collection.questions[id_], depth) for id_ in collection.answered}
        measured[name] = figures(collection, answers)
        print(f"| {name} | {_cells(measured[name])} |", flush=True)
    return measured


def figures(collection: Collection, answers: Mapping[str, Sequence[int]]) -> Figures:
    """Return the mean of each measure over the questions with relevant documents; ``answers`` has hits by question."""
    return {
        name: statistics.mean([measure(answers[id_], collection.grades[id_]) for id_ in collection.answered] or [0.0])
        for name, measure in MEASURES.items()
    }


def report_means(measured: Mapping[str, Mapping[str, Figures]]) -> None:
    """Print each engine's nDCG@10 on each collection, and its means over all of them."""
    print(f"\nnDCG@10 of each collection, and means over {plural(len(measured), 'collection')}\n")
    print(f"| engine | {' | '.join([*measured, *(f'mean {name}' for name in MEASURES)])} |")
    print(f"|---|{'---|' * (len(measured) + len(MEASURES))}")
    for engine in next(iter(measured.values())):
        rows = {name: by_engine[engine] for name, by_engine in measured.items()}
        means = {name: statistics.mean(row[name] for row in rows.values()) for name in MEASURES}
        ranking = _cells({name: row["nDCG@10"] for name, row in rows.items()})
        print(f"| {engine} | {ranking} | {_cells(means)} |", flush=True)


def _cells(figures: Figures) -> str:
    return " | ".join(f"{figure:.3f}" for figure in figures.values())


if __name__ == "__main__":
    main(*sys.argv[1:])
