"""The rows of sharing: the log with its links, and the audit packets that were made of it."""

from hub.sharing.models.log import Confirmation, ConfirmedResource, ShareLink, SharingEvent
from hub.sharing.models.packets import AuditPacket

__all__ = ["AuditPacket", "Confirmation", "ConfirmedResource", "ShareLink", "SharingEvent"]
