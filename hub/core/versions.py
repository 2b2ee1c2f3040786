"""A version travels with every form that edits something, so that no save erases a newer one silently.

The form sends back a fingerprint of what it was filled with. If something else is saved by then, the page shows both
texts side by side, and keeps what was typed. Either choice sets the other text aside: `hub.core.set_aside`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from itertools import zip_longest
from typing import Any, ClassVar, NoReturn, Self

from flask import Response, abort, after_this_request, flash, redirect, request, url_for
from flask_wtf import FlaskForm
from markupsafe import Markup
from sqlalchemy import select
from wtforms import BooleanField, Field, FieldList, FormField

from hub.core import clock, dates, set_aside, web
from hub.core.audit import Entry
from hub.core.db import Base
from hub.core.fingerprints import digest_of
from hub.core.set_aside import SetAside
from hub.core.web import db

# The names of the hidden field and of the buttons in templates/parts/versions.html.
VERSION, RESOLVE = "version", "resolve"
KEEP_SAVED = "saved"
SEEN = "!"  # ends the version of a form whose person has seen the conflict: saving sets the other text aside
_DIGITS = 8  # hexadecimal, of each part's fingerprint
_MOST_DIGITS = 4_000
CONFLICT = 409
_NEVER_SAVED = frozenset({"CSRFTokenField", "FileField", "HiddenField", "MultipleFileField", "PasswordField"})


@dataclass(frozen=True)
class Part:
    """One part of what a form edits: as saved now, and as typed. ``key``: what the fingerprint is made of."""

    label: str
    saved: str
    typed: str
    key: str
    typed_key: str

    @classmethod
    def of_texts(cls, label: str, saved: str, typed: str) -> Self:
        """Return a part that is a text, whose line ends don't count."""
        return cls(label, saved, typed, _plain(saved), _plain(typed))

    @property
    def differs(self) -> bool:
        """True if something else is saved than was typed."""
        return self.key != self.typed_key


@dataclass(frozen=True)
class Difference:
    """A part on which the saved and the typed version differ. ``by``: you, they, both, or "" if unknown."""

    label: str
    saved: str
    typed: str
    by: str = ""


@dataclass(frozen=True)
class Conflict:
    """A save that met a newer version."""

    differences: Sequence[Difference]
    last_change: Entry | None
    is_own: bool  # the person saved it themselves, on another page
    days_kept: int = set_aside.DAYS_KEPT


