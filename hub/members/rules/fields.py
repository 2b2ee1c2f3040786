"""What people type about themselves and their organizations. Pure."""

import re
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from hub.core.errors import Refused
from hub.core.text import clean, one_line

# What people type about themselves and their organizations.
LONGEST_NAME = 200
LONGEST_EMAIL = 254  # RFC 5321's limit of a path, less its brackets
LONGEST_WEBSITE = 500


def name_of(text: str, what: str = "name") -> str:
    """Return the name that someone typed, on one line; raises Refused when it is empty or too long."""
    name = one_line(text)
    if not name:
        raise Refused(f"Enter the {what}.")
    if len(name) > LONGEST_NAME:
        raise Refused(f"The {what} is too long: it may have up to {LONGEST_NAME} characters.")
    return name


def email_of(text: str) -> str:
    """Return the email address that someone typed, in lower case; raises Refused when it can't be one."""
    try:
        email = validate_email(clean(text), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Refused("Enter an email address such as name@example.org.") from error
    if len(email) > LONGEST_EMAIL:
        raise Refused(f"The email address is too long: it may have up to {LONGEST_EMAIL} characters.")
    return email


def website_of(text: str) -> str:
    """Return the web address that someone typed, or nothing; raises Refused unless it is one of http or https."""
    website = clean(text)
    if not website:
        return ""
    if len(website) > LONGEST_WEBSITE:
        raise Refused(f"The website's address is too long: it may have up to {LONGEST_WEBSITE} characters.")
    if not _is_web_address(website):
        raise Refused("Enter the website with https:// or http:// in front, for example https://www.example.org.")
    return website


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s|\\", text)
