"""A campaign of random kills: a hub, people who write to it, kills at random moments, and a check after each."""

import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from config import Config
from hub.core.db import Database
from hub.mail.rules import State
from hub.members.rules.organizations import Role
from hub.migrations import schema
from tests.kills.clients import Account, Client
from tests.kills.ledger import Ledger, Problems, compare_mail, states_of_packs
from tests.mailserver import MailServer
from tests.serving import TIMEOUT, Hub, eventually
from tests.world import a_person, a_resource, an_organization

CLIENTS = 3
VERIFY_EVERY = 50  # kills
MADE_AT = datetime(2026, 7, 2, tzinfo=UTC)  # resources, so that they could be shared in the quarter that is confirmed
WEB, WORKER, SERVE, ALL, SERVER = "web process", "worker", "hub serve", "everything at once", "PostgreSQL backend"
_UNSETTLED = {State.WAITING, State.SENDING}


@dataclass
class Campaign:
    """A hub under random kills, and what they led to."""

    hub: Hub
    mail: MailServer
    seed: int
    progress: Callable[[int], None] = lambda _kills: None
    ledger: Ledger = field(default_factory=Ledger)
    tallies: dict[str, list[int]] = field(default_factory=dict)  # times, lost, twice, hung, wrong
    messages: list[str] = field(default_factory=list)
    reported: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.problems, self.chance = Problems(), random.Random(self.seed)
        self.url = str(self.hub.environ.get("HUB_DATABASE_URL", ""))
        self.kinds: dict[str, Callable[[], None]] = {
            WEB: self._kill_web, WORKER: self._kill_worker, SERVE: self._kill_serve, ALL: self._kill_all
        }  # fmt: skip
        if self.url:
            self.kinds[SERVER] = self._kill_backend
        self.accounts = self._fill()

    def _fill(self) -> list[Account]:
        accounts = []
        with closing(self.database()) as database:
            schema.upgrade(database)
            with database.writing() as db:
                for number in range(CLIENTS):
                    organization = an_organization(db, f"Lakeshore {number}")
                    email = f"ana{number}@lakeshore.example"
                    person = a_person(db, organization, Role.REPRESENTATIVE, email)
                    first, second = (
                        a_resource(db, organization, title, created_by=person, created_at=MADE_AT, published_on=MADE_AT.date())
                        for title in (f"Toolkit {number}", f"Guide {number}")
                    )  # fmt: skip
                    accounts.append(Account(email, (first.id, second.id)))
        return accounts

    def database(self) -> Database:
        """Return the hub's database."""
        return Database(Config.load(self.hub.environ))

    def run(self, kills: int) -> None:
        """Kill this many times; the results are in ``tallies`` and ``messages``."""
        self.hub.start()
        clients = [
            Client(self.hub, account, self.ledger, self.problems, self.seed + number)
            for number, account in enumerate(self.accounts)
        ]
        with _running(clients):
            eventually(lambda: len(self.ledger.sign_ins) == CLIENTS or self.problems.wrong)
            pause = threading.Event()
            names = [names for _ in range(kills) for names in self.chance.sample(list(self.kinds), len(self.kinds))]
            for number, kind in enumerate(names[:kills], 1):
                pause.wait(self.chance.uniform(0.1, 1.5))
                self._kill(kind, verifies=number % VERIFY_EVERY == 0)
                self.progress(number)
        self._finish(kind)

    def _kill(self, kind: str, *, verifies: bool) -> None:
        tally = self.tallies.setdefault(kind, [0] * 5)
        tally[0] += 1
        try:
            self.kinds[kind]()
            eventually(self.hub.health)
            self._check()
        except AssertionError as error:
            self.problems.hung.append(f"After killing the {kind}: {error}")
        if verifies:
            self._verify()
        self._add_up(kind)

    def _check(self) -> None:
        def compared() -> bool:
            new = Problems()
            with suppress(OperationalError), closing(self.database()) as database:  # while PostgreSQL recovers
                self.ledger.compare(database, new)
                compare_mail(database, self.mail, new)
                for name in ("lost", "twice", "wrong"):
                    getattr(self.problems, name).extend(getattr(new, name))
                return True
            return False

        eventually(compared)

    def _verify(self) -> None:
        """Run `hub verify` until the worker has caught up and it finds nothing."""
        output: list[str] = []

        def is_clean() -> bool:
            answer = self.hub.command("verify")
            output.append(answer.stdout + answer.stderr)
            return answer.returncode == 0

        try:
            eventually(is_clean)
        except AssertionError:
            self.problems.wrong.append(f"hub verify: {output[-1]}")

    def _add_up(self, kind: str) -> None:
        """Add new problems to the line of this kind of kill; what was counted before isn't counted again."""
        for column, name in enumerate(("lost", "twice", "hung", "wrong"), 1):
            for sentence in list(getattr(self.problems, name)):
                if sentence not in self.reported:
                    self.reported.add(sentence)
                    self.tallies[kind][column] += 1
                    self.messages.append(f"{kind}: {name}: {sentence}")

    def _finish(self, kind: str) -> None:
        """Wait until all work is done, and check everything once more."""
        try:
            eventually(lambda: (health := self.hub.health()) and health["worker"]["files_waiting"] == 0)
            with closing(self.database()) as database:
                with suppress(AssertionError):  # the worker makes a pack's emails after it was acknowledged
                    eventually(lambda: not states_of_packs(database)[1])
                self.problems.wrong += [
                    f"{pack} has too few or too many emails." for pack in states_of_packs(database)[1]
                ]
                eventually(lambda: not _UNSETTLED & set(states_of_packs(database)[0]))
        except AssertionError as error:
            self.problems.hung.append(f"At the end: {error}")
        self._check()
        self._verify()
        self._add_up(kind)

    def _kill_web(self) -> None:
        process = eventually(self.hub.web)
        process.kill()
        eventually(lambda: process not in (webs := self.hub.webs()) and len(webs) == 2)

    def _kill_worker(self) -> None:
        process = eventually(self.hub.worker)
        process.kill()
        eventually(lambda: self.hub.worker() not in {None, process})

    def _kill_serve(self) -> None:
        assert self.hub.process
        children = psutil.Process(self.hub.process.pid).children(recursive=True)
        self.hub.process.kill()
        self.hub.process.wait(TIMEOUT)
        self.hub.start()
        assert psutil.wait_procs(children, 30)[1] == [], "processes of the killed hub are still running"

    def _kill_all(self) -> None:
        if self.url:
            self._kill_backend()
        self.hub.kill()
        self.hub.start()

    def _kill_backend(self) -> None:
        """Kill a process of PostgreSQL that serves the hub; PostgreSQL then restarts all, and recovers from its log."""
        engine = create_engine(self.url)
        query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

        def pids() -> list[int]:
            with suppress(OperationalError), engine.connect() as connection:
                return list(connection.scalars(text(query)))
            return []

        with suppress(ProcessLookupError):
            os.kill(self.chance.choice(eventually(pids)), signal.SIGKILL)
        engine.dispose()


