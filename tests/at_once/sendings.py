"""What is posted six times at once, for every route that accepts a POST: see tests/test_at_once.py."""

from hub.mail.rules import State as MailState
from hub.search.models import GlossaryEntry
from tests.at_once.accounts import OF_ACCOUNTS
from tests.at_once.preparing import (
    ask,
    attended,
    bounced,
    canceled,
    decided,
    dismissible,
    draft,
    emailed_link,
    everyone,
    feed,
    filed,
    first,
    forgot,
    free_call,
    held,
    invited,
    letter,
    mail_with_file,
    message,
    newest,
    newest_report,
    of_link,
    other_session,
    paused,
    proposal,
    public,
    reported,
    scheduled,
    spoken,
    stakeholders,
    subscribed,
    to_item,
    to_link,
    to_saved_search,
    uninvited,
    unrepresented,
    unsubscribing,
    with_calendar,
    with_log_address,
    withdrawn,
)
from tests.at_once.sending import Sending
from tests.demo_people import organization_of_sender, own_resource
from tests.versions import CASES, Case, an_application, coming, past, person_id
from tests.world import PASSWORD

_REPORT = (
    b"Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes)\n"
    b"Someone New,new@elsewhere.example,11/23/2026 11:30:00 AM,11/23/2026 12:00:00 PM,30\n"
)
_LIST = "eve@paper.example,Eve\nfay@paper.example,Fay"
_NEW_PASSWORD = {"password": ["a new and long password"], "repeated": ["a new and long password"]}

