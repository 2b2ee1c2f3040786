"""Resumable uploads: the core of tus 1.0 with creation, termination and expiration, and the upload page's requests.

A complete file is identified by a signed `handle`, which the form of /resources/new sends back: there is only one
way to add a resource. Errors are JSON: ``{"error": "a sentence"}``.
"""

import base64
import binascii
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import http_date

from hub.core import clock, dates, web
from hub.core.errors import NotFound, NotNow, Refused
from hub.core.text import one_line
from hub.core.web import db
from hub.library import actions as library_actions
from hub.library import forms as library_forms
from hub.library import queries as library_queries
from hub.library.extract import walls
from hub.library.extract.formats import format_of
from hub.library.extract.limits import Limits
from hub.library.extract.reader import Reader
from hub.library.file_names import date_from, kind_from, title_from
from hub.library.files import handles, originals, space, unfinished
from hub.library.rules import EARLIEST
from hub.members.login import signed_in
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may

bp = Blueprint("uploads", __name__)

VERSION = "1.0.0"
PIECE = 1 << 18  # bytes that are read before they are written; a lost connection loses up to this much
BYTES = "application/offset+octet-stream"
LONGEST_NAME = 255
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[0-9]{1,15}")

# Reading a document for its own title and date: short, since a person waits, and one at a time in each process.
LOOK_LIMITS = Limits(wall_seconds=8, processor_seconds=6, memory_bytes=768 << 20, pages=3)
LOOK_MAX_BYTES = 50_000_000  # bytes
LOOK_TIMEOUT = 3  # seconds to wait for another request's look; after that, no title or date is suggested
_look_lock = threading.Lock()

STATUSES: dict[type[Refused], int] = {unfinished.Busy: 429, unfinished.NoRoom: 507}

Answer = Response | tuple[Any, int] | tuple[Any, int, dict[str, str]]


class ProtocolError(Exception):
    """A request that breaks the protocol (tus 1.0); has the HTTP status and a sentence for the client's developer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@bp.route("/uploads", methods=["OPTIONS"], provide_automatic_options=False)
def abilities() -> Answer:
    """Return the server's tus capabilities."""
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": "creation,termination,expiration",
        "Tus-Max-Size": str(web.config().max_upload_bytes),
    }
    return "", 204, headers


@bp.post("/uploads")
def begin() -> Answer:
    """Begin an upload; its length and name are checked before any byte is sent."""
    _check_version()
    person = _uploader()
    length = _number("Upload-Length")
    metadata = _metadata(request.headers.get("Upload-Metadata", ""))
    name, claimed = file_name_of(metadata.get("filename", "")), metadata.get("sha256", "")
    if claimed and not _SHA256.fullmatch(claimed):
        raise ProtocolError(400, "The sha256 in Upload-Metadata must be 64 lower-case hexadecimal digits.")
    try:
        library_actions.check_name(name)
    except Refused as refused:
        return _error_response(415, refused)
    if length > web.config().max_upload_bytes:
        return _error_response(
            413,
            f"That file is {dates.file_size(length)}. The limit is {dates.number(web.config().MAX_UPLOAD_MB)} MB. "
            "Split it, add a link to it instead, or ask your coordinator to raise the limit.",
        )
    if not length:
        return _error_response(422, originals.EMPTY)
    if objection := space.quota_objection(db, person.organization_id, length):
        return _error_response(413, objection)
    part = unfinished.begin(web.config(), person.id, name, length, claimed)
    return "", 201, {"Location": url_for(".upload", upload_id=part.id), **_expiry(part)}


@bp.route("/uploads/<upload_id>", methods=["HEAD", "PATCH", "DELETE"])
@web.takes_files
def upload(upload_id: str) -> Answer:
    """Return the current offset (HEAD), append bytes (PATCH), or discard the upload (DELETE)."""
    _check_version()
    part = unfinished.find(web.config(), _uploader().id, upload_id)
    if request.method == "PATCH":
        return _append_body(part)
    if request.method == "DELETE":
        unfinished.discard(part)
        return "", 204
    headers = {"Upload-Offset": str(part.offset), "Upload-Length": str(part.note.length), **_expiry(part)}
    return "", 200, headers | {"Cache-Control": "no-store"}


@bp.post("/uploads/<upload_id>/keep")
def keep(upload_id: str) -> Answer:
    """Store a complete upload; returns its handle for the form, suggested details, and a duplicate if there is one."""
    person = _uploader()
    part = unfinished.find(web.config(), person.id, upload_id)
    db.commit()  # releases the lock while the bytes are hashed
    stored = unfinished.keep(web.config(), part)
    handle = handles.handle_of(web.config(), person.id, stored, part.note.name)
    day = date_from(part.note.name, clock.today(web.config().zone))
    answer = {
        "handle": handle,
        "prefix": library_forms.file_prefix(handle),
        "name": part.note.name,
        "size": stored.size,
        "sha256": stored.sha256,
        "title": title_from(part.note.name),
        "kind": kind_from(part.note.name).value,
        "published_on": day.isoformat() if day else "",
        "duplicate": _duplicate(person, stored.sha256),
    }
    return answer, 200


