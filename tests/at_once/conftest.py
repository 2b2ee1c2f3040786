"""Fixtures: the worlds in which forms are sent."""

from pathlib import Path

import pytest

from hub.members.actions import signing_in as signing_in_actions
from tests.at_once.worlds import Worlds
from tests.conftest import CHEAP


@pytest.fixture(scope="module")
def worlds(demo_pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing_in_actions, "HASHER", CHEAP)
        return Worlds(tmp_path_factory.mktemp("at-once"), demo_pattern)


@pytest.fixture(scope="module")
def worlds_on_server(demo_pattern: Path, postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing_in_actions, "HASHER", CHEAP)
        return Worlds(tmp_path_factory.mktemp("at-once"), demo_pattern, postgresql)
