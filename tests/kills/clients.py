"""People who write to a hub over HTTP, and send a form again until it is answered."""

import random
import re
import threading
from dataclasses import dataclass
from itertools import count

import requests
from bs4 import BeautifulSoup

from tests.forms import Values, values_of
from tests.kills.ledger import Kind, Ledger, Problems
from tests.serving import Hub
from tests.world import PASSWORD

TIMEOUT = 60  # seconds until a form counts as hung
_LONGEST_WAIT = 1800  # seconds for which someone may have to wait after sign-ins that a kill cut off
_PAUSE = 0.5  # seconds between two tries
_ACCEPTED = {302, 303}
# 503: the hub is busy or its database is down. 429: sign-ins that a kill cut off count as failed, so the next has to wait,
# longer each time, which isn't hanging.
# Nothing was saved, and the form may be sent again.
_NOT_NOW = {429, 503}
_WAIT = 429
_QUARTER = "2026Q3"


class EndedError(Exception):
    """Raised when a client gets an answer that they can't continue with."""


@dataclass(frozen=True)
class Account:
    """Who writes, and the two resources that they report."""

    email: str
    resources: tuple[int, int]


class Client(threading.Thread):
    """A person with a browser, who writes one thing after another until ``stop``."""

    def __init__(self, hub: Hub, account: Account, ledger: Ledger, problems: Problems, seed: int) -> None:
        super().__init__(daemon=True)
        self.hub, self.account, self.ledger, self.problems = hub, account, ledger, problems
        self.chance, self.stop, self.numbers = random.Random(f"{seed} {account.email}"), threading.Event(), count(1)
        self.browser = requests.Session()
        self.acts = (self._upload, self._report, self._confirm, self._add_stakeholder, self._sign_in, self._send_pack)

    def run(self) -> None:
        """Sign in and write; after an answer that no one expects, begin again in another browser."""
        while not self.stop.is_set():
            try:
                self.browser = requests.Session()
                self._sign_in()
                while not self.stop.is_set():
                    self.chance.choice(self.acts)()
            except EndedError as ended:
                self.problems.wrong.append(f"{self.account.email}, after {next(self.numbers)} things: {ended}")

    def _word(self) -> str:
        return f"{self.account.email.partition('@')[0]}-{next(self.numbers)}"

    def _send(self, method: str, path: str, files: dict[str, tuple[str, bytes]] | None = None, data: Values | None = None) -> requests.Response:  # fmt: skip
        """Send a request until it is answered, with the same bytes."""
        waiting, left, waits = threading.Event(), int(TIMEOUT / _PAUSE), int(_LONGEST_WAIT / _PAUSE)
        while left and waits:
            before = self.browser.cookies.copy()
            try:
                answer = self.browser.request(
                    method, self.hub.address + path, data=data, files=files, timeout=TIMEOUT, allow_redirects=False
                )
            except requests.RequestException:
                self.browser.cookies = before  # an answer that was cut off may have set some
                left -= 1
            else:
                if answer.status_code not in _NOT_NOW:
                    return answer
                left, waits = (left, waits - 1) if answer.status_code == _WAIT else (left - 1, waits)
            waiting.wait(_PAUSE)
        self.problems.hung.append(
            f"{self.account.email}, after {next(self.numbers)} things: {method} {path} had no answer."
        )
        raise EndedError(path)

    def _form(self, page: str, action: str, **changes: str | list[str]) -> Values:
        """Open a page, and return what its form for ``action`` sends with these changes."""
        answer = self._send("GET", page)
        for form in BeautifulSoup(answer.text, "lxml").find_all("form", method="post"):
            target = str(form.get("action") or page).partition("?")[0]
            if target == action:
                named = {name: value if isinstance(value, list) else [value] for name, value in changes.items()}
                return values_of(form) | named
        message = f"{page} answered {answer.status_code} and has no form for {action}"
        raise EndedError(message)

    def _post(self, path: str, data: Values, files: dict[str, tuple[str, bytes]] | None = None) -> str:
        """Send a form, and return where the answer leads."""
        answer = self._send("POST", path, files, data)
        if answer.status_code not in _ACCEPTED:
            text = BeautifulSoup(answer.text, "lxml").get_text(" ", strip=True)
            message = f"{path} answered {answer.status_code}: {text[:600]}"
            raise EndedError(message)
        return answer.headers["Location"]

    def _write(self, kind: Kind, word: str, path: str, data: Values, files: dict[str, tuple[str, bytes]] | None = None) -> None:  # fmt: skip
        self.ledger.begin(kind, word)
        self._post(path, data, files)
        self.ledger.acknowledge(kind, word)

    def _upload(self) -> None:
        word = self._word()
        form = self._form("/resources/new", "/resources/new", kind="resource", audience="network")
        self._write(
            Kind.UPLOAD, word, "/resources/new", form, {"files": (f"{word}.txt", f"A text of {word}.".encode())}
        )

    def _report(self) -> None:
        word = self._word()
        path = "/sharing/declare"
        chosen = [str(number) for number in self.account.resources]
        form = self._form(path, path, resources=chosen, with_whom="our members", channel="email", note=word)
        self._write(Kind.REPORT, word, path, form)

    def _confirm(self) -> None:
        word, path = self._word(), f"/sharing/{_QUARTER}/confirm"
        chosen = [str(number) for number in self.account.resources]
        form = self._form(path, path, shared="yes", resources=chosen, with_whom="our members", note=word)
        self._write(Kind.CONFIRMATION, word, path, form)

    def _add_stakeholder(self, group: str = "Press") -> None:
        word, path = self._word(), "/sharing/stakeholders/new"
        form = self._form(path, path, email=f"{word}@paper.example", name=word, groups=group)
        self._write(Kind.STAKEHOLDER, word, path, form)

    def _send_pack(self) -> None:
        word, path = self._word(), "/sharing/packs/new"
        for _ in range(2):
            self._add_stakeholder(word)
        form = self._form(path, path, resources=[str(number) for number in self.account.resources])
        pack = self._post(path, form)
        self._post(pack, self._form(pack, pack, title=word, groups=[word], do="preview"))
        form = self._form(f"{pack}/preview", f"{pack}/send", when="now")
        self._write(Kind.PACK, word, f"{pack}/send", form)

    def _sign_in(self) -> None:
        """Sign out, if signed in, and in again: the old session has to stay ended, and the new one has to last."""
        email = self.account.email
        if self.browser.cookies:
            former = self.browser.cookies.copy()
            self._post("/sign-out", self._form("/account", "/sign-out"))
            self.browser.cookies = former
            if self._send("GET", "/account").status_code not in _ACCEPTED:
                self.problems.wrong.append(f"{email} signed out, and the old cookie still works.")
        self.browser = requests.Session()
        form = self._form("/sign-in", "/sign-in", email=email, password=PASSWORD)
        with self.ledger.lock:
            self.ledger.unfinished[email] += 1
        self._post("/sign-in", form)
        with self.ledger.lock:
            self.ledger.unfinished[email] -= 1
            self.ledger.sign_ins[email] += 1
        if not re.search(re.escape(email), self._send("GET", "/account").text):
            self.problems.lost.append(f"{email} signed in, and isn’t.")