@contextmanager
def _running(clients: list[Client]) -> Iterator[None]:
    for client in clients:
        client.start()
    try:
        yield
    finally:
        for client in clients:
            client.stop.set()
        for client in clients:
            client.join(120)


def table_of(campaigns: list[Campaign]) -> str:
    """Return the table of all kinds of kills, and what was written meanwhile."""
    tallies: dict[str, list[int]] = {}
    for campaign in campaigns:
        for kind, counts in campaign.tallies.items():
            before = tallies.get(kind, [0] * 5)
            tallies[kind] = [old + new for old, new in zip(before, counts, strict=True)]
    tallies["all"] = [sum(column) for column in zip(*tallies.values(), strict=True)]
    lines: list[tuple[str, ...]] = [("killed", "times", "lost", "twice", "hung", "wrong")]
    lines += [(kind, *(f"{count:,}" for count in counts)) for kind, counts in tallies.items()]
    rows = ["  ".join([line[0].ljust(20), *(cell.rjust(6) for cell in line[1:])]) for line in lines]
    for campaign in campaigns:
        written = ", ".join(f"{count:,} {kind}" for kind, count in sorted(campaign.ledger.summary().items()))
        database = "PostgreSQL" if campaign.url else "SQLite"
        rows.append(f"Acknowledged on {database}: {written}; {len(campaign.mail.received):,} emails arrived.")
    return "\n".join([*rows, *(message for campaign in campaigns for message in campaign.messages)])


def show_progress(done: int, kills: int) -> None:
    """Show how far it is: in place on a terminal, otherwise every 50 kills."""
    if sys.stderr.isatty():
        print(f"\r{done:,} of {kills:,} kills", end="" if done < kills else "\n", file=sys.stderr, flush=True)
    elif done % VERIFY_EVERY == 0:
        print(f"{done:,} of {kills:,} kills", file=sys.stderr, flush=True)


def run_on(folder: Path, mail: MailServer, kills: int, seed: int, url: str, begin: int = 0, total: int = 0) -> Campaign:
    """Run a campaign in ``folder``, on SQLite or the PostgreSQL database ``url``, and end the hub."""
    settings = {"MAIL_URL": mail.url, "RECORDS_BEGIN": "2026-01-01", "LOG_FORMAT": "json"}
    if url:
        settings["DATABASE_URL"] = url
    hub = Hub(folder, 0, **settings)
    campaign = Campaign(hub, mail, seed, lambda done: show_progress(begin + done, total or kills))
    try:
        campaign.run(kills)
    finally:
        hub.kill()
    return campaign
