"""Settings: their defaults and meanings.

The environment variable ``HUB_<NAME>`` overrides a default. An invalid value stops the hub with one sentence.
"""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from hub.core.addresses import is_address
from hub.core.dates import parse_time

ROOT = Path(__file__).resolve().parent
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class WrongSettingError(Exception):
    """Raised for an invalid setting; its text is one sentence for the operator."""


def _setting(default: Any, means: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"means": means}, repr=not secret)


@dataclass(frozen=True)
class MailServer:
    """The mail server for outgoing email, parsed from MAIL_URL."""

    host: str
    port: int
    implicit_tls: bool  # encrypted from the first byte: smtps://
    starttls: str  # "offered" (used if the server offers it), "required" or "never"
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_local(self) -> bool:
        """True if the server runs on this machine, so that no one can intercept the connection."""
        return self.host in {"localhost", "::1"} or self.host.startswith("127.")


@dataclass(frozen=True)
class Config:
    """The settings of one installation. Relative paths start from the project's folder."""

    INSTANCE: Path = _setting(Path("instance"), "folder for this installation's database and secret keys")
    UPLOADS: Path = _setting(Path("uploads"), "folder for uploaded files, previews and the search index")
    DATABASE_URL: str = _setting(
        "", "database URL, such as postgresql://…; empty: SQLite in the instance folder", secret=True
    )
    SECRET_KEY: str = _setting(
        "", "key that signs sessions and links; empty: generated and stored in the instance folder", secret=True
    )
    BASE_URL: str = _setting("http://127.0.0.1:8000", "the hub's public URL; all links in email begin with it")
    HUB_NAME: str = _setting("AMCC Resource Hub", "the hub's name, shown on every page")
    TIME_ZONE: str = _setting("America/New_York", "time zone for dates, times and quarters")
    RECORDS_BEGIN: str = _setting(
        "",
        "first day of the hub's records, such as 2026-01-01; before it no one is silent or overdue; empty: the hub's "
        "first day, or the day that the coordinator chose",
    )
    CALL_WEEKDAY: str = _setting("monday", "weekday of the weekly call: monday to sunday")
    CALL_TIME: str = _setting("11:30", "start of the weekly call in TIME_ZONE, such as 11:30 a.m.")
    CALL_MINUTES: int = _setting(30, "length of the weekly call, in minutes")
    CALL_TITLE: str = _setting("Weekly national call", "title of the weekly call")
    CALL_LINK: str = _setting("", "meeting link for new calls, beginning with https://")
    SEARCH_ENGINE: str = _setting("whoosh", "full-text search engine: whoosh")
    MAIL_URL: str = _setting(
        "",
        "mail server for outgoing email, such as smtp://user:password@mail.example.org:587 or smtps://…; "
        "empty: email is saved as files and shown at /outbox",
        secret=True,
    )
    MAIL_FROM: str = _setting("", "sender of the hub's email, such as hub@example.org; empty: hub@ and BASE_URL's host")
    MAIL_DOMAIN: str = _setting(
        "", "domain whose mail for log+…@ and bounces+…@ goes to hub mail-in; empty: no incoming mail"
    )
    MAIL_KEEP_DAYS: int = _setting(90, "days after which texts and addresses of sent email are deleted")
    MAX_UPLOAD_MB: int = _setting(500, "size limit of an uploaded file, in megabytes (1,000,000 bytes)")
    MAX_EVIDENCE_MB: int = _setting(25, "size limit of a file uploaded with an application to join, in megabytes")
    APPLICATION_QUORUM: int = _setting(2, "number of Advisory Board votes needed to decide on an application")
    SHARE_LINK_DAYS: int = _setting(90, "days until a new share link expires")
    TRACE_DAYS: int = _setting(
        400, "days after which a pack keeps only counts, and no longer what each recipient opened and downloaded"
    )
    UNSUBSCRIBE_KEY: str = _setting(
        "",
        "key that hashes unsubscribed addresses; empty: generated and stored in the instance folder; never change it",
    )
    SESSION_DAYS: int = _setting(14, "days until a person must sign in again")
    WEB_WORKERS: int = _setting(2, "number of web processes of hub serve")
    WEB_THREADS: int = _setting(8, "number of threads in each web process")
    WORKER_PAUSE: float = _setting(0.5, "worker polling interval, in seconds")
    TRUSTED_PROXIES: int = _setting(
        0, "number of reverse proxies in front of the hub whose X-Forwarded headers are trusted"
    )
    LOG_FORMAT: str = _setting("text", "log format: text or json")
    LOG_LEVEL: str = _setting("INFO", "minimum log level: DEBUG, INFO, WARNING or ERROR")

    # The settings from the environment, which those chosen in the browser don't override.
    given: frozenset[str] = frozenset()

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **given: Any) -> "Config":
        """Return the settings from the environment (or ``environ``), overridden by ``given``.

        Raises WrongSettingError if a value is invalid.
        """
        environ = os.environ if environ is None else environ
        values = {
            f.name: _parsed(f, environ[f"HUB_{f.name}"]) for f in settings() if environ.get(f"HUB_{f.name}", "") != ""
        }
        config = cls(**(values | given), given=frozenset(values | given))
        config._check()
        return config._completed()

    def _check(self) -> None:
        """Raise WrongSettingError for the first invalid value."""
        for name, (is_valid, must) in CHECKS.items():
            value = getattr(self, name)
            if not is_valid(value):
                raise WrongSettingError(_sentence(name, _redacted(name, value), must))

    def _completed(self) -> "Config":
        """Return the settings with absolute paths, and with values for the database and keys filled in."""
        instance, uploads = (ROOT / self.INSTANCE).resolve(), (ROOT / self.UPLOADS).resolve()
        for name, folder in (("INSTANCE", instance), ("UPLOADS", uploads)):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise WrongSettingError(
                    _sentence(name, folder, f"that folder can't be used ({error.strerror})")
                ) from error
        url = self.DATABASE_URL or f"sqlite:///{instance / 'hub.sqlite3'}"
        if url.startswith("postgresql://"):
            url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
        completed = {f.name: getattr(self, f.name) for f in fields(self)} | {
            "INSTANCE": instance,
            "UPLOADS": uploads,
            "DATABASE_URL": url,
            "SECRET_KEY": self.SECRET_KEY or _stored_key(instance / "secret-key"),
            "UNSUBSCRIBE_KEY": self.UNSUBSCRIBE_KEY or _stored_key(instance / "unsubscribe-key"),
            "BASE_URL": self.BASE_URL.rstrip("/"),
            "MAIL_FROM": self.MAIL_FROM or f"hub@{_mail_host(self.BASE_URL)}",
            "MAIL_DOMAIN": self.MAIL_DOMAIN.lower(),
        }
        return Config(**completed)

    @property
    def zone(self) -> ZoneInfo:
        """The hub's time zone."""
        return ZoneInfo(self.TIME_ZONE)

    @property
    def records_begin(self) -> date:
        """The first day of the hub's records; before it no one is silent, overdue or reminded."""
        return date.fromisoformat(self.RECORDS_BEGIN) if self.RECORDS_BEGIN else date.min

    @property
    def mail_server(self) -> MailServer | None:
        """The mail server; None if email is saved as files."""
        return _mail_server(self.MAIL_URL)

    @property
    def max_upload_bytes(self) -> int:
        """The size limit of an uploaded file, in bytes."""
        return self.MAX_UPLOAD_MB * 1_000_000


