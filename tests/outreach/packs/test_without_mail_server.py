"""Without a mail server, pages about packs and questions say that nothing is sent."""

from dataclasses import replace

from flask.testing import FlaskClient

from hub import worker
from hub.core.db import Database
from tests.outreach.packs.drafting import a_draft, ok, work_on
from tests.world import SignIn

ANA = "ana@lakeshore.example"
NOT_SENT = "Not sent: this hub has no mail server, so it saved"


def test_a_pack_and_its_test_are_saved_to_disk_and_no_page_says_sent(world: Database, sign_in: SignIn) -> None:
    ana = sign_in(ANA)
    draft = a_draft(ana)
    assert "has no mail server" not in work_on(ana, draft, "preview")
    world.config = replace(world.config, MAIL_URL="")
    page = work_on(ana, draft, "test")
    assert f"{NOT_SENT} the draft and the test to disk." in page
    assert "on its way" not in page
    assert f"{NOT_SENT} the test to disk." in ok(ana.post(f"{draft}/test", follow_redirects=True))
    assert "so the pack is saved to disk and not sent" in work_on(ana, draft, "preview")
    ana.post(f"{draft}/send", data={"when": "now"})
    worker.catch_up(world)
    page = ok(ana.get(draft))
    assert f"{NOT_SENT} 2 emails to disk" in page
    assert "accepted by the mail server" not in page


def test_a_question_is_saved_for_the_sender_to_read(
    sent: str, world: Database, sign_in: SignIn, client: FlaskClient
) -> None:
    assert "gets your question by email" in ok(client.get(f"{sent}/1/ask"))
    world.config = replace(world.config, MAIL_URL="")
    assert "by email" not in ok(client.get(f"{sent}/1/ask"))
    page = ok(client.post(f"{sent}/1/ask", data={"question": "What does it cost?"}, follow_redirects=True))
    assert "Question saved. Ana Peña can read it in the hub." in page
    page = ok(sign_in(ANA).get("/sharing/packs/1"))
    assert "What does it cost?" in page
    assert "questions aren’t emailed to the sender" in page
