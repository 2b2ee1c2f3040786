"""An upload client that sends files in pieces, like the upload page."""

import base64
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config import Config

ANA, BO = "ana@lakeshore.example", "bo@rivers.example"
TEXT = b"Apprenticeships in machining.\n" * 1000


class Sender:
    """A tus client with a person's session."""

    def __init__(self, browser: FlaskClient) -> None:
        self.browser = browser
        page = browser.get("/resources/new")
        token = BeautifulSoup(page.text, "lxml").find("input", attrs={"name": "csrf_token"})
        assert token is not None
        self.headers = {"Tus-Resumable": "1.0.0", "X-CSRFToken": str(token["value"])}

    def ask(self, method: str, address: str, body: bytes = b"", **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.browser.open(address, method=method, data=body, headers=self.headers | named)

    def begin(self, name: str = "plan.txt", length: int = len(TEXT), **more: str) -> TestResponse:
        pairs = {"filename": name} | more
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
        return self.ask("POST", "/uploads", Upload_Length=str(length), Upload_Metadata=metadata)

    def patch(self, address: str, offset: int | str, body: bytes, **headers: str) -> TestResponse:
        kind = {"Content_Type": "application/offset+octet-stream"} | headers
        return self.ask("PATCH", address, body, Upload_Offset=str(offset), **kind)

    def offset(self, address: str) -> int:
        answer = self.ask("HEAD", address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        return int(answer.headers["Upload-Offset"])

    def whole(self, name: str = "plan.txt", content: bytes = TEXT) -> dict[str, Any]:
        address = self.begin(name, len(content)).headers["Location"]
        assert self.patch(address, 0, content).status_code == 204
        kept = self.ask("POST", f"{address}/keep")
        assert kept.status_code == 200
        return dict(kept.get_json()) | {"upload": address}

    def add(self, *handles: str, **fields: object) -> TestResponse:
        form = {"kind": "proposed", "audience": "network", "kept": list(handles)} | fields
        return self.browser.post("/resources/new", data=form, follow_redirects=True)


def parts_in(config: Config) -> list[Path]:
    return [path for path in (config.UPLOADS / "files" / "parts").rglob("*") if path.is_file()]
