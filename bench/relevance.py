"""Benchmark of relevance in the demo world: judged queries, questions that share no word with their answer, families.

    python -m bench relevance

The judgments are in tests/search: relevance.py, meaning_questions.py and word_families.py.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import select

from config import Config
from hub.core.db import Database
from hub.demo import load
from hub.library.derive import page_texts
from hub.members.models import Person
from hub.migrations import schema
from hub.search import derive, index
from hub.search.queries import results as results_queries
from hub.search.rules.results import Query
from hub.search.store import meaning
from tests.search.meaning_questions import FIRST, MEANING_QUESTIONS, answers_to, found
from tests.search.relevance import QUERIES, VARIANTS, figures, variants
from tests.search.word_families import FAMILIES, lacking, uneven


def main() -> None:
    """Print the tables, for search by words alone, and with meaning if its extra is installed."""
    for setting in ("off", "on") if meaning.place_of(Config.load({})) else ("off",):
        print(f"\nMeaning is {setting}.\n")
        _report(setting)


def _report(setting: str) -> None:
    with _demo(setting) as database:
        for number, kind in enumerate(VARIANTS):
            measured = figures(answers_to(database, variants(kind)))
            if not number:
                print(f"| {len(QUERIES)} queries | {' | '.join(measured)} |\n|---|{'---|' * len(measured)}")
            print(f"| {kind} | {' | '.join(f'{share:.3f}' for share in measured.values())} |", flush=True)
        shares = found(answers_to(database, MEANING_QUESTIONS))
        print(
            f"\n| {len(MEANING_QUESTIONS)} questions without a shared word | first | in the first {FIRST} | right page |"
        )
        print(f"|---|---|---|---|\n| | {' | '.join(f'{share:.3f}' for share in shares)} |\n", flush=True)
        with _totals(database) as total:
            for name, count in (("finds nothing", lacking), ("finds less than another", uneven)):
                forms = list(count(FAMILIES, total))
                print(f"{len(forms)} of {len(FAMILIES)} families in which a form {name}: ", end="")
                print("; ".join(map(", ".join, forms)) or "none", flush=True)


@contextmanager
def _demo(setting: str) -> Iterator[Database]:
    """Open the demo world, read and indexed, with meaning on or off."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as name:
        folder = Path(name)
        config = Config.load({}, INSTANCE=folder, UPLOADS=folder / "uploads", LOG_LEVEL="ERROR", MEANING=setting)
        with closing(Database(config)) as database:
            schema.upgrade(database)
            load.load(database)
            page_texts.catch_up(database)
            index.catch_up(database)
            derive.catch_up(database)
            yield database


@contextmanager
def _totals(database: Database) -> Iterator[Callable[[str], int]]:
    """Yield a function from a query to the number of resources that a coordinator finds with it."""
    with database.reading() as db:
        person = db.scalars(select(Person).where(Person.email == "coordinator@demo.example")).one()
        yield lambda text: results_queries.search(db, person, Query(text)).total


if __name__ == "__main__":
    main()
