"""What the hub writes about sharing."""

from hub.sharing.letters.reminding import reminder

__all__ = ["reminder"]
