"""Every setting of the hub, with its default and its meaning.

The environment variable ``HUB_<NAME>`` overrides each; a wrong value stops the start with one sentence.
"""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from email.headerregistry import Address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from hub.core.dates import parse_time

ROOT = Path(__file__).resolve().parent
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class WrongSettingError(Exception):
    """A setting that the hub can't start with; its text is one sentence for the operator."""


def _setting(default: Any, means: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"means": means}, repr=not secret)


@dataclass(frozen=True)
class MailServer:
    """Where the hub hands its mail over, as MAIL_URL says it."""

    host: str
    port: int
    implicit_tls: bool  # encrypted from the first byte: smtps://
    starttls: str  # "offered": when the server offers it; "required"; "never"
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_here(self) -> bool:
        """Whether the server runs on this machine, so that no one listens between."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")


@dataclass(frozen=True)
class Config:
    """The settings of one installation. Relative folders lie in the project's folder."""

    INSTANCE: Path = _setting(Path("instance"), "folder of what belongs to this installation (database, secret key)")
    UPLOADS: Path = _setting(
        Path("uploads"), "folder of the files: originals in files/, what is made of them in derived/"
    )
    DATABASE_URL: str = _setting(
        "", "where rows are kept; empty means SQLite in the instance folder, else postgresql://…", secret=True
    )
    SECRET_KEY: str = _setting("", "signs sessions; made and kept in the instance folder when empty", secret=True)
    BASE_URL: str = _setting(
        "http://127.0.0.1:8000", "address under which people open the hub; share links begin with it"
    )
    HUB_NAME: str = _setting("AMCC Resource Hub", "name at the top of every page")
    TIME_ZONE: str = _setting("America/New_York", "time zone that decides days and quarters")
    CALL_WEEKDAY: str = _setting("monday", "day of the weekly call: monday to sunday")
    CALL_TIME: str = _setting("11:30", "when the weekly call begins, on the clocks of TIME_ZONE, as 11:30")
    CALL_MINUTES: int = _setting(30, "how long the weekly call lasts, in minutes")
    CALL_TITLE: str = _setting("Weekly national call", "what the weekly call is called")
    CALL_LINK: str = _setting("", "joining link that each new call gets, beginning with https://")
    SEARCH_ENGINE: str = _setting("whoosh", "full-text engine: whoosh")
    MAIL_URL: str = _setting(
        "",
        "mail server that takes the hub's mail, as smtp://user:password@mail.example.org:587 or smtps://…; "
        "empty means that messages are kept as files and shown at /outbox",
        secret=True,
    )
    MAIL_FROM: str = _setting("", "sender of the hub's mail, as hub@example.org; empty means hub@ and BASE_URL's host")
    MAIL_DOMAIN: str = _setting(
        "", "domain whose mail for log+…@ and bounces+…@ reaches hub mail-in; empty means that there is none"
    )
    MAIL_KEEP_DAYS: int = _setting(90, "days after which the text and the address of a message are forgotten")
    MAX_UPLOAD_MB: int = _setting(500, "largest file that is taken, in megabytes (1,000,000 bytes)")
    MAX_EVIDENCE_MB: int = _setting(25, "largest file that an applicant without an account may send, in megabytes")
    APPLICATION_QUORUM: int = _setting(2, "votes of the Advisory Board that a decision on an application needs")
    SHARE_LINK_DAYS: int = _setting(90, "days after which a new share link expires")
    TRACE_DAYS: int = _setting(
        400, "days after which what single recipients of a pack did (opened, downloaded) is reduced to counts"
    )
    UNSUBSCRIBE_KEY: str = _setting(
        "", "keeps unsubscribed addresses as hashes; made and kept in the instance folder when empty; never change it"
    )
    SESSION_DAYS: int = _setting(14, "days after which a person must sign in again")
    WEB_WORKERS: int = _setting(2, "web processes of hub serve")
    WEB_THREADS: int = _setting(8, "threads in each web process")
    WORKER_PAUSE: float = _setting(0.5, "seconds between two looks of the worker for work")
    TRUSTED_PROXIES: int = _setting(0, "reverse proxies in front whose X-Forwarded headers are believed")
    LOG_FORMAT: str = _setting("text", "log lines as text or json")
    LOG_LEVEL: str = _setting("INFO", "least important log lines that are written: DEBUG, INFO, WARNING or ERROR")

    # Which settings the operator gave: what people choose in the browser doesn't override these.
    given: frozenset[str] = frozenset()

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **given: Any) -> "Config":
        """Return the settings of the environment (or ``environ``), with ``given`` before both.

        Raises WrongSettingError with one sentence when a value can't be used.
        """
        environ = os.environ if environ is None else environ
        values = {
            f.name: _parsed(f, environ[f"HUB_{f.name}"]) for f in settings() if environ.get(f"HUB_{f.name}", "") != ""
        }
        config = cls(**(values | given), given=frozenset(values | given))
        config._check()
        return config._settled()

    def _check(self) -> None:
        """Refuse what can't work, in the words of the person who set it."""
        for name, (holds, must) in MUST.items():
            value = getattr(self, name)
            if not holds(value):
                raise WrongSettingError(_sentence(name, _shown(name, value), must))

    def _settled(self) -> "Config":
        """Return the same settings with folders made absolute, and the database and the key filled in."""
        instance, uploads = (ROOT / self.INSTANCE).resolve(), (ROOT / self.UPLOADS).resolve()
        for name, folder in (("INSTANCE", instance), ("UPLOADS", uploads)):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise WrongSettingError(
                    _sentence(name, folder, f"the folder can't be used ({error.strerror})")
                ) from error
        url = self.DATABASE_URL or f"sqlite:///{instance / 'hub.sqlite3'}"
        if url.startswith("postgresql://"):
            url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
        settled = {f.name: getattr(self, f.name) for f in fields(self)} | {
            "INSTANCE": instance,
            "UPLOADS": uploads,
            "DATABASE_URL": url,
            "SECRET_KEY": self.SECRET_KEY or _kept_secret(instance / "secret-key"),
            "UNSUBSCRIBE_KEY": self.UNSUBSCRIBE_KEY or _kept_secret(instance / "unsubscribe-key"),
            "BASE_URL": self.BASE_URL.rstrip("/"),
            "MAIL_FROM": self.MAIL_FROM or f"hub@{_mail_host(self.BASE_URL)}",
            "MAIL_DOMAIN": self.MAIL_DOMAIN.lower(),
        }
        return Config(**settled)

    @property
    def zone(self) -> ZoneInfo:
        """The hub's time zone."""
        return ZoneInfo(self.TIME_ZONE)

    @property
    def mail_server(self) -> MailServer | None:
        """Where mail is handed over; None: it is kept as files."""
        return _mail_server(self.MAIL_URL)

    @property
    def max_upload_bytes(self) -> int:
        """The largest file that is taken, in bytes."""
        return self.MAX_UPLOAD_MB * 1_000_000