@bp.post("/uploads/<upload_id>/look")
def look(upload_id: str) -> Answer:
    """Return the document's own title and date if a quick look finds them; otherwise ""."""
    part = unfinished.find(web.config(), _uploader().id, upload_id)
    if not part.note.sha256:
        raise unfinished.WrongOffset
    file_format = format_of(part.note.name)
    is_quick = file_format is not None and file_format.readable and not file_format.converted_to
    db.commit()  # releases the lock while the document is read
    # With a virus scanner, nothing is opened before it was checked.
    is_quick = is_quick and walls.may_open(web.config()) and not web.config().CLAMD
    if not is_quick or part.note.length > LOOK_MAX_BYTES or not _look_lock.acquire(timeout=LOOK_TIMEOUT):
        return {"title": "", "published_on": ""}, 200
    try:
        with Reader(LOOK_LIMITS) as reader:
            extraction = reader.read(originals.path_of(web.config(), part.note.sha256), part.note.name)
    finally:
        _look_lock.release()
    day = extraction.published_on
    is_plausible = day is not None and EARLIEST <= day <= clock.today(web.config().zone)
    return {"title": extraction.title, "published_on": day.isoformat() if day and is_plausible else ""}, 200


@bp.post("/uploads/known")
def known() -> Answer:
    """Return a resource with this SHA-256 that this person may read, if there is one."""
    sha256 = request.form.get("sha256", "")
    if not _SHA256.fullmatch(sha256):
        return _error_response(422, "Send the SHA-256 of the file as 64 lower-case hexadecimal digits.")
    return {"duplicate": _duplicate(_uploader(), sha256)}, 200


def file_name_of(path: str) -> str:
    """Return a file's name without the folders that some clients send with it, cut to what the database holds."""
    return one_line(path.replace("\\", "/").rsplit("/", 1)[-1])[-LONGEST_NAME:]


def _uploader() -> Person:
    """Return the signed-in person; raises NotFound if they may not add resources."""
    person = signed_in()
    if not may(person, Permission.ADD, person.organization):
        raise NotFound
    return person


def _check_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise ProtocolError(412, f"Send the header Tus-Resumable: {VERSION}.")


def _number(header: str) -> int:
    """Return the number in a header; raises ProtocolError when it isn't one."""
    text = request.headers.get(header, "")
    if not _NUMBER.fullmatch(text):
        raise ProtocolError(400, f"The header {header} must be a number of bytes.")
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """Return the Upload-Metadata header as a dict: keys with Base64 values, separated by commas."""
    metadata: dict[str, str] = {}
    try:
        for pair in header.split(","):
            key, _, value = pair.strip().partition(" ")
            metadata[key] = base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise ProtocolError(400, "The header Upload-Metadata must hold keys with Base64 values.") from error
    return metadata


def _append_body(part: unfinished.Part) -> Answer:
    """Append the body of this request; bytes that arrive before the connection is lost are kept."""
    offset, length = _number("Upload-Offset"), request.content_length
    if request.mimetype != BYTES:
        raise ProtocolError(415, f"Send the bytes as {BYTES}.")
    if length is None:
        raise ProtocolError(411, "Send the header Content-Length.")
    if offset != part.offset:
        raise unfinished.WrongOffset
    if offset + length > part.note.length:
        raise ProtocolError(413, "These bytes exceed the Upload-Length of this upload.")
    db.commit()  # nothing was written: releases the lock while the bytes arrive
    offset = unfinished.append(part, offset, _pieces())
    return "", 204, {"Upload-Offset": str(offset), **_expiry(part)}


def _pieces() -> Iterator[bytes]:
    """Yield the bytes of this request: fewer than announced, and then ClientDisconnected, if the connection was lost."""
    while piece := request.stream.read(PIECE):
        yield piece


def _expiry(part: unfinished.Part) -> dict[str, str]:
    return {"Upload-Expires": http_date(datetime.fromtimestamp(part.expires, UTC))}


def _duplicate(person: Person, sha256: str) -> dict[str, str] | None:
    same = library_queries.same_file(db, person, sha256)
    if same is None:
        return None
    return {
        "title": same.title,
        "organization": same.organization.name,
        "address": url_for("library.show", resource_id=same.id),
    }


def _error_response(status: int, sentence: object) -> Answer:
    return {"error": str(sentence)}, status


@bp.after_request
def _add_version_header(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    return response


@bp.errorhandler(NotFound)
def _gone(_error: NotFound) -> Answer:
    return _error_response(
        404, "Upload not found. It may be more than a day old, or it was removed. Choose the file again."
    )


@bp.errorhandler(ProtocolError)
def _protocol_error(error: ProtocolError) -> Answer:
    body, status = {"error": str(error)}, error.status
    return (body, status, {"Tus-Version": VERSION}) if status == 412 else (body, status)  # noqa: PLR2004


@bp.errorhandler(unfinished.WrongOffset)
def _wrong_offset(_error: unfinished.WrongOffset) -> Answer:
    return _error_response(409, "The Upload-Offset is wrong. Send HEAD to get the current offset.")


@bp.errorhandler(ClientDisconnected)
def _lost(_error: ClientDisconnected) -> Answer:
    return _error_response(400, "The connection was lost. The bytes that arrived are kept.")


@bp.errorhandler(Refused)
def _refused(refused: Refused) -> Answer:
    status = refused.status if isinstance(refused, NotNow) else STATUSES.get(type(refused), 422)
    return _error_response(status, refused)
