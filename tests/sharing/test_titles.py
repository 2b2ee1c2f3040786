"""Titles of what is for one organization only, in records that others may see."""

from io import BytesIO

import pypdfium2
import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from hub.core import clock
from hub.core.db import Database
from hub.core.quarters import Quarter
from hub.library.rules import Audience
from hub.members.rules.organizations import OrganizationKind, Role
from hub.sharing.models import AuditPacket, Confirmation
from tests.world import SignIn, a_person, a_resource, an_organization

TITLE, HIDDEN = "Bid for the Fletcher plant", "A resource of theirs"
RITA, BO, CORA = "rita@lakeshore.example", "bo@prairie.example", "cora@host.example"


@pytest.fixture
def quarter(database: Database, sign_in: SignIn) -> Quarter:
    """The quarter in which Rita downloaded and confirmed a resource that is for her organization only."""
    with database.writing() as db:
        a_person(db, an_organization(db, "Host", OrganizationKind.HOST), Role.COORDINATOR, CORA)
        lakeshore, prairie = an_organization(db, "Lakeshore"), an_organization(db, "Prairie")
        a_person(db, lakeshore, Role.REPRESENTATIVE, RITA)
        a_person(db, prairie, Role.BOARD, BO)
        resource = a_resource(db, lakeshore, TITLE, audience=Audience.ORGANIZATION).id
    rita = sign_in(RITA)
    with rita.get(f"/resources/{resource}/download") as file:
        assert file.status_code == 200
    now = Quarter.of(clock.today(database.config.zone))
    sent = {"shared": "yes", "with_whom": "Our board", "resources": [str(resource)]}
    assert rita.post(f"/sharing/{now}/confirm", data=sent).status_code == 302
    assert rita.post(f"/sharing/{now}/packet").status_code == 302
    return now


def texts(browser: FlaskClient, quarter: Quarter, database: Database, organization: str) -> dict[str, str]:
    """Return the words of every page and file that shows the record, by address."""
    with database.reading() as db:
        confirmation = db.scalars(select(Confirmation.id)).one()
    by_address = {}
    for address in ("/sharing?format=csv", f"/sharing/{quarter}?format=csv", f"/sharing/{quarter}?",
                    f"/sharing/confirmations/{confirmation}?", *(f"/sharing/reports/{period}?format={form}"
                    for period in (quarter, quarter.year) for form in ("pdf", "csv", "xlsx"))):  # fmt: skip
        answer = browser.get(f"{address}&organization={organization}")
        assert answer.status_code == 200, address
        by_address[address] = _words(answer.data, answer.mimetype or "")
    return by_address


def _words(data: bytes, media_type: str) -> str:
    if "pdf" in media_type:
        document = pypdfium2.PdfDocument(data)
        text = " ".join(page.get_textpage().get_text_range() for page in document)
        document.close()
        return " ".join(text.split())
    if "sheet" in media_type:
        book = load_workbook(BytesIO(data))
        return " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    return data.decode()


@pytest.mark.both_databases
def test_a_board_member_of_another_organization_reads_no_title_that_is_for_one_organization_only(
    quarter: Quarter, database: Database, sign_in: SignIn
) -> None:
    for address, words in texts(sign_in(BO), quarter, database, "lakeshore").items():
        assert TITLE not in words, address
        assert HIDDEN in words, address
    with database.reading() as db:
        packet = db.scalars(select(AuditPacket.id).order_by(AuditPacket.id.desc())).first()
    refused = sign_in(BO).get(f"/sharing/packets/{packet}")
    assert refused.status_code == 422
    assert "Ask its representative or the coordinator" in refused.text
    assert sign_in(RITA).get(f"/sharing/packets/{packet}").status_code == 200


@pytest.mark.parametrize("email", [RITA, CORA])
def test_the_organization_and_the_coordinator_read_every_title(
    email: str, quarter: Quarter, database: Database, sign_in: SignIn
) -> None:
    for address, words in texts(sign_in(email), quarter, database, "lakeshore").items():
        assert TITLE in words, address
        assert HIDDEN not in words, address