def settings() -> tuple[Field[Any], ...]:
    """Return the settings, each with its name, default and meaning."""
    return tuple(field for field in fields(Config) if "means" in field.metadata)


def is_zone(name: str) -> bool:
    """Return whether there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return bool(name)


def _parsed(setting: Field[Any], text: str) -> Any:
    """Return the value of an environment variable in the type of its setting."""
    kind: type[Any] = type(setting.default)
    try:
        return kind(text)
    except ValueError as error:
        raise WrongSettingError(_sentence(setting.name, text, "it must be a number")) from error


def _sentence(name: str, value: object, must: str) -> str:
    return f"The setting HUB_{name} is {str(value)!r}, but {must}."


_DOMAIN = re.compile(
    r"(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_STARTTLS = frozenset({"offered", "required", "never"})


def _mail_server(url: str) -> MailServer | None:
    """Return the server that ``url`` names, its user and password percent-decoded; None when it names none.

    ``?starttls=required`` refuses a server that offers none, ``?starttls=never`` doesn't ask for it.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError:
        return None
    starttls = options.pop("starttls", "offered")
    wrong = (
        parts.scheme not in {"smtp", "smtps"}
        or not host
        or port == 0
        or options
        or starttls not in _STARTTLS
        or parts.path not in {"", "/"}
        or parts.fragment
        or (parts.password is not None and not parts.username)
    )
    if wrong or host is None or re.search(r"\s|[\x00-\x1f\x7f]", url):
        return None
    implicit = parts.scheme == "smtps"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    default_port = 465 if implicit else 587 if user else 25
    return MailServer(host, port or default_port, implicit, starttls, user, password)