class Edit:
    """An edit of something saved. ``notes`` are typed texts that aren't part of it, such as a reason, by label.

    ``page``: where the saved version can be read; by default this page. ``address_of`` returns the address of a text
    that was set aside; by default, where the person finds theirs. ``logged_as``: see `set_aside.last_change`. Not
    ``submitted``: another form of the page was.
    """

    def __init__(
        self,
        subject: Base | str,
        title: str,
        parts: Sequence[Part],
        *,
        notes: Mapping[str, str] | None = None,
        page: str = "",
        address_of: Callable[[int], str] | None = None,
        logged_as: Sequence[str] = (),
        submitted: bool = True,
    ) -> None:
        self.subject, self.title, self.parts, self.notes = subject, title, parts, notes or {}
        self._logged_as = logged_as
        self._page, self._address_of = page, address_of or _own_address
        self._submitted = submitted and request.method not in web.SAFE_METHODS
        self.conflict: Conflict | None = None

    @property
    def version(self) -> str:
        """The version that the form sends back: of what is saved now, or of what the form was filled with."""
        if self.conflict:
            return self._current() + SEEN
        return _sent() + SEEN * _has_seen() if self._submitted else self._current()

    def _current(self) -> str:
        return ".".join(_digits(part.key) for part in self.parts)

    @property
    def is_unchanged(self) -> bool:
        """True if what was typed is saved already."""
        return not any(part.differs for part in self.parts)

    def is_safe(self) -> bool:
        """Return True if a submitted form may be saved; otherwise `conflict` says what differs.

        Call it on a POST, before anything is changed. Doesn't return if the person chose to keep the saved version.
        """
        differing = [part for part in self.parts if part.differs]
        if request.form.get(RESOLVE) == KEEP_SAVED:
            self._keep_saved(differing)
        if not differing:
            return True
        last_change = set_aside.last_change(db, self.subject, self._logged_as)
        if _sent() != self._current():
            self.conflict = Conflict(
                self._differences(), last_change, bool(last_change and last_change.actor_id == web.person_id())
            )
            after_this_request(_as_conflict)
            return False
        if _has_seen():
            author = last_change.actor_id if last_change else None
            texts = [[part.label, part.saved] for part in differing if part.saved]
            self._announce(self._set_aside(texts, author, was_saved=True), "The version that yours replaced")
        return True

    def is_current(self) -> bool:
        """Return True if nothing changed since the form was opened, for forms that act on what the person saw.

        Otherwise the response has the status of a conflict. Give the page an edit that wasn't submitted.
        """
        if _sent() == self._current():
            return True
        after_this_request(_as_conflict)
        return False

    def give_up(self, sentence: str) -> NoReturn:
        """Set aside what was typed, since it can't be saved anymore, and show the saved version with ``sentence``."""
        self._set_typed_aside([part for part in self.parts if part.differs])
        flash(sentence, "danger")
        abort(redirect(self._page or request.full_path.rstrip("?")))

    def _differences(self) -> list[Difference]:
        before = _sent().split(".") if len(_sent().split(".")) == len(self.parts) else []
        return [
            Difference(part.label, part.saved, part.typed, _changed_by(part, digits))
            for part, digits in zip_longest(self.parts, before)
            if part.differs
        ]

    def _keep_saved(self, differing: Sequence[Part]) -> NoReturn:
        self._set_typed_aside(differing)
        flash("The saved version stays. Nothing was changed.")
        abort(redirect(self._page or request.full_path.rstrip("?")))

    def _set_typed_aside(self, differing: Sequence[Part]) -> None:
        texts = [[part.label, part.typed] for part in differing if part.typed]
        texts += [[label, text] for label, text in self.notes.items() if text.strip()]
        if texts:
            self._announce(self._set_aside(texts, None, was_saved=False), "What you entered")

    def _set_aside(self, texts: list[list[str]], author_id: int | None, *, was_saved: bool) -> SetAside:
        row = SetAside(
            at=clock.now(),
            person_id=web.person_id(),
            author_id=author_id,
            subject=set_aside.subject_of(self.subject),
            title=self.title,
            was_saved=was_saved,
            texts=texts,
        )
        set_aside.add(db, row)
        return row

    def _announce(self, row: SetAside, what: str) -> None:
        """Say where the text is, once it is certain that it was saved."""
        link = Markup('<a href="{}">{}</a>').format(self._address_of(row.id), "Read it")
        sentence = Markup("{} is set aside for {} days. {}.").format(what, set_aside.DAYS_KEPT, link)

        @after_this_request
        def announce(response: Response) -> Response:
            if response.status_code < 400:  # noqa: PLR2004 - the first status of errors, which save nothing
                flash(sentence)
            return response


def hold(model: type[Base], **key: object) -> None:
    """Lock a row until the end of a POST request, before the version of a form about it is checked.

    Otherwise two requests could both find their version current (SQLite has one writer anyway). What was read before
    is read again.
    """
    if request.method not in web.SAFE_METHODS:
        conditions = [getattr(model, name) == value for name, value in key.items()]
        db.execute(select(*model.__table__.primary_key).where(*conditions).with_for_update(key_share=True))
        db.expire_all()


