"""The swap at the end of a restore: old data is moved aside, then the new data into its place.

The moves are written down before the first one. If the process is killed between two of them, the next
`hub restore` finishes them, and until then no other command opens the hub.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Engine

from config import Config
from hub.core import in_use
from hub.library.files.originals import sync_folder


@dataclass(frozen=True)
class Swap:
    """The moves in their order, as paths; for PostgreSQL also the names of the schemas to swap."""

    moves: Sequence[tuple[str, str]]
    schema: str = ""  # that the hub uses
    staged_schema: str = ""
    old_schema: str = ""  # the name under which the old one is kept


def plan_path(config: Config) -> Path:
    """Return the path of the file with the moves."""
    return config.INSTANCE / in_use.PLAN


def write_plan(config: Config, swap: Swap) -> None:
    """Write down the moves. From now on they will be finished."""
    path = plan_path(config)
    temporary = path.with_suffix(".new")
    with temporary.open("w") as file:
        json.dump(asdict(swap), file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(config.INSTANCE)


def pending(config: Config) -> Swap | None:
    """Return the moves that were begun and not finished, if any."""
    try:
        stored = json.loads(plan_path(config).read_text())
    except FileNotFoundError:
        return None
    return Swap(**stored | {"moves": [(str(old), str(new)) for old, new in stored["moves"]]})


def finish(config: Config, swap: Swap, engine: Engine | None) -> None:
    """Make all moves that aren't made yet, and delete the plan. Idempotent."""
    for source, target in ((Path(old), Path(new)) for old, new in swap.moves):
        if source.exists() and not target.exists():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            source.rename(target)
            sync_folder(source.parent)
            sync_folder(target.parent)
    if engine is not None and swap.staged_schema:
        _swap_schemas(engine, swap)
    plan_path(config).unlink()
    sync_folder(config.INSTANCE)


def _swap_schemas(engine: Engine, swap: Swap) -> None:
    """Rename both schemas in one transaction, unless that has been done."""
    with engine.begin() as connection:
        quote = connection.dialect.identifier_preparer.quote
        exists = text("SELECT count(*) FROM pg_namespace WHERE nspname = :name")
        if not connection.scalar(exists, {"name": swap.staged_schema}):
            return
        if connection.scalar(exists, {"name": swap.schema}):
            connection.exec_driver_sql(f"ALTER SCHEMA {quote(swap.schema)} RENAME TO {quote(swap.old_schema)}")
        connection.exec_driver_sql(f"ALTER SCHEMA {quote(swap.staged_schema)} RENAME TO {quote(swap.schema)}")
