"""Two people work on the same pack."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.core.db import Database
from hub.core.set_aside import SetAside
from hub.outreach.models import Pack, PackItem, Stakeholder
from tests.forms import form_on, opened
from tests.outreach.packs.drafting import a_draft, rows, send, work_on
from tests.world import SignIn

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def browsers(sign_in: SignIn) -> tuple[FlaskClient, FlaskClient]:
    return sign_in("ana@lakeshore.example"), sign_in("dee@lakeshore.example")


def test_a_draft_that_changed_after_its_preview_is_shown_again_instead_of_sent(
    browsers: tuple[FlaskClient, FlaskClient], database: Database
) -> None:
    ana, dee = browsers
    draft = a_draft(ana)
    work_on(ana, draft, "save")
    form = opened(ana, f"{draft}/preview", f"{draft}/send")
    work_on(dee, draft, "save", words="Something else that Ana hasn’t read.")
    answer = ana.post(form.address, data=form.filled(when="now"))
    assert answer.status_code == 409
    assert "This pack has changed since you previewed it" in answer.text
    assert rows(database, Pack)[0].send_at is None
    again = opened(ana, f"{draft}/preview", f"{draft}/send")
    assert ana.post(form.address, data=again.filled(when="now")).status_code == 302
    assert rows(database, Pack)[0].send_at is not None


def test_a_pack_to_another_person_than_its_preview_showed_is_shown_again(
    browsers: tuple[FlaskClient, FlaskClient], database: Database
) -> None:
    ana, dee = browsers
    draft = a_draft(ana)
    maria, bo, *_ = [stakeholder.id for stakeholder in rows(database, Stakeholder)]
    work_on(ana, draft, "save", groups=[], people=[maria])
    form = opened(ana, f"{draft}/preview", f"{draft}/send")
    work_on(dee, draft, "save", groups=[], people=[bo])
    assert ana.post(form.address, data=form.filled(when="now")).status_code == 409
    assert rows(database, Pack)[0].send_at is None


def test_a_draft_that_changed_meanwhile_is_shown_again_instead_of_deleted(
    browsers: tuple[FlaskClient, FlaskClient], database: Database
) -> None:
    ana, dee = browsers
    draft = a_draft(ana)
    button = opened(ana, draft, f"{draft}/delete")
    work_on(dee, draft, "save", words="Dee’s hour of work")
    answer = ana.post(button.address, data=button.values)
    assert answer.status_code == 409
    assert "This draft has changed since you opened it" in answer.text
    assert "Dee’s hour of work" in answer.text
    assert len(rows(database, Pack)) == 1
    again = form_on(answer, button.address)
    assert ana.post(again.address, data=again.values).status_code == 302
    assert rows(database, Pack) == []


def test_what_is_typed_into_a_pack_that_was_sent_meanwhile_is_set_aside(
    browsers: tuple[FlaskClient, FlaskClient], database: Database
) -> None:
    ana, dee = browsers
    draft = a_draft(ana)
    form = opened(dee, draft)
    send(ana, draft)
    answer = dee.post(draft, data=form.filled(words="Dee’s better note"))
    assert "has been sent or scheduled, so it can’t be changed" in dee.get(answer.location).text
    with database.reading() as db:
        assert ["Note", "Dee’s better note"] in db.scalars(select(SetAside)).one().texts


def test_another_order_of_the_resources_is_a_conflict_and_another_resource_is_not(
    browsers: tuple[FlaskClient, FlaskClient], database: Database
) -> None:
    ana, dee = browsers
    draft = a_draft(ana)
    first, second = rows(database, PackItem)
    form = opened(dee, draft)
    work_on(ana, draft, "save", **{f"place-{first.id}": "2", f"place-{second.id}": "1"})
    answer = dee.post(draft, data=form.filled(words="Dee’s note"))
    assert answer.status_code == 409
    assert "Order of resources" in answer.text
    places = form_on(answer).values
    assert (places[f"place-{first.id}"], places[f"place-{second.id}"]) == (["1"], ["2"]), "Dee’s order stays"

    form = opened(dee, draft)
    work_on(ana, draft, "add-3", words="".join(form.values["words"]), title="".join(form.values["title"]))
    assert len(rows(database, PackItem)) == 3
    kept = form.filled(groups=["Board"])
    assert dee.post(draft, data=kept).status_code == 302
    assert len(rows(database, PackItem)) == 3, "what someone else added stays"
