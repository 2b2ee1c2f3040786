"""Copies of the demo world, and forms that are sent in them."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from hub.app import create_app
from hub.core import clock
from hub.core.db import Database
from hub.members.models import SignInSession
from tests import postgres
from tests.at_once.senders import EVERYONE
from tests.at_once.sending import Sending
from tests.conftest import copy_rows, database_in
from tests.demo_people import SENDER, VISITOR
from tests.forms import PageForm, form_in, form_of, form_on, opened
from tests.members.authenticator import Authenticator
from tests.versions import Case
from tests.world import PASSWORD


class Worlds:
    """Copies of the demo world, each with its own database, in which the same people are signed in."""

    def __init__(self, folder: Path, pattern: Path, server: str = "") -> None:
        self.folder, self.server = shutil.copytree(pattern, folder / "pattern"), server
        database = database_in(self.folder)
        self.config = replace(database.config, MAIL_DOMAIN="log.demo.example", BASE_URL=Authenticator.origin)
        self.app: Flask = create_app(self.config, database)
        self.cookies = {role: self.sign_in(role) for role in EVERYONE}
        if server:
            postgres.create(server, "at_once", template="pattern")
            target = Database(replace(self.config, DATABASE_URL=server.format(name="at_once")))
            copy_rows(database, target)
            target.close()
        database.close()

    def sign_in(self, role: str, leads_to: str = "/") -> str:
        """Enter a person's password, and return the cookie; a visitor only opens the page."""
        browser = self.app.test_client()
        form = form_of(browser, "/sign-in", "/sign-in")
        if role != VISITOR:
            filled = form.filled(email=f"{role}@demo.example", password=PASSWORD)
            assert browser.post(form.address, data=filled).location == leads_to
            browser.get("/account")  # makes the token of forms
        cookie = browser.get_cookie("hub_session")
        assert cookie
        return cookie.value

    @contextmanager
    def another(self, *, on_server: bool = False) -> Iterator[Database]:
        """Give the app a world as it was, on SQLite or on the PostgreSQL server."""
        if on_server:
            postgres.create(self.server, "at_once_copy", template="at_once")
            url = self.server.format(name="at_once_copy")
        else:
            url = f"sqlite:///{shutil.copy(self.folder / 'hub.sqlite3', self.folder.parent / 'copy.sqlite3')}"
        database = Database(replace(self.config, DATABASE_URL=url))
        with database.writing() as db:
            signed_in_now(db)
        self.app.extensions["hub-database"] = database
        yield database
        database.close()
        for file in self.folder.parent.glob("copy.sqlite3*"):
            file.unlink()

    def browser(self, cookie: str) -> FlaskClient:
        """Return a browser with this cookie."""
        browser = self.app.test_client()
        browser.set_cookie("hub_session", cookie)
        return browser


def signed_in_now(db: Session) -> None:
    """Let everyone have signed in just now: see RECENT in hub/members/rules/factors.py."""
    db.execute(update(SignInSession).values(made_at=clock.now(), used_at=clock.now()))


class Scene:
    """A form in a world: who sends it, and what is entered."""

    def __init__(self, worlds: Worlds, database: Database, sending: Sending | Case, role: str = "") -> None:
        self.worlds, self.sending = worlds, sending
        self.role = role or (sending.first if isinstance(sending, Case) else sending.role)
        with database.writing() as db:
            db.info[SENDER] = self.role
            values: Any = sending.my_values if isinstance(sending, Case) else sending.values
            if isinstance(sending, Case):
                self.page = sending.page(db)
                self.address = sending.action(db) if callable(sending.action) else sending.action
            else:
                self.address = sending.address(db) if callable(sending.address) else sending.address
                db.flush()
                self.page = sending.opens(db) if callable(sending.opens) else sending.opens
            self.values: dict[str, Any] = values(db) if callable(values) else values
        self.cookie = worlds.cookies[self.role]
        if isinstance(sending, Sending) and sending.is_half:
            self.cookie = worlds.sign_in("representative", leads_to="/sign-in/second-step")

    def form(self) -> PageForm:
        """Return the filled-in form, opened now."""
        browser = self.worlds.browser(self.cookie)
        if isinstance(self.sending, Case):
            form = opened(browser, self.page, self.address.format(self.page.split("/")[-1]), self.sending.do)
        elif self.page:
            page = browser.get(self.page)
            form = form_in(page, self.address.split("?")[0], self.sending.do)
            if self.sending.answer:
                form = PageForm(form.address, form.values | self.sending.answer(page.text))
        else:
            hidden = form_of(browser, "/sign-in" if self.role == VISITOR else "/account", "/look").values
            form = PageForm(self.address, {"csrf_token": hidden["csrf_token"], "form_id": [secrets.token_urlsafe(16)]})
        filled = PageForm(form.address, form.values | self.values)
        if isinstance(self.sending, Sending) and self.sending.previews:
            preview = form_on(browser.post(filled.address, data=filled.values), filled.address)
            return PageForm(preview.address, preview.values | {self.sending.previews: ["1"]})
        return filled

    def send(self, form: PageForm) -> int:
        """Send the form from a browser of its own, and return the status of the answer."""
        data = {
            name: (BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
            for name, value in form.values.items()
        }
        answer = self.worlds.browser(self.cookie).post(form.address, data=data)
        answer.close()
        return answer.status_code
