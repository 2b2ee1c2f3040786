"""The place next to a hub in which a restored one is built, until it is complete and swapped in."""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from config import Config
from hub.core import clock
from hub.core.errors import Refused
from hub.mail.delivery import keeping
from hub.operations.store import occupants, swap
from hub.operations.store.swap import Swap
from hub.outreach import spool

STAGED = "restoring"  # the name of the folders and the schema
SETTINGS = "settings-of-the-backup.env"
_SIDECARS = ("", "-wal", "-shm")  # of an SQLite database; an old -wal next to a new database would damage it


@dataclass(frozen=True)
class Stage:
    """``place`` has the settings of the hub to be restored, ``config`` those of the one that is being built."""

    place: Config
    config: Config
    database: Path | None  # of the hub to be restored; None for PostgreSQL

    @classmethod
    def of(cls, place: Config) -> "Stage":
        """Return the stage next to a hub."""
        path = occupants.sqlite_path(place)
        if path is not None:
            url = f"sqlite:///{path.with_name(STAGED + '.sqlite3')}"
        else:
            given = make_url(place.DATABASE_URL)
            options = " ".join(filter(None, (str(given.query.get("options", "")), f"-csearch_path={STAGED}")))
            url = given.update_query_dict({"options": options}).render_as_string(hide_password=False)
        staged = replace(place, DATABASE_URL=url, INSTANCE=place.INSTANCE / STAGED, UPLOADS=place.UPLOADS / STAGED)
        return cls(place, staged, path)

    def begin(self) -> None:
        """Create empty folders, and an empty schema in PostgreSQL; what an interrupted restore left is deleted."""
        self.clean_up()
        self.config.INSTANCE.mkdir(mode=0o700)
        self.config.UPLOADS.mkdir(mode=0o700)
        if self.database is None:
            try:
                with occupants.connected(self.place) as connection, connection.begin():
                    connection.exec_driver_sql(f"CREATE SCHEMA {STAGED}")
            except ProgrammingError as error:
                raise Refused(
                    f"The database’s user may not create a schema ({str(error.orig).splitlines()[0]}). As the database’s "
                    "administrator, run GRANT CREATE ON DATABASE … TO …."
                ) from error

    def write(self, name: str, content: bytes) -> None:
        """Write a file of the instance folder, readable only by its owner and synced to disk."""
        path = self.config.INSTANCE / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def swap(self) -> Sequence[str]:
        """Move old data aside and the restored hub into its place; return where the old data is."""
        stamp = clock.now().strftime("%Y%m%dT%H%M%S")
        aside = f"before-restore-{stamp}"
        moves = [*self._moves_of_old(aside), *self._moves_of_new()]
        plan = Swap([(str(old), str(new)) for old, new in moves])
        if self.database is None:
            with occupants.connected(self.place) as connection:
                schema = str(connection.scalar(text("SELECT current_schema()")))
            plan = replace(plan, schema=schema, staged_schema=STAGED, old_schema=f"before_restore_{stamp.lower()}")
        swap.write_plan(self.place, plan)
        finish(self.place, plan)
        folders = sorted({str(new.parent) for old, new in moves if aside in new.parts and new.exists()})
        return folders if self.database is not None else [*folders, f"the schema {plan.old_schema}"]

    def _moves_of_old(self, aside: str) -> list[tuple[Path, Path]]:
        instance, uploads = self.place.INSTANCE, self.place.UPLOADS
        old = [*sorted(path for path in instance.glob("*key*") if path.is_file()), instance / SETTINGS]
        old += [
            instance / keeping.FOLDER,
            spool.folder_of(self.place),
            uploads / "files",
            uploads / "derived",
            uploads / "infected",
        ]
        if self.database is not None:
            old += [self.database.with_name(self.database.name + ending) for ending in _SIDECARS]
        return [(path, path.parent / aside / path.name) for path in old if path.exists()]

    def _moves_of_new(self) -> list[tuple[Path, Path]]:
        moves = [(path, self.place.INSTANCE / path.name) for path in sorted(self.config.INSTANCE.iterdir())]
        moves += [(path, self.place.UPLOADS / path.name) for path in sorted(self.config.UPLOADS.iterdir())]
        if self.database is not None:
            staged = self.database.with_name(STAGED + ".sqlite3")
            pairs = (
                (staged.with_name(staged.name + end), self.database.with_name(self.database.name + end))
                for end in _SIDECARS
            )
            moves += [(old, new) for old, new in pairs if old.exists()]
        return moves

    def clean_up(self) -> None:
        """Delete what wasn't swapped in, unless a swap is under way."""
        if swap.plan_path(self.place).exists():
            return
        for folder in (self.config.INSTANCE, self.config.UPLOADS):
            if folder.exists():
                shutil.rmtree(folder)
        if self.database is not None:
            for path in self.database.parent.glob(f"{STAGED}.sqlite3*"):  # with its journal and lock files
                path.unlink(missing_ok=True)
            return
        with suppress(Refused), occupants.connected(self.place) as connection, connection.begin():
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {STAGED} CASCADE")


def finish(config: Config, plan: Swap) -> None:
    """Make the moves of a plan that aren't made yet. Idempotent."""
    engine = create_engine(config.DATABASE_URL) if plan.staged_schema else None
    try:
        swap.finish(config, plan, engine)
    finally:
        if engine is not None:
            engine.dispose()
