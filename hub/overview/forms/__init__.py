"""What people fill in where several rooms meet."""

from hub.overview.forms.mail import MailWishes

__all__ = ["MailWishes"]
