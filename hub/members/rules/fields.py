"""Checks of names, email addresses and websites that people type. Pure."""

import re
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from hub.core.errors import Refused
from hub.core.text import clean, one_line

# In characters.
LONGEST_NAME = 200
LONGEST_EMAIL = 254  # RFC 5321's limit of a path, less its brackets
LONGEST_WEBSITE = 500
LONGEST_POSTAL_ADDRESS = 300


def name_of(text: str, what: str = "name") -> str:
    """Return a typed name on one line; raises Refused when it is empty or too long."""
    name = one_line(text)
    if not name:
        raise Refused(f"Enter the {what}.")
    if len(name) > LONGEST_NAME:
        raise Refused(f"The {what} is too long. Use up to {LONGEST_NAME} characters.")
    return name


def email_of(text: str) -> str:
    """Return a typed email address in lower case; raises Refused when it isn't valid."""
    try:
        email = validate_email(clean(text), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Refused("Enter an email address such as name@example.org.") from error
    if len(email) > LONGEST_EMAIL:
        raise Refused(f"That email address is too long. Use up to {LONGEST_EMAIL} characters.")
    return email


def website_of(text: str) -> str:
    """Return a typed website URL, or an empty text; raises Refused unless its scheme is http or https."""
    website = clean(text)
    if not website:
        return ""
    if len(website) > LONGEST_WEBSITE:
        raise Refused(f"That website link is too long. Use up to {LONGEST_WEBSITE} characters.")
    if not _is_web_url(website):
        raise Refused("Enter a website that starts with https:// or http://, like https://www.example.org.")
    return website


def postal_address_of(text: str) -> str:
    """Return a typed postal address without empty lines, or an empty text; raises Refused if it can't be one."""
    address = "\n".join(line for line in map(one_line, clean(text).split("\n")) if line)
    if not address:
        return ""
    if len(address) > LONGEST_POSTAL_ADDRESS:
        raise Refused(f"That postal address is too long. Use up to {LONGEST_POSTAL_ADDRESS} characters.")
    if not (re.search(r"\d", address) and re.search(r"[^\W\d_]{2}", address)):
        raise Refused("Enter the street or P.O. box, city, state and ZIP code.")
    return address


def _is_web_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s|\\", text)
