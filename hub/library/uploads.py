"""Resumable uploads: the core of tus 1.0 with creation, termination and expiration, and what the upload page asks.

A file that has arrived whole becomes a note (`handle`) that the form of /resources/new brings back: there is one
way to add a resource. Refusals are JSON: ``{"error": "a sentence"}``.
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

from hub.core import clock, web
from hub.core.errors import NotFound, Refused
from hub.core.text import clean
from hub.core.web import db
from hub.library import actions as library_actions
from hub.library import forms as library_forms
from hub.library import queries as library_queries
from hub.library.extract.formats import format_of
from hub.library.extract.limits import Limits
from hub.library.extract.reader import Reader
from hub.library.files import handles, originals, unfinished
from hub.library.rules import EARLIEST, date_from, kind_from, title_from
from hub.members.login import signed_in
from hub.members.models import Person
from hub.members.rules.permissions import Permission, may

bp = Blueprint("uploads", __name__)

VERSION = "1.0.0"
PIECE = 1 << 18  # bytes that are read before they are written; what a torn connection may lose
SILENCE = 60  # seconds without a byte after which a connection counts as lost
BYTES = "application/offset+octet-stream"
LONGEST_NAME = 255
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[0-9]{1,15}")

# A look into a document for its own title and date: short, since a person waits, and one at a time in each process.
LOOK = Limits(wall_seconds=8, processor_seconds=6, memory_bytes=768 << 20, pages=3)
LARGEST_TO_LOOK_INTO = 50_000_000  # bytes
LOOK_AFTER = 3  # seconds that one waits for another's look before it goes without
_looking = threading.Lock()

Answer = Response | tuple[Any, int] | tuple[Any, int, dict[str, str]]


class NotAsAgreed(Exception):
    """A request that isn't tus 1.0 as the hub speaks it; with the status and a sentence for the log of its sender."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@bp.route("/uploads", methods=["OPTIONS"], provide_automatic_options=False)
def abilities() -> Answer:
    """What this server can, for programs."""
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": "creation,termination,expiration",
        "Tus-Max-Size": str(web.config().max_upload_bytes),
    }
    return "", 204, headers


@bp.post("/uploads")
def begin() -> Answer:
    """Begin an upload: length and name are checked before a byte is sent."""
    _check_version()
    person = _uploader()
    length = _number("Upload-Length")
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    name, claimed = file_name_of(told.get("filename", "")), told.get("sha256", "")
    if claimed and not _SHA256.fullmatch(claimed):
        raise NotAsAgreed(400, "The sha256 in Upload-Metadata must be 64 lower-case hexadecimal digits.")
    try:
        library_actions.check_name(name)
    except Refused as refused:
        return _no(415, refused)
    if length > web.config().max_upload_bytes:
        return _no(
            413, f"A file may have up to {web.config().MAX_UPLOAD_MB:,} MB. Send a smaller one, or a link to it."
        )
    if not length:
        return _no(422, "The file is empty: check that it was saved before you chose it.")
    part = unfinished.begin(web.config(), person.id, name, length, claimed)
    return "", 201, {"Location": url_for(".upload", upload_id=part.id), **_expiry(part)}


@bp.route("/uploads/<upload_id>", methods=["HEAD", "PATCH", "DELETE"])
@web.takes_files
def upload(upload_id: str) -> Answer:
    """How much has arrived (HEAD), more of it (PATCH), or no more of it (DELETE)."""
    _check_version()
    part = unfinished.find(web.config(), _uploader().id, upload_id)
    if request.method == "PATCH":
        return _take(part)
    if request.method == "DELETE":
        unfinished.forget(part)
        return "", 204
    headers = {"Upload-Offset": str(part.offset), "Upload-Length": str(part.note.length), **_expiry(part)}
    return "", 200, headers | {"Cache-Control": "no-store"}


@bp.post("/uploads/<upload_id>/keep")
def keep(upload_id: str) -> Answer:
    """Store a whole upload; answers the note for the form, what is proposed, and what is in the hub already."""
    person = _uploader()
    part = unfinished.find(web.config(), person.id, upload_id)
    db.commit()  # lets the lock go while the bytes are hashed
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
    """The document's own title and date, as far as a short look into it tells; "" when it doesn't."""
    part = unfinished.find(web.config(), _uploader().id, upload_id)
    if not part.note.sha256:
        raise unfinished.WrongOffset
    is_of = format_of(part.note.name)
    is_quick = is_of is not None and is_of.readable and not is_of.converted_to
    db.commit()  # lets the lock go while the document is read
    if not is_quick or part.note.length > LARGEST_TO_LOOK_INTO or not _looking.acquire(timeout=LOOK_AFTER):
        return {"title": "", "published_on": ""}, 200
    try:
        with Reader(LOOK) as reader:
            found = reader.read(originals.path_of(web.config(), part.note.sha256), part.note.name)
    finally:
        _looking.release()
    day = found.published_on
    believable = day is not None and EARLIEST <= day <= clock.today(web.config().zone)
    return {"title": found.title, "published_on": day.isoformat() if day and believable else ""}, 200


