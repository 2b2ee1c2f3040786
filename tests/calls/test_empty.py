"""Calls of a hub without people."""

from hub.calls.actions import series as series_actions
from hub.core.db import Database


def test_a_hub_without_people_schedules_nothing(database: Database) -> None:
    assert series_actions.catch_up(database) == 0
