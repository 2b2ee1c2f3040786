"""What people fill in where several rooms meet."""

from hub.overview.forms.mail import MailWishes
from hub.overview.forms.setup import AboutHost, ListOrganizations, NameHub
from hub.overview.forms.zones import zone_choices

__all__ = ["AboutHost", "ListOrganizations", "MailWishes", "NameHub", "zone_choices"]
