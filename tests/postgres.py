"""A throwaway PostgreSQL for the tests, started from the binaries that the machine has."""

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
    """Return the folder of initdb and pg_ctl, or None where PostgreSQL isn't installed."""
    found = [path.parent for place in PLACES for path in Path("/").glob(f"{place[1:]}/initdb")]
    if not found and (initdb := shutil.which("initdb")):
        found = [Path(initdb).resolve().parent]
    return max(found, default=None)


@contextmanager
def server() -> Iterator[str]:
    """A running server as ``postgresql+psycopg://…/{name}``: a pattern with the name of the database left open."""
    found = binaries()
    assert found is not None
    # Not in pytest's own folder, which other runs clear, and short: a socket's path may have 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="hub-pg-"))
    data = folder / "data"
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and parent != Path("/tmp") and str(parent).startswith("/tmp"):
                parent.chmod(0o755)
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
    _run(found / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
    _run(found / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://postgres@/{{name}}?host={folder}"
    finally:
        _run(found / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


NO_FOREIGN_KEYS = "SET LOCAL session_replication_role = replica"  # so that tables can come in any order
NEXT_NUMBERS = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL
  LOOP
    EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), coalesce(max(%I), 0) + 1, false) FROM %I',
      quote_ident(one.table_name), one.column_name, one.column_name, one.table_name);
  END LOOP;
END $$
"""  # after rows that came with their numbers


def create(pattern: str, name: str, template: str) -> None:
    """Create a database, in place of one of that name, as a copy of another to which no one is connected."""
    engine = create_engine(pattern.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()


def emptying(engine: Engine, tables: Collection[Table]) -> str:
    """Return a script that puts a database back to what it holds now, in one round trip."""
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA kept"))
        kept = [table for table in tables if connection.scalar(select(exists(select(table))))]
        for table in kept:
            connection.execute(text(f'CREATE TABLE kept."{table.name}" AS TABLE "{table.name}"'))
        found = "SELECT sequencename, coalesce(last_value, 0) + 1 FROM pg_sequences WHERE schemaname = 'public'"
        numbers = [f"setval('{name}', {number}, false)" for name, number in connection.execute(text(found))]
    others = "datname = current_database() AND pid <> pg_backend_pid()"  # left open by a test that went before
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
    """Run as the account that PostgreSQL accepts."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
