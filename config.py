"""Settings: their defaults and meanings.

The environment variable ``HUB_<NAME>`` overrides a default. An invalid value stops the hub with one sentence.
"""

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hub.core import clock, secret_keys
from hub.core.secret_keys import OldKey
from hub.core.setting_checks import CHECKS, MailServer, mail_host, mail_server
from hub.core.sign_on_settings import SignOnProvider, WrongProviderError, providers_of

ROOT = Path(__file__).resolve().parent


class WrongSettingError(Exception):
    """Raised for an invalid setting; its text is one sentence for the operator."""


def _setting(default: Any, means: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"means": means}, repr=not secret)


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
    SECRET_KEYS_OLD: str = _setting(
        "",
        "former values of SECRET_KEY, newest first, with spaces between them; what they signed still works",
        secret=True,
    )
    SECRET_KEY_DAYS: int = _setting(90, "days for which a key still works after hub key rotate replaced it")
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
    MEANING: str = _setting("on", "off: search doesn't use the extra meaning, also if it is installed")
    MEANING_MODEL: str = _setting(
        "", "folder with your own model for search by meaning; empty: the model that the extra meaning installs"
    )
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
    CLAMD: str = _setting(
        "",
        "virus scanner: the address of ClamAV's clamd, such as unix:/run/clamav/clamd.ctl or 127.0.0.1:3310; "
        "empty: files aren't scanned",
    )
    UPLOAD_QUOTA_MB: int = _setting(
        0, "storage of one organization's files, in megabytes; the same file counts once; 0: no limit"
    )
    MIN_FREE_MB: int = _setting(
        200, "megabytes of disk space that uploads leave free, also those that haven't arrived in full"
    )
    PREVIEW_PERCENT: int = _setting(
        40, "size of all previews, as a percentage of the size of the files; the least recently used go first"
    )
    REQUIRE_WALLS: str = _setting(
        "no", "yes: open uploaded files only if this machine can build all walls around the programs that open them"
    )
    OCR_LANGUAGES: str = _setting(
        "eng",
        "languages of the text in scans and pictures, as Tesseract names them, with + between them, such as eng+spa",
    )
    SHARE_LINK_DAYS: int = _setting(90, "days until a new share link expires")
    TRACE_DAYS: int = _setting(
        400, "days after which a pack keeps only counts, and no longer what each recipient opened and downloaded"
    )
    AUDIT_KEEP_DAYS: int = _setting(0, "days after which entries of the audit log are deleted; 0: never")
    UNSUBSCRIBE_KEY: str = _setting(
        "",
        "key that hashes addresses and signs links that stop email; empty: generated and stored in the instance folder; "
        "never change it",
        secret=True,
    )
    SESSION_DAYS: int = _setting(30, "days until a person must sign in again")
    SESSION_IDLE_DAYS: int = _setting(14, "days without use until a person must sign in again")
    SESSION_IDLE_HOURS_HOST: int = _setting(
        8, "hours without use until someone with the role coordinator or board must sign in again"
    )
    OIDC_ISSUER: str = _setting(
        "", "address of the provider of single sign-on, such as https://accounts.google.com; empty: no single sign-on"
    )
    OIDC_CLIENT_ID: str = _setting("", "ID that the provider gave the hub when you registered it there")
    OIDC_CLIENT_SECRET: str = _setting("", "secret that the provider gave the hub; empty: none", secret=True)
    OIDC_PRIVATE_KEY: str = _setting(
        "", "PEM file with the key that signs the hub’s requests to the provider, instead of a secret (Login.gov)"
    )
    OIDC_NAME: str = _setting("single sign-on", "name of the provider on the button: Sign in with …")
    OIDC_DOMAINS: str = _setting(
        "",
        "email domains, with commas between them, that the provider signs people in for, even if it doesn’t say that "
        "it verified an address; empty: every address that it verified",
    )
    OIDC_REQUIRED_DOMAINS: str = _setting(
        "", "email domains whose people must use single sign-on instead of a password"
    )
    OIDC_ACR_VALUES: str = _setting("", "levels of assurance that the hub asks for and accepts (Login.gov)")
    OIDC_SECOND_FACTOR: str = _setting(
        "trusted", "whether single sign-on counts as a second factor: trusted, amr (if the provider says so) or never"
    )
    OIDC_MORE: str = _setting("", "TOML file with more providers of single sign-on")
    RESERVE_MB: int = _setting(
        32, "megabytes of disk that are kept free for signing in and recording when the disk is full; 0: none"
    )
    SECOND_FACTOR_ROLES: str = _setting(
        "coordinator board",
        "roles that need a second factor to sign in: coordinator, board, representative, alternate, contributor, or none",
    )
    WEB_WORKERS: int = _setting(2, "number of web processes of hub serve")
    WEB_THREADS: int = _setting(24, "number of threads in each web process; four of them never wait long to write")
    WORKER_PAUSE: float = _setting(
        15.0, "seconds after which the worker looks for work that it wasn’t woken for; most work wakes it at once"
    )
    TRUSTED_PROXIES: int = _setting(
        0, "number of reverse proxies in front of the hub whose X-Forwarded headers are trusted"
    )
    BACKUP_TO: str = _setting("", "folder to which the worker makes a daily backup; empty: none")
    BACKUP_AT: str = _setting("02:30", "time of the daily backup in TIME_ZONE, such as 2:30 a.m.")
    BACKUP_KEEP: str = _setting(
        "7d,4w,12m",
        "daily, weekly and monthly backups that are kept; older ones are deleted after the next backup; empty: all are kept",
    )
    BACKUP_ENCRYPT_TO: str = _setting(
        "", "age public keys to which the worker's backups are encrypted; empty: they aren't encrypted"
    )
    HEALTH_TOKEN: str = _setting(
        "",
        "token with which monitors read the details of /healthz, and /metrics; empty: only this machine may",
        secret=True,
    )
    LOG_FORMAT: str = _setting("text", "log format: text or json")
    LOG_LEVEL: str = _setting("INFO", "minimum log level: DEBUG, INFO, WARNING or ERROR")

    # The settings from the environment, which those chosen in the browser don't override.
    given: frozenset[str] = frozenset()
    # The former secret keys in the instance folder, newest first.
    replaced_keys: tuple[OldKey, ...] = field(default=(), repr=False)

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
        try:
            _ = self.sign_on_providers
        except WrongProviderError as error:
            raise WrongSettingError(_sentence(error.setting, error.value, error.must)) from error

    def _completed(self) -> "Config":
        """Return the settings with absolute paths, and with values for the database and keys filled in."""
        instance, uploads = (ROOT / self.INSTANCE).resolve(), (ROOT / self.UPLOADS).resolve()
        for name, folder in (("INSTANCE", instance), ("UPLOADS", uploads)):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
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
            "SECRET_KEY": self.SECRET_KEY or secret_keys.stored_key(instance / secret_keys.SECRET_KEY),
            "replaced_keys": self._replaced_keys(instance),
            "UNSUBSCRIBE_KEY": self.UNSUBSCRIBE_KEY or secret_keys.stored_key(instance / secret_keys.UNSUBSCRIBE_KEY),
            "BASE_URL": self.BASE_URL.rstrip("/"),
            "MAIL_FROM": self.MAIL_FROM or f"hub@{mail_host(self.BASE_URL)}",
            "MAIL_DOMAIN": self.MAIL_DOMAIN.lower(),
        }
        return Config(**completed)

    def _replaced_keys(self, instance: Path) -> tuple[OldKey, ...]:
        """Return the former secret keys in the instance folder."""
        try:
            return tuple(secret_keys.old_keys(instance))
        except ValueError as error:
            path = instance / secret_keys.OLD_KEYS
            raise WrongSettingError(
                f"The file {path} has a line that isn't a time and a key. Delete that line."
            ) from error

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The secret keys, newest first: the first one signs, and what any of them signed is accepted.

        A key in the instance folder that was replaced ``SECRET_KEY_DAYS`` days ago is left out, also if the process
        has run since.
        """
        replaced = [old.key for old in self.replaced_keys if self.accepts(old)]
        return tuple(dict.fromkeys((self.SECRET_KEY, *self.SECRET_KEYS_OLD.split(), *replaced)))

    def accepts(self, old: OldKey) -> bool:
        """Return True if a replaced key still works."""
        return old.is_readable(clock.now(), self.SECRET_KEY_DAYS)

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
        return mail_server(self.MAIL_URL)

    @cached_property
    def sign_on_providers(self) -> tuple[SignOnProvider, ...]:
        """The providers of single sign-on, in the order of their buttons."""
        return providers_of(self, ROOT)

    @property
    def max_upload_bytes(self) -> int:
        """The size limit of an uploaded file, in bytes."""
        return self.MAX_UPLOAD_MB * 1_000_000


def settings() -> tuple[Field[Any], ...]:
    """Return all settings as dataclass fields, each with its name, default and meaning."""
    return tuple(field for field in fields(Config) if "means" in field.metadata)


def _parsed(setting: Field[Any], text: str) -> Any:
    """Return the value of an environment variable, converted to the setting's type."""
    kind: type[Any] = type(setting.default)
    try:
        return kind(text)
    except ValueError as error:
        raise WrongSettingError(_sentence(setting.name, text, "it must be a number")) from error


def _sentence(name: str, value: object, must: str) -> str:
    return f"The setting HUB_{name} is {str(value)!r}, but {must}."


def _redacted(name: str, value: object) -> str:
    """Return the value for an error message, without secrets."""
    if name == "DATABASE_URL":
        return str(value).rsplit("@", maxsplit=1)[-1]
    is_secret = any(setting.name == name and not setting.repr for setting in settings())
    return "(hidden)" if is_secret else str(value)
