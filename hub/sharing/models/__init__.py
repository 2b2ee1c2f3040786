"""The rows of sharing: the log, log addresses, audit packets, stakeholders, and the packs that are sent to them."""

from hub.sharing.models.incoming import LogAddress, LoggedMail
from hub.sharing.models.log import Confirmation, ConfirmedResource, ShareLink, SharingEvent
from hub.sharing.models.packets import AuditPacket
from hub.sharing.models.packs import Pack, PackCount, PackFetch, PackItem, PackLink, PackTrace
from hub.sharing.models.stakeholders import Stakeholder, StakeholderGroup, Unsubscribe

__all__ = [
    "AuditPacket",
    "Confirmation",
    "ConfirmedResource",
    "LogAddress",
    "LoggedMail",
    "Pack",
    "PackCount",
    "PackFetch",
    "PackItem",
    "PackLink",
    "PackTrace",
    "ShareLink",
    "SharingEvent",
    "Stakeholder",
    "StakeholderGroup",
    "Unsubscribe",
]