@bp.post("/uploads/known")
def known() -> Answer:
    """Whether a file with this SHA-256 is in the hub already, among what this person may read."""
    sha256 = request.form.get("sha256", "")
    if not _SHA256.fullmatch(sha256):
        return _no(422, "Give the SHA-256 of the file as 64 lower-case hexadecimal digits.")
    return {"duplicate": _duplicate(_uploader(), sha256)}, 200


def file_name_of(told: str) -> str:
    """Return a file's name without the folders that some senders put before it, as long as rows hold it."""
    return clean(told.replace("\\", "/").rsplit("/", 1)[-1]).replace("\n", " ")[-LONGEST_NAME:]


def _uploader() -> Person:
    """Return the person, who may add resources for their own organization at least."""
    person = signed_in()
    if not may(person, Permission.ADD, person.organization):
        raise NotFound
    return person


def _check_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise NotAsAgreed(412, f"Send the header Tus-Resumable: {VERSION}.")


def _number(header: str) -> int:
    """Return the number that a header must hold."""
    text = request.headers.get(header, "")
    if not _NUMBER.fullmatch(text):
        raise NotAsAgreed(400, f"The header {header} must be a number of bytes.")
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """Return the names and values of Upload-Metadata: pairs of a word and Base64, with commas between them."""
    told: dict[str, str] = {}
    try:
        for pair in header.split(","):
            word, _, value = pair.strip().partition(" ")
            told[word] = base64.b64decode(value.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise NotAsAgreed(400, "The header Upload-Metadata must hold words with values in Base64.") from error
    return told


def _take(part: unfinished.Part) -> Answer:
    """Append what this request brings; what arrives before the connection is lost is kept."""
    offset, length = _number("Upload-Offset"), request.content_length
    if request.mimetype != BYTES:
        raise NotAsAgreed(415, f"Send the bytes as {BYTES}.")
    if length is None:
        raise NotAsAgreed(411, "Send the header Content-Length.")
    if offset != part.offset:
        raise unfinished.WrongOffset
    if offset + length > part.note.length:
        raise NotAsAgreed(413, "These are more bytes than the upload was begun with.")
    db.commit()  # nothing was written: lets the lock go while the bytes are on their way
    offset = unfinished.append(part, offset, _pieces())
    return "", 204, {"Upload-Offset": str(offset), **_expiry(part)}


def _pieces() -> Iterator[bytes]:
    """Yield the bytes of this request as they come, until they end or nothing comes any more."""
    socket = request.environ.get("gunicorn.socket")
    if socket is not None:
        socket.settimeout(SILENCE)
    try:
        while piece := request.stream.read(PIECE):
            yield piece
    finally:
        if socket is not None:
            socket.settimeout(None)


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


def _no(status: int, sentence: object) -> Answer:
    return {"error": str(sentence)}, status


@bp.after_request
def _say_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    return response


@bp.errorhandler(NotFound)
def _gone(_error: NotFound) -> Answer:
    return _no(404, "There is no such upload: it is over a day old, was removed, or isn't yours.")


@bp.errorhandler(NotAsAgreed)
def _not_as_agreed(error: NotAsAgreed) -> Answer:
    body, status = {"error": str(error)}, error.status
    return (body, status, {"Tus-Version": VERSION}) if status == 412 else (body, status)  # noqa: PLR2004


@bp.errorhandler(unfinished.WrongOffset)
def _wrong_offset(_error: unfinished.WrongOffset) -> Answer:
    return _no(409, "The bytes don't begin where the ones before them end: ask with HEAD where to go on.")


@bp.errorhandler(ClientDisconnected)
def _lost(_error: ClientDisconnected) -> Answer:
    return _no(400, "The connection was lost; what has arrived is kept.")


@bp.errorhandler(Refused)
def _refused(refused: Refused) -> Answer:
    status = {unfinished.Busy: 429, unfinished.NoRoom: 507}.get(type(refused), 422)
    return _no(status, refused)