# The forms and buttons of tests/not_edits.py, by route. What is entered makes each of them succeed.
OTHERS: dict[str, Sending] = {
    "calls.add_ask": Sending(
        lambda db: f"/calls/{coming(db)}/asks",
        {"kind": ["ask"], "text": ["Who has a template?"], "organization": ["lakeshore"]},
    ),
    "calls.cancel": Sending(lambda db: f"/calls/{coming(db)}/cancel", {"reason": ["No one can come."]}),
    "calls.check_in": Sending(lambda db: f"/calls/{past(db)}/check-in"),
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
    "calls.presentation:accept": Sending(proposal, opens=proposal, do="accept"),
    "calls.presentation:withdraw": Sending(proposal, opens=proposal, do="withdraw"),
    "calls.propose": Sending(
        "/calls/present",
        lambda db: {
            "organization": [organization_of_sender(db).slug],
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
    "calls.speakers": Sending(lambda db: f"/calls/{past(db)}/speakers", spoken),
    "calls.settle_ask": Sending(ask, {"done": ["1"]}),
    "calls.take_schedule": Sending(
        "/calls/planner",
        lambda db: {"take": ["basin-range"], "call-basin-range": [free_call(db)], "title-basin-range": ["Progress"]},
    ),
    "calls.undo_attendance": Sending(attended, {"reason": ["A mistake."]}),
    "joining.ask_for_changes": Sending("/applications/1/ask", {"round": ["1"], "what": ["A map."]}),
    "joining.decide": Sending("/applications/1/decide", decided),
    "joining.join": Sending(
        "/join",
        {
            "kind": ["member"],
            "name": ["Copper Basin"],
            "contact_name": ["Odette"],
            "contact_email": ["o@copper.example"],
        },
    ),
    "joining.confirm_address": Sending(lambda db: f"{emailed_link(db)}/confirm-address", {}),
    "joining.withdraw_application": Sending(lambda db: f"{an_application(db)}/withdraw", {"reason": ["Not now."]}),
    "library.add": Sending(
        "/resources/new?by=text",
        lambda db: {"title": ["Notes"], "body": ["A text."], **filed(db)},
    ),
    "library.add:file": Sending(
        "/resources/new",
        lambda db: {"files": (b"One,two\n", "table.csv"), **filed(db)},
    ),
    "library.add_attachment": Sending(mail_with_file),
    "library.read_again": Sending(lambda db: f"/resources/{own_resource(db)}/read-again"),
    "library.restore": Sending(withdrawn),
    "members.address_works": Sending(bounced),
    "members.create_link": Sending(lambda db: f"/people/{person_id(db)}/link"),
    "members.deactivate": Sending(lambda db: f"/people/{person_id(db)}/leave"),
    "members.dismiss_hint": Sending("/hints/behind/dismiss"),
    "members.forgot_password": Sending("/forgot-password", {"email": ["bff@demo.example"]}),
    "members.invitation": Sending(invited, _NEW_PASSWORD),
    "members.new_organization": Sending(
        "/organizations/new", {"name": ["Copper Basin"], "kind": ["member"], "joined_on": ["2026-01-05"]}
    ),
    "members.new_password": Sending(forgot, _NEW_PASSWORD),
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
    "members.sign_in": Sending("/sign-in", {"email": ["bff@demo.example"], "password": [PASSWORD]}),
    "members.sign_out": Sending("/sign-out"),
    "members.sign_out_everywhere": Sending("/sign-out/everywhere"),
    "members.change_email": Sending("/account/email", {"email": ["another@lakeshore.example"], "current": [PASSWORD]}),
    "members.begin_app": Sending("/account/second-factor/app/begin"),
    "members.confirm_identity": Sending("/account/confirm", {"password": [PASSWORD]}),
    "members.end_session": Sending(other_session),
    "members.end_sessions_of": Sending(lambda db: f"/people/{person_id(db, 'bff@demo.example')}/sessions/end"),
    "members.unsubscribe": Sending(subscribed),
    "outreach.add_to_pack": Sending("/sharing/packs/add", lambda db: {"resource": [str(public(db).id)], "part": [""]}),
    "outreach.ask": Sending(to_item("ask"), {"question": ["What does it cost?"], "email": ["eve@paper.example"]}),
    "outreach.cancel_pack": Sending(scheduled),
    "outreach.delete_pack": Sending(
        lambda db: f"/sharing/packs/{draft(db)}/delete",
        opens=lambda db: f"/sharing/packs/{newest(db)}",
    ),
    "outreach.download_shared": Sending(to_link("download")),
    "outreach.end_log_address": Sending(with_log_address),
    "outreach.forward": Sending(lambda db: f"/resources/{public(db).id}/forward", {"days": ["30"]}),
    "outreach.import_stakeholders": Sending(
        "/sharing/stakeholders/import", {"lines": [_LIST], "group": ["Press"]}, previews="apply"
    ),
    "outreach.new_log_address": Sending("/sharing/log-address"),
    "outreach.new_pack": Sending("/sharing/packs/new", lambda db: {"resources": [str(public(db).id)]}),
    "outreach.new_stakeholder": Sending(
        "/sharing/stakeholders/new", {"email": ["eve@paper.example"], "name": ["Eve"], "groups": ["Press"]}
    ),
    "outreach.pack_channel": Sending(lambda db: f"/sharing/packs/{draft(db)}/channel", {"channel": ["newsletter"]}),
    "outreach.remove_stakeholders": Sending("/sharing/stakeholders/remove", stakeholders),
    "outreach.revoke": Sending(of_link("revoke")),
    "outreach.say": Sending(to_item("say"), {"opinion": ["useful"]}),
    "outreach.send_pack": Sending(
        lambda db: f"/sharing/packs/{draft(db)}/send",
        {"when": ["now"]},
        opens=lambda db: f"/sharing/packs/{newest(db)}/preview",
    ),
    "outreach.send_pack_test": Sending(lambda db: f"/sharing/packs/{draft(db)}/test"),
    "outreach.sent": Sending(
        of_link("sent"), {"happened_on": ["2026-11-20"], "with_whom": ["our members"], "channel": ["email"]}
    ),
    "outreach.show": Sending(to_link("show")),
    "outreach.show_item": Sending(to_item("open")),
    "outreach.stop_now": Sending(unsubscribing),
    "outreach.take_item": Sending(to_item("download")),
    "overview.address_works": Sending(message(MailState.BOUNCED, "address")),
    "overview.cancel": Sending(message(MailState.WAITING, "cancel")),
    "overview.choose_theme": Sending("/look", {"look": ["dark"], "next": ["/"]}),
    "overview.count_as_sent": Sending(message(MailState.UNKNOWN, "arrived")),
    "overview.erase": Sending(lambda db: f"/people/{person_id(db)}/erase"),
    "overview.membership": Sending(
        "/organizations/lakeshore/membership",
        {"periods-0-joined_on": ["2019-05-06"], "preview": ["1"]},
        opens="/organizations/lakeshore/membership",
        previews="save",
    ),
    "overview.pause": Sending("/outbox/plan/hold", {"kind": ["reminder"]}),
    "overview.send_again": Sending(message(MailState.FAILED, "again")),
    "overview.send_reminder": Sending("/outbox/nudge", everyone, opens="/outbox/nudge"),
    "overview.setup_invitations": Sending(
        unrepresented, {"name-copper-basin": ["Odette"], "email-copper-basin": ["odette@copper.example"]}
    ),
    "overview.setup_links": Sending(uninvited),
    "overview.setup_organizations": Sending(
        "/setup/organizations", {"listed": ["name,kind\nCopper Basin,member"], "add": ["1"]}
    ),
    "overview.setup_skip": Sending("/setup/skip/all"),
    "overview.show_letter": Sending(letter),
    "overview.turn_on": Sending(paused, {"kind": ["digest"]}),
    "search.clear_recent": Sending("/searches/recent/clear"),
    "search.delete": Sending(to_saved_search("delete")),
    "search.make_feed": Sending("/searches/feeds", {"address": ["q=workforce"]}),
    "search.new_entry": Sending("/glossary/new", {"name": ["CUBP"], "meaning": ["Copper Basin Partnership"]}),
    "search.remove_entry": Sending(
        lambda db: f"/glossary/{first(db, GlossaryEntry).id}/remove",
        opens=lambda db: f"/glossary/{first(db, GlossaryEntry).id}/edit",
    ),
    "search.revoke_feed": Sending(feed),
    "search.save": Sending("/searches", {"address": ["q=workforce"], "name": ["Workforce"]}),
    "search.tell": Sending(to_saved_search("tell"), {"tells": ["no"]}),
    "sharing.correct": Sending(reported, {"reason": ["A mistake."]}, opens=newest_report),
    "sharing.declare": Sending(
        "/sharing/declare",
        lambda db: {
            "resources": [str(public(db).id)],
            "happened_on": ["2026-11-20"],
            "with_whom": ["our members"],
            "channel": ["email"],
        },
    ),
    "sharing.dismiss_mail": Sending(dismissible),
    "sharing.make_packet": Sending("/sharing/2026Q3/packet"),
}


# By route, and the button if its page has several.
SENDINGS: dict[str, Sending | Case] = {**CASES, **OTHERS, **OF_ACCOUNTS}


# Requests that scripts and mail programs make, which have no form, with the tests that repeat them.
NO_FORMS = dict.fromkeys(["uploads.begin", "uploads.keep", "uploads.known", "uploads.look"], "tests/library/uploads")

# A form that the demo world can't show, with the test of it.
ELSEWHERE = {"members.welcome": "tests/at_once/test_at_once.py: needs a hub without people"}

# Forms that change nothing that counts in the database, with the reason.
NO_EFFECT = {
    "members.confirm_identity": "only the browser's cookie changes",
    "overview.choose_theme": "only the browser's cookie changes",
    "search.clear_recent": "recent searches don't count: any search changes them",
}

# Forms of which six copies at once may be answered otherwise than six in a row, with the reason.
_COUNTED = "attempts are counted before they are checked: the sixth at the same moment may have to wait"
OTHERWISE = {
    **dict.fromkeys(
        [
            f"members.{name}"
            for name in ("change_email", "change_password", "confirm_identity", "second_step", "sign_in")
        ],
        _COUNTED,
    ),
    "outreach.send_pack_test": "a person gets one test a second, and six in a row may take more than one",
    "members.authenticator_app": "the app is confirmed before the page is opened, or while it is",
}

# Forms that may have more than one effect, with the reason.
EACH_TIME = {
    "members.forgot_password": "the page tells nothing, and the worker answers all requests with one email",
    "members.create_link": "each response shows a new link, and only the last one works",
    "overview.show_letter": "the audit log records each time that the letter is shown",
    "overview.setup_links": "each response shows new links, and only the last ones work",
}
