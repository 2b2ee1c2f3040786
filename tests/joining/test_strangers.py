"""Strangers can't use the page for joining to send mail of their own."""

import pytest
from flask import Flask
from sqlalchemy import select

from hub.core.db import Database
from hub.mail.models import OutboxMessage
from tests.joining.test_pages import INTEREST


@pytest.mark.both_databases
def test_a_stranger_cannot_mail_their_words_to_any_address(database: Database, app: Flask) -> None:
    words = "Win a prize at evil.example"
    form = INTEREST | {"name": words, "contact_name": words, "interest": words, "contact_email": "victim@city.example"}
    pages = [
        app.test_client().post("/join", data=form, environ_overrides={"REMOTE_ADDR": f"198.51.{network}.7"})
        for network in range(3)
    ]
    assert {page.status_code for page in pages} == {200}
    with database.reading() as db:
        [message] = db.scalars(select(OutboxMessage).where(OutboxMessage.to == "victim@city.example")).all()
    assert message.subject == "Your application link"
    assert not message.name
    assert "evil.example" not in f"{message.text} {message.html} {message.sender_name} {message.reply_to}"
