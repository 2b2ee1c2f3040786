"""What changes organizations, people, their roles and how they get in."""

from hub.members.actions.forgotten import answer_password_requests, ask_for_password
from hub.members.actions.links import accept, first_coordinator_link, invite, reset_link, sign_up_first_coordinator
from hub.members.actions.organizations import add_organization, change_organization
from hub.members.actions.people import add_person, change_person, come_back, give_role, leave, move, rename
from hub.members.actions.signing_in import change_password, end_sessions, hashed, sign_in
from hub.members.actions.tokens import LinkIsGone, usable_link
from hub.members.actions.wishes import dismiss_hint, show_hints_again, stop_mail, wish_for_mail

__all__ = [
    "LinkIsGone",
    "accept",
    "add_organization",
    "add_person",
    "answer_password_requests",
    "ask_for_password",
    "change_organization",
    "change_password",
    "change_person",
    "come_back",
    "dismiss_hint",
    "end_sessions",
    "first_coordinator_link",
    "give_role",
    "hashed",
    "invite",
    "leave",
    "move",
    "rename",
    "reset_link",
    "show_hints_again",
    "sign_in",
    "sign_up_first_coordinator",
    "stop_mail",
    "usable_link",
    "wish_for_mail",
]
