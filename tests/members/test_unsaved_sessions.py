"""What a browser keeps of signing in or out when that couldn't be saved."""

import sqlite3

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from hub.core import web
from tests.members.conftest import Alliance
from tests.members.records import ROSA
from tests.world import PASSWORD, SignIn


@pytest.mark.both_databases
def test_a_sign_out_or_sign_in_that_could_not_be_saved_leaves_the_browser_as_it_was(
    app: Flask, sign_in: SignIn, alliance: Alliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OperationalError("COMMIT", None, sqlite3.OperationalError("database is locked"))

    rosa, visitor = sign_in(ROSA), app.test_client()
    with rosa.session_transaction() as cookie:
        before = dict(cookie)
    with monkeypatch.context() as patch:
        patch.setattr(web, "_commit", fail)
        assert rosa.post("/sign-out").status_code == 503
        assert visitor.post("/sign-in", data={"email": ROSA, "password": PASSWORD}).status_code == 503
    with rosa.session_transaction() as cookie:
        assert before.items() <= dict(cookie).items()
    with visitor.session_transaction() as cookie:
        assert set(cookie) <= {"csrf_token", "_fresh"}, "no one is signed in"
    assert rosa.get("/account").status_code == 200, "the session lasts, here and in the database"
    assert rosa.post("/sign-out").status_code == 302
    assert rosa.get("/account").status_code == 302
