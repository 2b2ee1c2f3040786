"""Evidence whose file is missing from the storage, such as after a disk failed."""

from io import BytesIO

from flask import Flask
from sqlalchemy import select

from config import Config
from hub.core import clock
from hub.core.db import Database
from hub.joining.models import Application, Evidence
from hub.joining.rules import Criterion
from hub.library.files import originals
from tests.joining.deciding import WALTER
from tests.world import SignIn


def test_evidence_that_is_missing_from_the_storage_is_said_to_be_missing(
    link: str, app: Flask, config: Config, database: Database, sign_in: SignIn
) -> None:
    applicant, board = app.test_client(), sign_in(WALTER)
    stored = originals.store(config, BytesIO(b"a plan"))
    with database.writing() as db:
        evidence = Evidence(
            application_id=db.scalars(select(Application.id)).one(),
            criterion=Criterion.OPEN_VALUE,
            sha256=stored.sha256,
            size=stored.size,
            file_name="plan.md",
            added_at=clock.now(),
        )
        db.add(evidence)
    page = f"/applications/{evidence.application_id}"
    originals.path_of(config, stored.sha256).unlink()
    for browser, address in ((applicant, link), (board, page)):
        answer = browser.get(f"{address}/evidence/{evidence.id}/download")
        assert answer.status_code == 410
        assert "The file is missing from the hub’s storage" in answer.text
        assert browser.get(address).status_code == 200
    assert board.get(f"{page}/evidence/{evidence.id}/image").status_code == 404
