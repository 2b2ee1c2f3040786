"""A brief campaign of random kills on each database; `make kills` runs a long one."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.core.db import Database
from tests import postgres
from tests.kills.campaign import Campaign, run_on, table_of
from tests.kills.ledger import Problems
from tests.mailserver import a_mail_server

SEED = 20261127


def _assert_nothing_is_lost(campaign: Campaign, kills: int) -> None:
    assert campaign.messages == [], table_of([campaign])
    assert sum(counts[0] for counts in campaign.tallies.values()) == kills
    assert sum(campaign.ledger.summary().values()) >= kills, "clients wrote too little for this to prove anything"


@pytest.mark.kills
def test_random_kills_on_sqlite_lose_nothing_and_do_nothing_twice(tmp_path: Path) -> None:
    with a_mail_server() as mail:
        campaign = run_on(tmp_path, mail, 3, SEED, "")
    _assert_nothing_is_lost(campaign, 3)
    with closing(campaign.database()) as database:
        _assert_losses_are_noticed(campaign, database)


def _assert_losses_are_noticed(campaign: Campaign, database: Database) -> None:
    with database.writing() as db:
        db.execute(text("DELETE FROM stakeholder_group"))
        db.execute(text("DELETE FROM stakeholder"))
        db.execute(text("UPDATE pack SET title = (SELECT min(title) FROM pack)"))
        db.execute(text("DELETE FROM sign_in_session WHERE id = (SELECT max(id) FROM sign_in_session)"))
    problems = Problems()
    campaign.ledger.compare(database, problems)
    written = campaign.ledger.summary()
    assert len([line for line in problems.lost if line.startswith("stakeholders")]) == written["stakeholders"]
    assert len([line for line in problems.lost if "signed in" in line]) == 1
    assert [line for line in problems.twice if line.startswith("packs")] or written.get("packs", 0) < 2


@pytest.mark.kills
@pytest.mark.postgresql
def test_random_kills_on_postgresql_lose_nothing_and_do_nothing_twice(tmp_path: Path) -> None:
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL isn't installed")
    with a_mail_server() as mail, postgres.server(durable=True) as pattern:
        postgres.create(pattern, "kills", template="template0")
        campaign = run_on(tmp_path, mail, 3, SEED, pattern.format(name="kills"))
    _assert_nothing_is_lost(campaign, 3)


@pytest.mark.parametrize(
    ("rows", "acknowledged", "column"),
    [(0, True, "lost"), (1, True, "wrong"), (1, False, "wrong"), (4, True, "twice"), (3, False, "twice")],
)
def test_a_write_of_two_rows_is_there_whole_and_once_or_was_never_acknowledged(
    rows: int, *, acknowledged: bool, column: str
) -> None:
    problems = Problems()
    problems.judge("A report", rows, 2, acknowledged=acknowledged)
    columns = {name: len(getattr(problems, name)) for name in ("lost", "twice", "hung", "wrong")}
    assert columns == {"lost": 0, "twice": 0, "hung": 0, "wrong": 0, column: 1}
    fine = Problems()
    fine.judge("A report", 0, 2, acknowledged=False)
    fine.judge("A report", 2, 2, acknowledged=True)
    assert fine == Problems()