def settings() -> tuple[Field[Any], ...]:
    """Return all settings as dataclass fields, each with its name, default and meaning."""
    return tuple(field for field in fields(Config) if "means" in field.metadata)


def is_day(text: str) -> bool:
    """Return True for a date like 2026-01-01, or an empty text."""
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def is_zone(name: str) -> bool:
    """Return True if there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return bool(name)


def _parsed(setting: Field[Any], text: str) -> Any:
    """Return the value of an environment variable, converted to the setting's type."""
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
    """Return the server in ``url``, with user and password percent-decoded; None if the URL is invalid.

    ``?starttls=required`` rejects a server without STARTTLS; ``?starttls=never`` turns STARTTLS off.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError:
        return None
    starttls = options.pop("starttls", "offered")
    is_invalid = (
        parts.scheme not in {"smtp", "smtps"}
        or not host
        or port == 0
        or options
        or starttls not in _STARTTLS
        or parts.path not in {"", "/"}
        or parts.fragment
        or (parts.password is not None and not parts.username)
    )
    if is_invalid or host is None or re.search(r"\s|[\x00-\x1f\x7f]", url):
        return None
    implicit = parts.scheme == "smtps"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    default_port = 465 if implicit else 587 if user else 25
    return MailServer(host, port or default_port, implicit, starttls, user, password)


def _is_address(text: str) -> bool:
    """Return True if ``text`` is one email address without a name."""
    return text.isascii() and is_address(text) and bool(_DOMAIN.fullmatch(text.rpartition("@")[2]))


def _mail_host(base_url: str) -> str:
    """Return the host of BASE_URL as the sender's domain, or localhost if it is an IP address."""
    host = urlsplit(base_url).hostname or ""
    return host if _DOMAIN.fullmatch(host) and not host.replace(".", "").isdigit() else "localhost"


