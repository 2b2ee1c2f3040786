"""What the structured log has about second factors."""

import json
import logging

import pytest
from flask import Flask

from hub.core.db import Database
from hub.core.log import JsonLines
from hub.members.rules.factors import FREE_TRIES
from tests.members.conftest import Alliance
from tests.members.test_factors import FACTORS, ROSA, enter, half_signed_in, set_up_app
from tests.world import FrozenClock, SignIn


def test_the_log_has_second_steps_and_changes_of_factors_without_what_was_typed(
    frozen_clock: FrozenClock,
    app: Flask,
    sign_in: SignIn,
    alliance: Alliance,
    database: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    rosa = sign_in(ROSA)
    logger = logging.getLogger("hub")
    logger.addHandler(caplog.handler)
    with caplog.at_level("INFO", "hub"):
        _, codes = set_up_app(rosa, database, frozen_clock)
        browser = half_signed_in(app)
        for code in ("314159", *["wrong-words"] * (FREE_TRIES - 1), codes[0]):
            enter(browser, code)
        frozen_clock.advance(minutes=1)
        enter(browser, codes[0])
        rosa.post(f"{FACTORS}/app/remove")
    logger.removeHandler(caplog.handler)
    lines = [JsonLines().format(record) for record in caplog.records if record.name == "hub.sign_in"]
    assert [(json.loads(line)["event"], json.loads(line)["person"]) for line in lines] == [
        (event, alliance.rosa)
        for event in (
            "owner told: factor added",
            *["second step failed"] * FREE_TRIES,
            "owner told: many tries",
            "second step has to wait",
            "owner told: recovery code used",
            "signed in",
            "owner told: factor removed",
        )
    ]
    assert not [word for word in ("314159", "wrong-words", codes[0]) if word in "".join(lines)]
