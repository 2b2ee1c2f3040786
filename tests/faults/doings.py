"""The actions whose calls fail: every form, downloads, the worker's steps, and the commands that write."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update

from hub.cli.base import main
from hub.core import clock, failures
from hub.core.db import Database
from hub.library.extract.reader import Reader
from hub.mail.models import OutboxMessage
from hub.mail.rules import State
from hub.outreach.models import LogAddress
from hub.outreach.rules.log_address import log_address
from hub.worker import STEPS
from tests.at_once.accounts import add_app
from tests.at_once.preparing import first, public
from tests.at_once.senders import ONE_OF_EACH
from tests.at_once.sendings import SENDINGS
from tests.at_once.worlds import Scene
from tests.faults.prepared import PREPARED
from tests.faults.trying import Act, Answer, Doing, Place, read
from tests.mailserver import ReceivedMail, a_mail_server
from tests.versions import person_id

MESSAGES = 2  # that wait to be sent, so that there aren't hundreds of calls
LATER = timedelta(days=100)  # when the worker's steps have something to do
# Steps that leave their work to other processes, and fail with them: tests/library kills those.
IN_CHILDREN = frozenset({"pages", "bulk", "previews", "recognition", "evidence"})


def _form(name: str) -> Doing:
    def prepare(place: Place) -> Act:
        scene = Scene(place.worlds, place.database, SENDINGS[name], ONE_OF_EACH[name])
        form = scene.form()

        def send() -> Answer:
            data = {
                field: (BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
                for field, value in form.values.items()
            }
            return read(place.worlds.browser(scene.cookie), "POST", form.address, data)

        return send

    return Doing(name, prepare)


def _download(role: str) -> Doing:
    def prepare(place: Place) -> Act:
        with place.database.reading() as db:
            address = f"/resources/{public(db).id}/download"
        return lambda: read(place.worlds.browser(place.worlds.cookies[role]), "GET", address)

    return Doing(f"sharing.download by {role}", prepare)


def _step(name: str, change: Callable[[Database], None] = lambda _database: None) -> Doing:
    """Return a step of the worker, a hundred days later."""

    def prepare(place: Place) -> Act:
        change(place.database)
        start = clock.now()
        return lambda: _worked(place.database, name, start + LATER)

    return Doing(f"worker: {name}", prepare, in_items=True)


def _worked(database: Database, name: str, now: object) -> Answer:
    """Run a step as the worker does, which logs what it doesn't expect, and tries again."""
    with pytest.MonkeyPatch.context() as patch, Reader() as reader:
        patch.setattr(clock, "now", lambda: now)
        try:
            STEPS[name](database, reader)
        except Exception as error:  # noqa: BLE001 - the worker catches each too
            sentence = failures.sentence_of(error)
            return Answer(503 if sentence else 500, sentence or repr(error))
    return Answer(200)


def _few_messages(database: Database) -> None:
    with database.writing() as db:
        kept = db.scalars(
            select(OutboxMessage.id).where(OutboxMessage.text != "", OutboxMessage.to != "").limit(MESSAGES)
        ).all()
        db.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(kept))
            .values(state=State.WAITING, quiet="", settled_at=None)
        )
        db.execute(delete(OutboxMessage).where(OutboxMessage.id.not_in(kept)))


def _changed(database: Database) -> None:
    """Change a title, which the index then lacks."""
    with database.writing() as db:
        public(db).title = "Another title"


def _by_smtp() -> Doing:
    """Return the delivery to a real server, which may have a message twice only if the hub says that it doesn't know."""

    def prepare(place: Place) -> Act:
        _few_messages(place.database)
        start, turns = clock.now(), iter(range(10))
        received: list[ReceivedMail] = []

        def deliver() -> Answer:
            with a_mail_server() as server:
                place.database.config = replace(place.database.config, MAIL_URL=server.url)
                answer = _worked(place.database, "mail", start + LATER + timedelta(hours=2 * next(turns)))
                received.extend(server.received)
            return answer if answer.status >= 400 else _delivered(place.database, len(received))

        return deliver

    return Doing("worker: mail by SMTP", prepare, in_items=True, differs=frozenset({("outbox_message", "state")}))