def _is_time(text: str) -> bool:
    try:
        parse_time(text)
    except ValueError:
        return False
    return True


def _stored_key(path: Path) -> str:
    """Return this installation's key, which the first start generates in a file that only its owner can read."""
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()


def _is_base_url(text: str) -> bool:
    """Return True if links with this URL fit literally into the headers of email."""
    url = urlsplit(text)
    is_literal = bool(re.fullmatch(r"[!-~]+", text)) and not set(text) & set('<>"') and len(text) <= LONGEST_BASE_URL
    return url.scheme in {"http", "https"} and bool(url.netloc) and is_literal


def _is_safe_key(text: str) -> bool:
    """Return True if the key is empty, so that the hub generates one, or too long to guess."""
    return not text or len(text) >= SHORTEST_KEY


def _redacted(name: str, value: object) -> str:
    """Return the value for an error message, without secrets."""
    if name in {"SECRET_KEY", "UNSUBSCRIBE_KEY", "MAIL_URL"}:
        return "(hidden)"
    return str(value).rsplit("@", maxsplit=1)[-1] if name == "DATABASE_URL" else str(value)


SHORTEST_KEY = 16  # characters
LONGEST_BASE_URL = 500  # characters; with the longest path, a line of email has up to 998
_DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")
_LINKS = ("https://", "http://")
_POSITIVE: tuple[Callable[[Any], bool], str] = (lambda value: value > 0, "it must be more than 0")
_KEY: tuple[Callable[[Any], bool], str] = (_is_safe_key, f"it must have at least {SHORTEST_KEY} characters")

# Validation of the settings: a test of the value, and the end of the error sentence.
CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "SEARCH_ENGINE": (lambda value: value == "whoosh", "it must be whoosh"),
    "LOG_FORMAT": (lambda value: value in {"text", "json"}, "it must be text or json"),
    "LOG_LEVEL": (
        lambda value: value in {"DEBUG", "INFO", "WARNING", "ERROR"},
        "it must be DEBUG, INFO, WARNING or ERROR",
    ),
    "TIME_ZONE": (is_zone, "it must be a time zone such as America/New_York"),
    "RECORDS_BEGIN": (is_day, "it must be a date such as 2026-01-01"),
    "CALL_TIME": (_is_time, "it must be a time of day such as 11:30 a.m."),
    "CALL_WEEKDAY": (lambda value: value in WEEKDAYS, "it must be a weekday such as monday"),
    "CALL_MINUTES": (lambda value: 10 <= value <= 240, "it must be from 10 to 240"),  # noqa: PLR2004 - minutes of a call
    "CALL_LINK": (lambda value: not value or value.startswith(_LINKS), "it must be a link that begins with https://"),
    "BASE_URL": (
        _is_base_url,
        "it must be a URL such as https://hub.example.org, with up to 500 characters, all of them ASCII",
    ),
    "DATABASE_URL": (
        lambda value: not value or value.startswith(_DATABASES),
        "it must begin with sqlite:/// or postgresql://",
    ),
    "MAIL_URL": (
        lambda value: not value or _mail_server(value) is not None,
        "it must be a URL such as smtp://user:password@mail.example.org:587 or smtps://mail.example.org",
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
