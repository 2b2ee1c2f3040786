"""A temporary PostgreSQL server for the tests, started from the installed binaries."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, Table, create_engine, exists, select, text

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")


def binaries() -> Path | None:
    """Return the folder of initdb and pg_ctl, or None if PostgreSQL isn't installed."""
    folders = [path.parent for place in PLACES for path in Path("/").glob(f"{place[1:]}/initdb")]
    if not folders and (initdb := shutil.which("initdb")):
        folders = [Path(initdb).resolve().parent]
    return max(folders, default=None)


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """Run a server, and yield its URL pattern ``postgresql+psycopg://…/{name}`` for the database name.

    ``durable``: a commit survives if the server's processes are killed. It needn't survive a power failure.
    """
    programs = binaries()
    assert programs is not None
    # Not in pytest's folder, which other runs delete, and short, because socket paths are limited to 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="hub-pg-"))
    data = folder / "data"
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and parent != Path("/tmp") and str(parent).startswith("/tmp"):
                parent.chmod(0o755)
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=200"
    options += "" if durable else " -c synchronous_commit=off"
    _run(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
    _run(programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://postgres@/{{name}}?host={folder}"
    finally:
        _run(programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


NO_FOREIGN_KEYS = "SET LOCAL session_replication_role = replica"  # so that tables can be filled in any order
NEXT_NUMBERS = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL
  LOOP
    EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), coalesce(max(%I), 0) + 1, false) FROM %I',
      quote_ident(one.table_name), one.column_name, one.column_name, one.table_name);
  END LOOP;
END $$
"""  # after inserting rows with explicit ids


def create(pattern: str, name: str, template: str) -> None:
    """Create a database, replacing any of that name, as a copy of ``template``, which must have no connections."""
    engine = create_engine(pattern.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()


def emptying(engine: Engine, tables: Collection[Table]) -> str:
    """Return an SQL script that restores the current content of a database in one round trip."""
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA kept"))
        kept = [table for table in tables if connection.scalar(select(exists(select(table))))]
        for table in kept:
            connection.execute(text(f'CREATE TABLE kept."{table.name}" AS TABLE "{table.name}"'))
        query = "SELECT sequencename, coalesce(last_value, 0) + 1 FROM pg_sequences WHERE schemaname = 'public'"
        numbers = [f"setval('{name}', {number}, false)" for name, number in connection.execute(text(query))]
    others = "datname = current_database() AND pid <> pg_backend_pid()"  # left open by an earlier test
    return ";".join(
        [
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}",
            NO_FOREIGN_KEYS,
            *(f'DELETE FROM "{table.name}"' for table in tables),
            *(_insertion(table) for table in kept),
            f"SELECT {', '.join(numbers)}",
        ]
    )


def _insertion(table: Table) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM kept."{table.name}"'


def _run(*command: object) -> None:
    """Run a program as a user that PostgreSQL accepts, since it refuses root."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
