"""Who may open each route, by the table of permissions: the crawler's expectations, written without asking the app.

A new route needs a line here. ``kinds`` are those of tests/every_route/things.py that its address names.
"""

from dataclasses import dataclass, field, replace

from hub.members.rules.permissions import Permission

P = Permission  # the table below has more than a hundred of them

RESOURCES = ("public resource", "network resource", "organization resource", "withdrawn resource")
SHOWN, DONE = frozenset({200}), frozenset({200, 302, 303, 409, 422})  # 409: the form is old


@dataclass(frozen=True)
class Right:
    """What a route asks of a person who may open it at all, and the statuses of its answers to those who have it."""

    kinds: tuple[str, ...] = ()
    first: P | None = None  # asked before the thing is loaded: 403 without it
    needs: P | None = None  # asked for the thing: 404 without it, or 403 for people who ...
    sees: P | None = None  # ... have this
    then: P | None = None  # asked for the thing after that: 404 without it
    is_own: bool = False  # only the person whose thing it is, or people who ...
    or_has: P | None = None  # ... have this
    get: frozenset[int] = SHOWN
    post: frozenset[int] = DONE
    closed: frozenset[int] = frozenset({404})  # a link to what is for one organization only
    queries: tuple[str, ...] = ()  # addresses with these are opened too
    data: dict[str, str] = field(default_factory=dict)
    ends: str = ""  # it ends with its owner: when their organization "left", or when they are "locked out"
    absent: int = 404  # what the answer about a missing thing, and to those who may not know of it, has


def _all(names: str, right: Right) -> dict[str, Right]:
    """Return the same right for several routes of a room: ``"room: first second"``."""
    room, routes = names.split(":")
    return {f"{room}.{name}": right for name in routes.split()}


_LOADED = frozenset({200, 302})
_PICTURE = frozenset({200, 404})  # nothing draws pages in this world
_FILE = frozenset({200, 302, 404})  # its content was typed
_REFUSED = frozenset({200, 422})  # the state of the thing decides too
EXPIRED = frozenset({404, 410})
_OF_LOG = Right(("log",), needs=P.SEE_RECORD, sees=P.SEE_MEMBERS, get=_REFUSED)
_AS_FILE = replace(_OF_LOG, queries=("format=csv",))
_OF_PERSON = Right(("person",), needs=P.MANAGE_PEOPLE, sees=P.SEE_PEOPLE)
_OF_RESET = Right(("person",), needs=P.RESET_FACTORS, sees=P.SEE_PEOPLE)
_CHANGES = Right(RESOURCES, needs=P.CHANGE, sees=P.READ)
_READS = Right(RESOURCES, needs=P.READ)
_RUNS_CALL = Right(("call",), first=P.RUN_CALLS)
_OWN_MESSAGE = Right(("message",), is_own=True, post=DONE | {404})  # its state decides too
_LINKS, _ITEMS = ("link", "closed link", "withdrawn link"), ("pack link", "closed item of sent pack")
_PACK_ITEM = Right(_ITEMS, ends="left")

