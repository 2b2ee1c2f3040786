"""What changes calls: planning, attending, reading reports, presenting."""

from hub.calls.actions.asking import add_ask, settle_ask
from hub.calls.actions.attending import check_in, take_back, tick
from hub.calls.actions.feeds import end_feed, make_feed
from hub.calls.actions.mailing import brief_of, invite, send_brief
from hub.calls.actions.planning import (
    Facts,
    When,
    add_call,
    cancel,
    catch_up,
    change,
    follow_settings,
    make_series,
    move,
    plan_again,
    skip,
)
from hub.calls.actions.presenting import (
    Proposal,
    accept,
    decline,
    give_deck,
    link_deck,
    propose,
    withdraw,
)
from hub.calls.actions.presenting import change as change_presentation
from hub.calls.actions.presenting import move as move_presentation
from hub.calls.actions.reports import Result, WrongDayError, decide, read_in

__all__ = [
    "Facts",
    "Proposal",
    "Result",
    "When",
    "WrongDayError",
    "accept",
    "add_ask",
    "add_call",
    "brief_of",
    "cancel",
    "catch_up",
    "change",
    "change_presentation",
    "check_in",
    "decide",
    "decline",
    "end_feed",
    "follow_settings",
    "give_deck",
    "invite",
    "link_deck",
    "make_feed",
    "make_series",
    "move",
    "move_presentation",
    "plan_again",
    "propose",
    "read_in",
    "send_brief",
    "settle_ask",
    "skip",
    "take_back",
    "tick",
    "withdraw",
]
