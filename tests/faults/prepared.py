"""Requests that are no forms, or need a hub of their own: uploads in pieces, openings of packs, the first coordinator."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import delete, select

from hub.core.db import Base
from hub.library.models import Revision
from hub.members.actions import tokens as tokens_actions
from hub.members.models import LinkKind
from tests.at_once.preparing import to_item
from tests.demo_people import VISITOR
from tests.faults.trying import Place
from tests.forms import form_of
from tests.postgres import NO_FOREIGN_KEYS

TEXT = b"Apprenticeships in machining.\n" * 1000


@dataclass(frozen=True)
class Request:
    """A request that may be sent again."""

    browser: FlaskClient
    method: str
    address: str
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Preparation = Callable[[Place], Request]


def _sent(browser: FlaskClient, page: str, action: str, **values: str) -> Request:
    form = form_of(browser, page, action)
    return Request(browser, "POST", form.address, form.filled(**values))


def _send(request: Request) -> str:
    answer = request.browser.open(request.address, method=request.method, data=request.data, headers=request.headers)
    assert answer.status_code < 400, answer.text
    return answer.text


def _welcome(place: Place) -> Request:
    """Sign up the first coordinator of an empty hub."""
    with place.database.writing() as db:
        db.connection().exec_driver_sql(NO_FOREIGN_KEYS if place.copy else "PRAGMA defer_foreign_keys=ON")
        for table in reversed(Base.metadata.sorted_tables):
            db.execute(delete(table))
        link = f"/welcome/{tokens_actions.new_link(db, None, LinkKind.FIRST_COORDINATOR, None)}"
    names = {"organization": "AMCC", "name": "Odette", "email": "odette@amcc.example"}
    password = {"password": "a new and long password", "repeated": "a new and long password"}
    return _sent(place.worlds.app.test_client(), link, link, **names, **password)


# Uploads in pieces (tus 1.0)


def _begin(place: Place) -> Request:
    browser = place.worlds.browser(place.worlds.cookies["contributor"])
    token = form_of(browser, "/resources/new", "/resources/new").values["csrf_token"][0]
    headers = {
        "Tus-Resumable": "1.0.0",
        "X-CSRFToken": token,
        "Upload-Length": str(len(TEXT)),
        "Upload-Metadata": f"filename {base64.b64encode(b'plan.txt').decode()}",
    }
    return Request(browser, "POST", "/uploads", headers=headers)


def _piece(place: Place) -> Request:
    """Send the bytes; again from the start if they didn't arrive, since nothing counts before its request ends."""
    begin = _begin(place)
    address = begin.browser.post("/uploads", headers=dict(begin.headers)).headers["Location"]
    more = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    return Request(begin.browser, "PATCH", address, TEXT, {**begin.headers, **more})


def _keep(place: Place) -> Request:
    piece = _piece(place)
    _send(piece)
    return replace(piece, method="POST", address=f"{piece.address}/keep", data=None)


# Pages that record that they were opened


def _open_item(place: Place) -> Request:
    with place.database.writing() as db:
        address = to_item("open")(db).removesuffix("/open")
    return Request(place.worlds.browser(place.worlds.cookies[VISITOR]), "GET", address)


def _open_pack(place: Place) -> Request:
    item = _open_item(place)
    return replace(item, address=item.address.rpartition("/")[0])


def _slides(place: Place) -> Request:
    with place.database.reading() as db:
        pdfs = select(Revision.resource_id).where(Revision.file_name.endswith(".pdf"))
        resource = db.scalars(pdfs.order_by(Revision.id)).first()
    return Request(
        place.worlds.browser(place.worlds.cookies["representative"]), "GET", f"/resources/{resource}/slides?pages=1"
    )


PREPARED: dict[str, Preparation] = {
    "members.welcome": _welcome,
    "uploads.begin": _begin,
    "uploads.upload": _piece,
    "uploads.keep": _keep,
    "outreach.open_pack": _open_pack,
    "outreach.open_item": _open_item,
    "sharing.slides": _slides,
}
