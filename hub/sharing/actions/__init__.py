"""What changes the log of sharing: taking out, forwarding, declaring, confirming, correcting."""

from hub.sharing.actions.confirming import Statement, confirm
from hub.sharing.actions.declaring import Declaration, correct, declare, take_back
from hub.sharing.actions.entries import SentBeforeError
from hub.sharing.actions.incoming import catch_up as log_waiting_mail
from hub.sharing.actions.incoming import (
    dismiss_mail,
    end_log_address,
    log_arrived,
    log_mail,
    name_mail,
    new_log_address,
    takes,
)
from hub.sharing.actions.links import make_link, open_link, opens, revoke
from hub.sharing.actions.openings import act_on, ask, count_fetch, visit_of
from hub.sharing.actions.packets import make_packet
from hub.sharing.actions.packs import (
    add_item,
    address_of,
    begin_pack,
    call_off,
    change_pack,
    channel_link,
    drop_item,
    item_of,
    objection_to,
    opens_pack,
    order_items,
    send_pack,
    sent_pack,
    throw_away,
    token_for,
    usable_items,
)
from hub.sharing.actions.reminding import nudge, post_due_reminders
from hub.sharing.actions.sending import catch_up, look_again, message_of
from hub.sharing.actions.stakeholders import (
    add_stakeholder,
    change_stakeholder,
    refuse_if_stopped,
    remove_stakeholders,
    start_again,
    stop,
    take_in,
    token_of,
    whom_it_stops,
)
from hub.sharing.actions.taking import log_download

__all__ = [
    "Declaration",
    "SentBeforeError",
    "Statement",
    "act_on",
    "add_item",
    "add_stakeholder",
    "address_of",
    "ask",
    "begin_pack",
    "call_off",
    "catch_up",
    "change_pack",
    "change_stakeholder",
    "channel_link",
    "confirm",
    "correct",
    "count_fetch",
    "declare",
    "dismiss_mail",
    "drop_item",
    "end_log_address",
    "item_of",
    "log_arrived",
    "log_download",
    "log_mail",
    "log_waiting_mail",
    "look_again",
    "make_link",
    "make_packet",
    "message_of",
    "name_mail",
    "new_log_address",
    "nudge",
    "objection_to",
    "open_link",
    "opens",
    "opens_pack",
    "order_items",
    "post_due_reminders",
    "refuse_if_stopped",
    "remove_stakeholders",
    "revoke",
    "send_pack",
    "sent_pack",
    "start_again",
    "stop",
    "take_back",
    "take_in",
    "takes",
    "throw_away",
    "token_for",
    "token_of",
    "usable_items",
    "visit_of",
    "whom_it_stops",
]
