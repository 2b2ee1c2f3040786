"""An application whose contact was erased: the board can still decide, and nothing is emailed to the applicant."""

from flask.testing import FlaskClient

from hub.core.db import Database
from hub.members import queries as members_queries
from hub.overview import actions as overview_actions
from tests.joining.deciding import CONTACT, COORDINATOR, application_of, decide, letters, page_of
from tests.world import SignIn, a_person


def test_an_application_without_a_contact_is_decided_and_no_email_is_posted(
    client: FlaskClient, link: str, sign_in: SignIn, database: Database
) -> None:
    with database.writing() as db:
        host = members_queries.host(db)
        assert host
        overview_actions.erase_person(db, None, a_person(db, host, email=CONTACT))
    application = application_of(database)
    assert (application.contact_email, application.answered_email) == ("", "")
    assert "Confirm email address" not in client.get(link).text
    coordinator, page = sign_in(COORDINATOR), page_of(database)
    assert decide(coordinator, page, "decline", "No one can answer for them.").status_code == 302
    assert application_of(database).progress == "declined"
    assert letters(database, "decision") == {}
    assert "Marguerite" in coordinator.get(page).text