MEMBERS = {
    **_all(
        "members: account change_email factors sessions set_aside_list organizations people confirm_identity", Right()
    ),
    **_all("members: cancel_email_change show_hints_again change_password begin_app remove_app stop_reset", Right()),
    **_all("members: add_passkey recovery_codes confirm_with_passkey sign_out sign_out_everywhere", Right()),
    **_all("members: forgot_password signed_out sign_in_with_passkey second_step_passkey", Right()),
    **_all("members: authenticator_app sign_in second_step", Right(get=_LOADED)),
    **_all("members: sign_on signed_on welcome", Right(get=frozenset({404}), post=frozenset({404}))),
    "members.dismiss_hint": Right(post=frozenset({404})),  # no hint has the name in the crawler's address
    "members.remove_passkey": Right(("passkey",), is_own=True, absent=302),
    "members.end_session": Right(("session",), is_own=True),
    "members.set_aside": Right(("set aside",), is_own=True),
    "members.invitation": Right(("invitation link",), ends="locked out"),
    "members.new_password": Right(("password-reset link",), ends="locked out"),
    "members.confirm_email": Right(("email link",)),
    "members.keep_factor": Right(("factor link",)),
    "members.unsubscribe": Right(("mail link",)),
    "members.organization": Right(("organization",), needs=P.SEE_MEMBERS),
    "members.edit_organization": Right(("organization",), needs=P.MANAGE_ORGANIZATIONS, sees=P.SEE_MEMBERS),
    "members.postal_address": Right(("organization",), needs=P.EDIT_POSTAL_ADDRESS, sees=P.SEE_MEMBERS),
    "members.new_organization": Right(first=P.MANAGE_ORGANIZATIONS),
    "members.new_person": Right(first=P.MANAGE_PEOPLE),
    "members.person": Right(("person",), needs=P.SEE_PEOPLE),
    **_all("members: change_person change_role create_link address_works deactivate unlink_sign_on", _OF_PERSON),
    "members.move_person": Right(("person",), needs=P.MANAGE_ORGANIZATIONS, sees=P.SEE_PEOPLE),
    **_all("members: reset_factor cancel_reset", _OF_RESET),
    "members.end_sessions_of": Right(("person",), first=P.END_SESSIONS, needs=P.END_SESSIONS),
    "members.required_factors": Right(first=P.SET_UP),
}
LIBRARY = {
    **_all("library: show page state", _READS),
    "library.pages": Right(RESOURCES, needs=P.READ, get=_LOADED),
    "library.image": Right(RESOURCES, needs=P.READ, get=_PICTURE),
    "library.recording": Right(RESOURCES, needs=P.READ, get=_PICTURE),  # nothing plays in this world
    **_all("library: edit replace withdraw restore read_again", _CHANGES),
    "library.add_attachment": replace(_CHANGES, post=frozenset({404})),  # the page isn't one of an attachment
    "library.added": Right(queries=(f"ids={','.join(map(str, range(1, 12)))}",)),
    "library.add": Right(),
    "uploads.begin": Right(post=frozenset({412})),  # without the header of its protocol
    "uploads.known": Right(post=frozenset({422})),
    **_all("uploads: keep look", Right(post=frozenset({404}))),  # there is no upload of that name
    "sharing.download": Right(RESOURCES, needs=P.READ, get=_FILE),
    "sharing.slides": Right(RESOURCES, needs=P.READ, get=frozenset({404, 422})),
    "sharing.reach": Right(RESOURCES, needs=P.SEE_REACH, sees=P.READ),
    "outreach.forward": Right(RESOURCES, needs=P.READ),
}
SEARCH = {
    # Words that are also in what is for one organization only, next to the word that may not be told.
    **_all("search: results peers", Right(queries=("q=budget", "q=plan"))),
    "search.suggestions": Right(queries=("q=pla", "q=organization")),
    **_all("search: glossary searches save make_feed clear_recent", Right()),
    "search.feed": Right(("feed link",), ends="left"),
    **_all("search: rename tell delete", Right(("saved search",), is_own=True)),
    "search.revoke_feed": Right(("feed",), is_own=True),
    "search.new_entry": Right(first=P.EDIT_GLOSSARY),
    **_all("search: edit_entry remove_entry", Right(("entry",), first=P.EDIT_GLOSSARY)),
}
SHARING = {
    **_all("sharing: packets all_reports", _OF_LOG),
    **_all("sharing: record quarter report", _AS_FILE),
    "sharing.make_packet": Right(("log",), needs=P.SEE_RECORD, sees=P.SEE_MEMBERS, then=P.MAKE_PACKET),
    "sharing.confirm": Right(first=P.CONFIRM, get=_REFUSED),
    "sharing.confirmation": Right(("confirmation",), needs=P.SEE_RECORD),
    "sharing.mail": Right(("logged mail",), needs=P.SEE_RECORD),
    "sharing.dismiss_mail": Right(("logged mail",), needs=P.SEE_RECORD, then=P.DECLARE),
    "sharing.packet": Right(("packet",), needs=P.SEE_RECORD, get=_REFUSED),
    "sharing.declare": Right(),
    "sharing.correct": Right(("event",), needs=P.DECLARE),
    "overview.commitments_report": Right(
        ("log",),
        needs=P.SEE_RECORD,
        sees=P.SEE_MEMBERS,
        get=frozenset({200, 404}),  # the host has no commitments
    ),
}
OUTREACH = {
    "outreach.links": Right(("log",), needs=P.SEE_RECORD, sees=P.SEE_MEMBERS),
    "outreach.revoke": Right(("link",), is_own=True, or_has=P.MANAGE_PEOPLE),
    "outreach.sent": Right(("link",), needs=P.DECLARE),
    **_all("outreach: landing show download_shared", Right(_LINKS, closed=EXPIRED, post=_FILE | {303}, ends="left")),
    "outreach.shared_picture": Right(_LINKS, get=_PICTURE, ends="left"),
    "outreach.open_pack": Right(("pack link",), ends="left"),
    **_all("outreach: open_item ask show_item", _PACK_ITEM),
    "outreach.say": Right(_ITEMS, ends="left", data={"opinion": "useful"}),
    "outreach.take_item": Right(_ITEMS, post=_FILE, ends="left"),
    "outreach.pack_image": Right(_ITEMS, get=_PICTURE, ends="left"),
    **_all("outreach: stop stop_now", Right(("stop link",))),
    **_all("outreach: packs new_pack add_to_pack", Right(needs=P.SEND_PACKS, post=DONE | {404})),
    **_all("outreach: pack preview_mail preview_pack_page", Right(("pack", "sent pack"), needs=P.SEND_PACKS)),
    "outreach.preview_pack": Right(("pack",), needs=P.SEND_PACKS),
    **_all(
        "outreach: cancel_pack delete_pack pack_channel send_pack send_pack_test", Right(("pack",), needs=P.SEND_PACKS)
    ),
    "outreach.preview_image": Right(("pack", "closed item of pack"), needs=P.SEND_PACKS, get=_PICTURE),
    **_all("outreach: log_address_page new_log_address end_log_address", Right()),
    **_all("outreach: stakeholders new_stakeholder import_stakeholders", Right(needs=P.KEEP_STAKEHOLDERS)),
    "outreach.remove_stakeholders": Right(needs=P.KEEP_STAKEHOLDERS),
    "outreach.stakeholder": Right(("stakeholder",), needs=P.KEEP_STAKEHOLDERS),
}
CALLS = {
    **_all("calls: index my_calendar make_calendar end_calendar", Right(first=P.SEE_CALLS)),
    **_all("calls: show add_ask check_in file notes", Right(("call",), first=P.SEE_CALLS)),
    "calls.settle_ask": Right(("ask",), first=P.SEE_CALLS, needs=P.TAKE_PART_IN_CALLS),
    "calls.undo_attendance": Right(("attendance",), first=P.SEE_CALLS, is_own=True, or_has=P.RUN_CALLS),
    "calls.presentation": Right(
        ("presentation",), first=P.SEE_CALLS, needs=P.SEE_ATTENDANCE, data={"do": "change"}, post=DONE | {403, 404}
    ),
    "calls.deck": Right(("presentation",), first=P.SEE_CALLS, needs=P.TAKE_PART_IN_CALLS),
    "calls.propose": Right(first=P.TAKE_PART_IN_CALLS),
    "calls.feed": Right(("calendar link",), ends="left"),
    **_all("calls: attendance cancel edit invite move recap participants decide_all reinstate report", _RUNS_CALL),
    "calls.decide": Right(("guest",), first=P.RUN_CALLS),
    "calls.speakers": Right(("call",), first=P.RUN_CALLS, post=DONE | {404}),  # no transcript is chosen
    **_all("calls: plan planner take_schedule confirm_presentations", Right(first=P.RUN_CALLS)),
}
JOINING = {
    "joining.join": Right(),
    **_all("joining: application withdraw_application", Right(("application",))),
    "joining.confirm_address": Right(("application",)),
    "joining.own_evidence": Right(("application",), get=_PICTURE),
    "joining.set_aside": Right(("application",)),
    "joining.applications": Right(first=P.SEE_APPLICATIONS),
    "joining.review": Right(("application",), first=P.SEE_APPLICATIONS),
    **_all("joining: evidence evidence_image", Right(("application",), first=P.SEE_APPLICATIONS, get=_PICTURE)),
    "joining.vote": Right(("application",), first=P.VOTE),
    "joining.ask_for_changes": Right(("application",), first=P.SEE_APPLICATIONS),
    "joining.decide": Right(("application",), first=P.DECIDE_APPLICATIONS),
}
OVERVIEW = {
    "overview.home": Right(get=_LOADED),  # people of an organization that left are led to its log
    **_all("overview: words choose_theme own_data notification_settings outbox", Right()),
    **_all("operations: healthz figures", Right(get=frozenset({200, 503}))),
    "overview.topics": Right(),
    "overview.topic": Right(("topic",)),
    "overview.edit_topic": Right(("topic",), first=P.EDIT_TOPICS),
    "overview.erase": Right(("person",), needs=P.ERASE_PEOPLE, sees=P.SEE_PEOPLE),
    "overview.audit": Right(first=P.SEE_AUDIT),
    "overview.board": Right(first=P.SEE_BOARD),
    "overview.organization": Right(("organization",), first=P.SEE_BOARD),
    "overview.alliance_report": Right(first=P.SEE_BOARD),
    "overview.membership": Right(("organization",), needs=P.MANAGE_ORGANIZATIONS, sees=P.SEE_MEMBERS),
    "overview.styleguide": Right(first=P.SEE_STYLEGUIDE),
    **_all("overview: setup setup_hub setup_host setup_organizations setup_invitations", Right(first=P.SET_UP)),
    **_all("overview: setup_links setup_skip", Right(first=P.SET_UP)),
    "overview.attention": Right(first=P.CHANGE),
    "overview.storage": Right(first=P.SEE_STORAGE),
    **_all("overview: message message_html show_letter send_again count_as_sent cancel address_works", _OWN_MESSAGE),
    **_all("overview: mail_plan send_reminder", Right(first=P.RUN_MAIL)),
    # There is a reminder and a digest only for people who are due one.
    **_all("overview: planned_digest planned_reminder", Right(("person",), first=P.RUN_MAIL, get=_PICTURE)),
    **_all("overview: turn_on pause", Right(needs=P.RUN_MAIL, data={"kind": "digest"})),
}
RIGHTS = MEMBERS | LIBRARY | SEARCH | SHARING | OUTREACH | CALLS | JOINING | OVERVIEW

# Routes that are only files, or no pages for people.
NOT_CRAWLED = {
    "static": "stylesheets, scripts and the logo",
    "bootstrap.static": "Bootstrap's stylesheet",
    "uploads.abilities": "tells programs that upload what the hub can do; only OPTIONS",
    "uploads.upload": "only PATCH, HEAD and DELETE: tests/library/test_uploads.py",
}