def _delivered(database: Database, received: int) -> Answer:
    """Compare what the hub says of the messages with how many the server received."""
    with database.reading() as db:
        states = Counter(db.scalars(select(OutboxMessage.state)))
    words = f"The server has {received}, and these are the states: {states}."
    if not states[State.SENT] <= received <= states[State.SENT] + states[State.UNKNOWN]:
        return Answer(500, words)
    return Answer(503 if states[State.WAITING] else 200, words)


_COMMANDS = {
    "organization add": ("Copper Basin", "--kind", "member"),
    "person add": ("bo@copper.example", "--name", "Bo", "--organization", "lakeshore", "--role", "contributor"),
    "import": ("FILE", "--organization", "lakeshore", "--kind", "resource"),
    "export": ("--person", "contributor@demo.example", "FOLDER/person.zip"),
    "backup": ("FOLDER/backups",),
    "person erase": ("contributor@demo.example", "--yes"),
    "person reset-second-factor": ("contributor@demo.example",),
    "mail-in": ("FILE", "--to", "LOG"),
    "rebuild": ("--index",),
}


def _command(name: str, words: tuple[str, ...]) -> Doing:
    def prepare(place: Place) -> Act:
        file, config = place.folder / "toolkit.md", place.database.config
        file.write_text("Subject: Toolkit\n\nSteel castings.")
        with place.database.writing() as db:
            if name == "person reset-second-factor":
                add_app(db, person_id(db, "contributor@demo.example"))
            log = log_address(first(db, LogAddress, LogAddress.ended_at.is_(None)).token, "log.demo.example")
        environ = {
            "HUB_INSTANCE": str(config.INSTANCE),
            "HUB_UPLOADS": str(config.UPLOADS),
            "HUB_DATABASE_URL": config.DATABASE_URL,
            "HUB_RESERVE_MB": "0",
            "HUB_MAIL_DOMAIN": "log.demo.example",
        }
        named = {"FILE": str(file), "FOLDER": str(place.folder), "LOG": log}
        given = [re.sub("FILE|FOLDER|LOG", lambda match: named[match[0]], word) for word in words]

        def run() -> Answer:
            result = CliRunner().invoke(main, [*name.split(), *given], env=environ)
            if not isinstance(result.exception, SystemExit | None):
                return Answer(500, repr(result.exception))
            return Answer(507 if result.exit_code else 200, result.output)

        return run

    return Doing(f"hub {name}", prepare)


def _prepared(name: str) -> Doing:
    def prepare(place: Place) -> Act:
        request = PREPARED[name](place)
        return lambda: read(request.browser, request.method, request.address, request.data, request.headers)

    return Doing(name, prepare)


DOINGS: dict[str, Doing] = {
    doing.name: doing
    for doing in (
        *map(_form, SENDINGS),
        *map(_download, ("contributor", "visitor")),
        *(_step(name) for name in STEPS if name not in IN_CHILDREN | {"mail", "index"}),
        _step("index", _changed),
        _step("mail", _few_messages),
        _by_smtp(),
        *(_command(name, words) for name, words in _COMMANDS.items()),
        *(_prepared(name) for name in PREPARED),
    )
}

# What isn't tried, with the reason.
NOT_TRIED: dict[str, str] = {
    "uploads.look": "changes nothing: the bytes are read for a title and a date, in another process",
    "uploads.known": "changes nothing: says which files the hub has",
    "members.signed_on": "needs an identity provider: tests/members/test_single_sign_on.py",
    **{f"worker: {name}": "leaves its work to other processes, which tests/library kills" for name in IN_CHILDREN},
    "hub catch-up": "runs the worker's steps",
    "hub db upgrade": "runs migrations, each in a transaction of its own",
    "hub demo": "adds samples to an empty hub",
    "hub key rotate": "replaces one file, with no row of the database: tests/core/test_secret_keys.py",
    "hub restore": "tests/operations/test_restoring.py cuts it off at each rename",
    **dict.fromkeys(
        ["hub attention", "hub doctor", "hub search", "hub sharing", "hub verify", "hub verify-packet"],
        "changes nothing of the hub's",
    ),
    **dict.fromkeys(["hub serve", "hub worker"], "tests/kills"),
}