class EditForm(FlaskForm):
    """A form that can edit something saved: `edits` says what, and `validate` then fails for an old version.

    Fill it with ``obj`` or ``data``, also on a POST: the difference to what was submitted is the edit.
    """

    NOTES: ClassVar[frozenset[str]] = frozenset()  # fields that aren't part of what is saved, such as a reason
    _edit: Callable[[], Edit] | None = None
    _saved: Mapping[str, Any]
    _made: Edit | None = None
    _submitted = False

    def process(self, formdata: Any = None, obj: Any = None, data: Any = None, **others: Any) -> None:
        """Process the stored values alone first, to remember them."""
        super().process(None, obj, data, **others)
        self._saved = {field.name: _copied(field.data) for field in self}
        super().process(formdata, obj, data, **others)
        self._submitted = formdata is not None

    def edits(
        self,
        subject: Base | str,
        title: str = "",
        *,
        page: str = "",
        parts: Callable[[], Sequence[Part]] | None = None,
        address_of: Callable[[int], str] | None = None,
        logged_as: Sequence[str] = (),
    ) -> None:
        """Say what the form edits; see `Edit`. ``parts``: what is edited, if that isn't the values of the fields."""
        self._edit = lambda: Edit(
            subject,
            title or str(subject),
            (parts or self.field_parts)(),
            notes=self._notes(),
            page=page,
            address_of=address_of,
            logged_as=logged_as,
            submitted=self._submitted,
        )

    @property
    def edit(self) -> Edit | None:
        """The edit, for templates; None if the form adds something."""
        if self._made is None and self._edit is not None:
            self._made = self._edit()
        return self._made

    @property
    def version(self) -> str:
        """The version that the form sends back, for templates."""
        return self.edit.version if self.edit else ""

    @property
    def conflict(self) -> Conflict | None:
        """The conflict with a newer version, for templates."""
        return self.edit.conflict if self.edit else None

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Return True if the values are valid and the version is current."""
        valid: bool = super().validate(*args, **kwargs)
        return (self.edit is None or self.edit.is_safe()) and valid

    def is_current(self) -> bool:
        """Return True if nothing changed since the form was opened; see `Edit.is_current`."""
        return self.edit is None or self.edit.is_current()

    def _edited_fields(self, *, notes: bool) -> Iterable[Field]:
        return (field for field in self if (field.short_name in self.NOTES) is notes and field.type not in _NEVER_SAVED)

    def field_parts(self) -> list[Part]:
        """Return the values of the fields as parts of an edit."""
        parts = []
        for field in self._edited_fields(notes=False):
            saved, typed = self._saved[field.name], _typed(field)
            parts.append(
                Part(
                    field.label.text, _shown(field, saved), _shown(field, typed), _key(field, saved), _key(field, typed)
                )
            )
        return parts

    def _notes(self) -> dict[str, str]:
        return {field.label.text: _shown(field, _typed(field)) for field in self._edited_fields(notes=True)}


def _own_address(number: int) -> str:
    return url_for("members.set_aside", number=number)


def _sent() -> str:
    """Return the version that came with the form, "" if there was none."""
    return request.form.get(VERSION, "")[:_MOST_DIGITS].removesuffix(SEEN)


def _has_seen() -> bool:
    return request.form.get(VERSION, "")[:_MOST_DIGITS].endswith(SEEN)


def _as_conflict(response: Response) -> Response:
    response.status_code = CONFLICT  # so that nothing is committed
    return response


def _digits(key: str) -> str:
    return digest_of(key)[:_DIGITS]


def _changed_by(part: Part, before: str | None) -> str:
    """Return who changed a part since the form was opened, when its fingerprint was ``before``."""
    if not before:
        return ""
    return "you" if before == _digits(part.key) else "they" if before == _digits(part.typed_key) else "both"


def _copied(value: Any) -> Any:
    return [*value] if isinstance(value, list | set | tuple) else value


def _typed(field: Field) -> Any:
    """Return what was typed: the value, or the text if it couldn't be parsed."""
    if field.process_errors and field.raw_data:
        return " ".join(str(value) for value in field.raw_data)
    return field.data


def _plain(value: Any) -> str:
    """Return a value as text for comparison: missing ones are empty, and line ends and outer space don't count."""
    match value:
        case None | False:
            return ""
        case Enum():
            return str(value.value)
        case dict():
            return "; ".join(_plain(item) for item in value.values())
        case list() | tuple() | set():
            return "\n".join(filter(None, map(_plain, value)))
    return str(value).replace("\r\n", "\n").strip()


def _key(field: Field, value: Any) -> str:
    """Return a field's value for the fingerprint; the order of choices doesn't count."""
    if isinstance(value, list) and not isinstance(field, FieldList):
        return "\n".join(sorted(map(_plain, value)))
    return _plain([row for row in value if not _is_blank(field, row)] if isinstance(field, FieldList) else value)


def _is_blank(field: FieldList, row: Any) -> bool:
    """Return True for a row of a list in which nothing was typed; choices have a default."""
    if not isinstance(row, dict):
        return not _plain(row)
    blank = field.unbound_field.args[0]().data
    return all(_plain(value) == _plain(blank[name]) for name, value in row.items())


def _shown(field: Field, value: Any) -> str:
    """Return a field's value as people read it."""
    if isinstance(field, FieldList):
        rows = [row for row in value if not _is_blank(field, row)]
        return "\n".join(_shown_row(field, row) for row in rows)
    if isinstance(field, BooleanField):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(_label(field, item) for item in value)
    return _label(field, value)


def _shown_row(field: FieldList, row: Any) -> str:
    if not isinstance(row, dict):
        return _label(field, row)
    own = field.unbound_field.args[0]() if issubclass(field.unbound_field.field_class, FormField) else {}
    return ", ".join(text for name, value in row.items() if (text := _shown(own[name], value)))


def _label(field: Field, value: Any) -> str:
    """Return the label of a choice, or the value as text."""
    for choice in getattr(field, "choices", None) or ():
        if _plain(choice.value) == _plain(value):
            return str(choice.label)
    match value:
        case datetime():
            return dates.moment_with_year(value)
        case date():
            return dates.with_year(value)
        case time():
            return dates.time_of_day(value)
    return _plain(value)
