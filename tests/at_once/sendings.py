"""What is posted six times at once, for every route that accepts a POST: see tests/test_at_once.py."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from hub.mail.rules import State as MailState
from hub.search.models import GlossaryEntry
from tests.at_once.preparing import (
    ask,
    attended,
    bounced,
    canceled,
    decided,
    dismissible,
    draft,
    emailed_link,
    feed,
    first,
    forgot,
    free_call,
    held,
    invited,
    message,
    newest,
    of_link,
    other_session,
    public,
    saved_search,
    scheduled,
    stakeholders,
    subscribed,
    to_item,
    to_link,
    unsubscribing,
    with_calendar,
    with_log_address,
    withdrawn,
)
from tests.versions import CASES, Case, an_application, coming, past, person_id
from tests.world import PASSWORD

Text = str | Callable[[Session], str]
Entered = dict[str, Any] | Callable[[Session], dict[str, Any]]


@dataclass(frozen=True)
class Sending:
    """A form that is sent. ``address`` and ``values`` may be functions of a session, which prepare the world.

    ``opens``: the page that is opened first, for the fields that it is filled with; its address is posted to by default.
    """

    address: Text
    values: Entered = field(default_factory=dict)
    role: str = "coordinator"
    opens: Text = ""
    do: str = ""
    previews: str = ""  # the button on the preview that the first answer is


_REPORT = (
    b"Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)\n"
    b"Someone New,new@elsewhere.example,11/23/2026 11:30:00 AM,11/23/2026 12:00:00 PM,30\n"
)
_LIST = "eve@paper.example,Eve\nfay@paper.example,Fay"
_NEW_PASSWORD = {"password": ["a new and long password"], "repeated": ["a new and long password"]}
_REPRESENTATIVE: dict[str, Any] = {"role": "representative"}

# The forms and buttons of tests/not_edits.py, by route. What is entered makes each of them succeed.
OTHERS: dict[str, Sending] = {
    "calls.add_ask": Sending(
        lambda db: f"/calls/{coming(db)}/asks",
        {"kind": ["ask"], "text": ["Who has a template?"], "organization": ["lakeshore"]},
    ),
    "calls.cancel": Sending(lambda db: f"/calls/{coming(db)}/cancel", {"reason": ["No one can come."]}),
    "calls.check_in": Sending(lambda db: f"/calls/{past(db)}/check-in", role="contributor"),
    "calls.confirm_presentations": Sending("/calls/planner/confirm", held),
    "calls.decide_all": Sending(
        lambda db: f"/calls/{past(db)}/participants", opens=lambda db: f"/calls/{past(db)}/participants"
    ),
    "calls.end_calendar": Sending(with_calendar),
    "calls.invite": Sending(lambda db: f"/calls/{coming(db)}/invite"),
    "calls.make_calendar": Sending("/calls/calendar"),
    "calls.plan": Sending(
        "/calls/plan", lambda db: {"days": [coming(db)], "reason": ["A holiday."]}, opens="/calls/plan", do="skip"
    ),
    "calls.propose": Sending(
        "/calls/present",
        lambda db: {
            "organization": ["basin-range"],
            "call": [free_call(db)],
            "title": ["Progress"],
            "minutes": ["15"],
        },
    ),
    "calls.recap": Sending(lambda db: f"/calls/{past(db)}/brief"),
    "calls.reinstate": Sending(canceled),
    "calls.report": Sending(
        lambda db: f"/calls/{past(db)}/report", {"report": (_REPORT, "report.csv"), "anyway": ["1"]}
    ),
    "calls.settle_ask": Sending(ask, {"done": ["1"]}),
    "calls.take_schedule": Sending(
        "/calls/planner",
        lambda db: {"take": ["basin-range"], "call-basin-range": [free_call(db)], "title-basin-range": ["Progress"]},
    ),
    "calls.undo_attendance": Sending(attended, {"reason": ["A mistake."]}),
    "joining.ask_for_changes": Sending("/applications/1/ask", {"round": ["1"], "what": ["A map."]}, "board"),
    "joining.decide": Sending("/applications/1/decide", decided),
    "joining.join": Sending(
        "/join",
        {
            "kind": ["member"],
            "name": ["Copper Basin"],
            "contact_name": ["Odette"],
            "contact_email": ["o@copper.example"],
        },
        "visitor",
    ),
    "joining.confirm_address": Sending(lambda db: f"{emailed_link(db)}/confirm-address", {}, "visitor"),
    "joining.withdraw_application": Sending(
        lambda db: f"{an_application(db)}/withdraw", {"reason": ["Not now."]}, "visitor"
    ),
    "library.add": Sending(
        "/resources/new?by=text",
        {"title": ["Notes"], "body": ["A text."], "kind": ["resource"], "audience": ["network"]},
        "contributor",
    ),
    "library.add:file": Sending(
        "/resources/new",
        {"files": (b"One,two\n", "table.csv"), "kind": ["resource"], "audience": ["network"]},
        "contributor",
    ),
    "library.read_again": Sending(lambda db: f"/resources/{public(db).id}/read-again"),
    "library.restore": Sending(withdrawn),
    "members.address_works": Sending(bounced),
    "members.create_link": Sending(lambda db: f"/people/{person_id(db)}/link"),
    "members.deactivate": Sending(lambda db: f"/people/{person_id(db)}/leave"),
    "members.dismiss_hint": Sending("/hints/behind/dismiss"),
    "members.show_hints_again": Sending("/account/hints"),
    "members.forgot_password": Sending("/forgot-password", {"email": ["bff@demo.example"]}, "visitor"),
    "members.invitation": Sending(invited, _NEW_PASSWORD, "visitor"),
    "members.new_organization": Sending(
        "/organizations/new", {"name": ["Copper Basin"], "kind": ["member"], "joined_on": ["2026-01-05"]}
    ),
    "members.new_password": Sending(forgot, _NEW_PASSWORD, "visitor"),
    "members.new_person": Sending(
        "/people/new",
        {
            "organization": ["lakeshore"],
            "name": ["Odette"],
            "email": ["odette@copper.example"],
            "role": ["contributor"],
        },
    ),
    "members.change_password": Sending("/account/password", {"current": [PASSWORD], **_NEW_PASSWORD}),
    "members.sign_in": Sending("/sign-in", {"email": ["bff@demo.example"], "password": [PASSWORD]}, "visitor"),
    "members.sign_out": Sending("/sign-out"),
    "members.sign_out_everywhere": Sending("/sign-out/everywhere"),
    "members.change_email": Sending(
        "/account/email", {"email": ["another@lakeshore.example"], "current": [PASSWORD]}, **_REPRESENTATIVE
    ),
    "members.cancel_email_change": Sending("/account/email/cancel"),
    "members.begin_app": Sending("/account/second-factor/app/begin"),
    "members.remove_app": Sending("/account/second-factor/app/remove"),
    "members.stop_reset": Sending("/account/second-factor/keep"),
    "members.confirm_identity": Sending("/account/confirm", {"password": [PASSWORD]}),
    "members.reset_factor": Sending(lambda db: f"/people/{person_id(db)}/second-factor"),
    "members.cancel_reset": Sending(lambda db: f"/people/{person_id(db)}/second-factor/keep"),
    "members.unlink_sign_on": Sending(lambda db: f"/people/{person_id(db)}/sign-on/unlink"),
    "members.end_session": Sending(other_session),
    "members.end_sessions_of": Sending(lambda db: f"/people/{person_id(db, 'bff@demo.example')}/sessions/end"),
    "members.unsubscribe": Sending(subscribed, role="visitor"),
    "outreach.add_to_pack": Sending(
        "/sharing/packs/add", lambda db: {"resource": [str(public(db).id)], "part": [""]}, **_REPRESENTATIVE
    ),
    "outreach.ask": Sending(
        to_item("ask"), {"question": ["What does it cost?"], "email": ["eve@paper.example"]}, "visitor"
    ),
    "outreach.cancel_pack": Sending(scheduled, **_REPRESENTATIVE),
    "outreach.delete_pack": Sending(
        lambda db: f"/sharing/packs/{draft(db)}/delete",
        **_REPRESENTATIVE,
        opens=lambda db: f"/sharing/packs/{newest(db)}",
    ),
    "outreach.download_shared": Sending(to_link("download"), role="visitor"),
    "outreach.end_log_address": Sending(with_log_address, **_REPRESENTATIVE),
    "outreach.forward": Sending(lambda db: f"/resources/{public(db).id}/forward", {"days": ["30"]}, **_REPRESENTATIVE),
    "outreach.import_stakeholders": Sending(
        "/sharing/stakeholders/import", {"lines": [_LIST], "group": ["Press"]}, **_REPRESENTATIVE, previews="apply"
    ),
    "outreach.new_log_address": Sending("/sharing/log-address", **_REPRESENTATIVE),
    "outreach.new_pack": Sending(
        "/sharing/packs/new", lambda db: {"resources": [str(public(db).id)]}, **_REPRESENTATIVE
    ),
    "outreach.new_stakeholder": Sending(
        "/sharing/stakeholders/new",
        {"email": ["eve@paper.example"], "name": ["Eve"], "groups": ["Press"]},
        **_REPRESENTATIVE,
    ),
    "outreach.pack_channel": Sending(
        lambda db: f"/sharing/packs/{draft(db)}/channel", {"channel": ["newsletter"]}, **_REPRESENTATIVE
    ),
    "outreach.remove_stakeholders": Sending("/sharing/stakeholders/remove", stakeholders, **_REPRESENTATIVE),
    "outreach.revoke": Sending(of_link("revoke"), **_REPRESENTATIVE),
    "outreach.say": Sending(to_item("say"), {"opinion": ["useful"]}, "visitor"),
    "outreach.send_pack": Sending(
        lambda db: f"/sharing/packs/{draft(db)}/send",
        {"when": ["now"]},
        **_REPRESENTATIVE,
        opens=lambda db: f"/sharing/packs/{newest(db)}/preview",
    ),
    "outreach.send_pack_test": Sending(lambda db: f"/sharing/packs/{draft(db)}/test", **_REPRESENTATIVE),
    "outreach.sent": Sending(
        of_link("sent"),
        {"happened_on": ["2026-11-20"], "with_whom": ["our members"], "channel": ["email"]},
        **_REPRESENTATIVE,
    ),
    "outreach.show": Sending(to_link("show"), role="visitor"),
    "outreach.show_item": Sending(to_item("open"), role="visitor"),
    "outreach.stop_now": Sending(unsubscribing, role="visitor"),
    "outreach.take_item": Sending(to_item("download"), role="visitor"),
    "overview.address_works": Sending(message(MailState.BOUNCED, "address")),
    "overview.cancel": Sending(message(MailState.WAITING, "cancel")),
    "overview.choose_theme": Sending("/look", {"look": ["dark"], "next": ["/"]}),
    "overview.count_as_sent": Sending(message(MailState.UNKNOWN, "arrived")),
    "overview.erase": Sending(lambda db: f"/people/{person_id(db)}/erase"),
    "overview.membership": Sending(
        "/organizations/lakeshore/membership", {"preview": ["1"]}, opens="/organizations/lakeshore/membership"
    ),
    "overview.pause": Sending("/outbox/plan/hold", {"kind": ["reminder"]}),
    "overview.send_again": Sending(message(MailState.FAILED, "again")),
    "overview.send_reminder": Sending("/outbox/nudge", opens="/outbox/nudge"),
    "overview.setup_invitations": Sending("/setup/invitations"),
    "overview.setup_links": Sending("/setup/links"),
    "overview.setup_organizations": Sending(
        "/setup/organizations", {"listed": ["name,kind\nCopper Basin,member"], "do": ["add"]}
    ),
    "overview.setup_skip": Sending("/setup/skip/all"),
    "overview.turn_on": Sending("/outbox/plan/begin", {"kind": ["digest"]}),
    "search.clear_recent": Sending("/searches/recent/clear"),
    "search.delete": Sending(saved_search("delete"), **_REPRESENTATIVE),
    "search.make_feed": Sending("/searches/feeds", {"address": ["q=workforce"]}, **_REPRESENTATIVE),
    "search.new_entry": Sending("/glossary/new", {"name": ["CBP"], "meaning": ["Copper Basin Partnership"]}),
    "search.remove_entry": Sending(
        lambda db: f"/glossary/{first(db, GlossaryEntry).id}/remove",
        opens=lambda db: f"/glossary/{first(db, GlossaryEntry).id}/edit",
    ),
    "search.revoke_feed": Sending(feed, role="contributor"),
    "search.save": Sending("/searches", {"address": ["q=workforce"], "name": ["Workforce"]}, **_REPRESENTATIVE),
    "search.tell": Sending(saved_search("tell"), {"tells": ["no"]}, **_REPRESENTATIVE),
    "sharing.correct": Sending(
        "/sharing/events/1099/correct", {"reason": ["A mistake."]}, opens="/sharing/events/1099/correct"
    ),
    "sharing.declare": Sending(
        "/sharing/declare",
        lambda db: {
            "resources": [str(public(db).id)],
            "happened_on": ["2026-11-20"],
            "with_whom": ["our members"],
            "channel": ["email"],
        },
        **_REPRESENTATIVE,
    ),
    "sharing.dismiss_mail": Sending(dismissible, **_REPRESENTATIVE),
    "sharing.make_packet": Sending("/sharing/2026Q3/packet", **_REPRESENTATIVE),
}


# By route, and the button if its page has several.
SENDINGS: dict[str, Sending | Case] = {**CASES, **OTHERS}


# Requests that scripts and mail programs make, which have no form, with the tests that repeat them.
NO_FORMS = dict.fromkeys(["uploads.begin", "uploads.keep", "uploads.known", "uploads.look"], "tests/library/uploads")

# A form that the demo world can't show, with the test of it.
ELSEWHERE = {"members.welcome": "tests/at_once/test_at_once.py: needs a hub without people"}

# Forms that need what the demo world doesn't have, such as a passkey, with the tests that send them one at a time.
NOT_AT_ONCE = {
    "members.add_passkey": "tests/members/test_passkeys.py",
    "members.authenticator_app": "tests/members/test_factors.py",
    "members.confirm_email": "tests/members/test_email_changes.py",
    "members.confirm_with_passkey": "tests/members/test_passkeys.py",
    "members.keep_factor": "tests/members/test_factors.py",
    "members.recovery_codes": "tests/members/test_factors.py",
    "members.remove_passkey": "tests/members/test_passkeys.py",
    "members.second_step": "tests/members/test_factors.py",
    "members.second_step_passkey": "tests/members/test_passkeys.py",
    "members.sign_in_with_passkey": "tests/members/test_passkeys.py",
    "overview.show_letter": "tests/members/test_who_sees_links.py",
}

# Forms that may have more than one effect, with the reason.
EACH_TIME = {
    "members.forgot_password": "the page tells nothing, and the worker answers all requests with one email",
    "members.create_link": "each response shows a new link, and only the last one works",
    "overview.setup_links": "each response shows new links, and only the last ones work",
}