def _is_address(text: str) -> bool:
    """Return whether ``text`` is one plain email address, without a name."""
    try:
        address = Address(addr_spec=text)
    except (ValueError, IndexError):
        return False
    return text.isascii() and bool(address.username) and bool(_DOMAIN.fullmatch(address.domain))


def _mail_host(base_url: str) -> str:
    """Return the host of BASE_URL as the domain of a sender; an address in numbers makes none."""
    host = urlsplit(base_url).hostname or ""
    return host if _DOMAIN.fullmatch(host) and not host.replace(".", "").isdigit() else "localhost"


def _is_time(text: str) -> bool:
    try:
        parse_time(text)
    except ValueError:
        return False
    return True


def _kept_secret(path: Path) -> str:
    """Return the key of this installation; made on the first start, readable by its owner alone."""
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()


def _is_base(text: str) -> bool:
    url = urlsplit(text)
    return url.scheme in {"http", "https"} and bool(url.netloc)


def _is_safe_key(text: str) -> bool:
    """Empty, for one that the hub makes; or too long to be guessed."""
    return not text or len(text) >= SHORTEST_KEY


def _shown(name: str, value: object) -> str:
    """Return the value as the operator may see it on a screen: secrets aren't shown."""
    if name in {"SECRET_KEY", "UNSUBSCRIBE_KEY", "MAIL_URL"}:
        return "(hidden)"
    return str(value).rsplit("@", maxsplit=1)[-1] if name == "DATABASE_URL" else str(value)


SHORTEST_KEY = 16  # characters
_ROWS = ("sqlite:///", "postgresql://", "postgresql+psycopg://")
_WEB = ("https://", "http://")
_POSITIVE: tuple[Callable[[Any], bool], str] = (lambda value: value > 0, "it must be more than 0")
_KEY: tuple[Callable[[Any], bool], str] = (_is_safe_key, f"it must have at least {SHORTEST_KEY} characters")

# What each setting must be: a test of its value, and the rest of the sentence for who set it.
MUST: dict[str, tuple[Callable[[Any], bool], str]] = {
    "SEARCH_ENGINE": (lambda value: value == "whoosh", "it must be whoosh"),
    "LOG_FORMAT": (lambda value: value in {"text", "json"}, "it must be text or json"),
    "LOG_LEVEL": (
        lambda value: value in {"DEBUG", "INFO", "WARNING", "ERROR"},
        "it must be DEBUG, INFO, WARNING or ERROR",
    ),
    "TIME_ZONE": (is_zone, "it must be a zone such as America/New_York"),
    "CALL_TIME": (_is_time, "it must be a time of day such as 11:30"),
    "CALL_WEEKDAY": (lambda value: value in WEEKDAYS, "it must be a day such as monday"),
    "CALL_MINUTES": (lambda value: 10 <= value <= 240, "it must be from 10 to 240"),  # noqa: PLR2004 - minutes of a call
    "CALL_LINK": (lambda value: not value or value.startswith(_WEB), "it must be an address that begins with https://"),
    "BASE_URL": (_is_base, "it must be an address such as https://hub.example.org"),
    "DATABASE_URL": (
        lambda value: not value or value.startswith(_ROWS),
        "it must begin with sqlite:/// or postgresql://",
    ),
    "MAIL_URL": (
        lambda value: not value or _mail_server(value) is not None,
        "it must be an address such as smtp://user:password@mail.example.org:587 or smtps://mail.example.org",
    ),
    "MAIL_FROM": (
        lambda value: not value or _is_address(value),
        "it must be an email address such as hub@example.org",
    ),
    "MAIL_DOMAIN": (
        lambda value: not value or bool(_DOMAIN.fullmatch(value)),
        "it must be a domain such as hub.example.org",
    ),
    "MAIL_KEEP_DAYS": _POSITIVE,
    "MAX_UPLOAD_MB": _POSITIVE,
    "MAX_EVIDENCE_MB": _POSITIVE,
    "APPLICATION_QUORUM": _POSITIVE,
    "SHARE_LINK_DAYS": _POSITIVE,
    "TRACE_DAYS": _POSITIVE,
    "SESSION_DAYS": _POSITIVE,
    "WEB_WORKERS": _POSITIVE,
    "WEB_THREADS": _POSITIVE,
    "WORKER_PAUSE": _POSITIVE,
    "TRUSTED_PROXIES": (lambda value: value >= 0, "it must be 0 or more"),
    "SECRET_KEY": _KEY,
    "UNSUBSCRIBE_KEY": _KEY,
}
