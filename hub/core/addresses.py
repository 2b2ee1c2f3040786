"""Reads email addresses in headers and lists as real programs write them. Pure, and the same on every Python.

Python's `getaddresses` isn't used: releases with security updates find no address in a header that they can't fully
account for (such as Outlook's, with semicolons), and older ones read others differently.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_ADDRESS = re.compile(r"[^@\s<>,;:()\"\\]+@[^@\s<>,;:()\"\\]*[^@\s<>,;:()\"\\.]\.?")
_DOMAIN_LITERAL = re.compile(r"[^@\s<>,;()\"\\]+@\[[0-9A-Fa-fvIP:.]+\]")
_QUOTED_LOCAL = re.compile(r'"([\w.!#$%&*+/=?^`{|}~\'-]+)"(@.*)', re.DOTALL)
_QUOTED = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_COMMENT_SIGN = re.compile(r"\\.?|[()]", re.DOTALL)
_BRACKETS = re.compile(r"<([^<>]*)>")
_SQUARE_LINK = re.compile(r"\[((?:mailto|smtp):[^][<>\s]*)\]", re.IGNORECASE)
_SCHEME = re.compile(r"(?:mailto|smtp):", re.IGNORECASE)
_FOLD = re.compile(r"\s*[\r\n]+\s*")
# Exchange's stand-ins for recipients without an email address.
_ENCAPSULATED = re.compile(r"IMCEA[A-Z0-9]*-", re.IGNORECASE)

# Public email providers: having an address there doesn't mean belonging to an organization.
PUBLIC_PROVIDERS = frozenset(
    {
        "aol.com", "att.net", "bellsouth.net", "centurylink.net", "charter.net", "comcast.net", "cox.net",
        "earthlink.net", "email.com", "fastmail.com", "frontier.com", "gmail.com", "gmx.com", "gmx.net", "gmx.us",
        "googlemail.com", "hey.com", "hotmail.com", "icloud.com", "juno.com", "live.com", "mac.com", "mail.com", "me.com",
        "msn.com", "netzero.net", "optonline.net", "outlook.com", "pm.me", "proton.me", "protonmail.com", "roadrunner.com",
        "rocketmail.com", "sbcglobal.net", "tutanota.com", "usa.net", "verizon.net", "windstream.net", "yahoo.com",
        "yandex.com", "ymail.com", "zoho.com", "zohomail.com",
    }
)  # fmt: skip


def own_domain(domain: str) -> str:
    """Return the domain in lower case without ``www.``; empty for a public provider or a name without a dot."""
    domain = domain.strip().lower().removeprefix("www.")
    return domain if "." in domain and domain not in PUBLIC_PROVIDERS else ""


def is_address(text: str) -> bool:
    """Return True if ``text`` looks like one address without a name; whether it is valid is checked elsewhere."""
    return bool(_ADDRESS.fullmatch(text) or _DOMAIN_LITERAL.fullmatch(text))


@dataclass(frozen=True)
class Mailbox:
    """An entry of a header: its name and address. Without a clear address, ``address`` is empty and ``text`` has it."""

    name: str
    address: str
    text: str = ""


def addresses_in(values: Iterable[str]) -> list[str]:
    """Return the addresses in headers such as To, in order, without names and comments."""
    return [mailbox.address for value in values for mailbox in mailboxes_in(value) if mailbox.address]


def mailboxes_in(value: str) -> Iterator[Mailbox]:
    """Yield the entries of a header or a pasted list, in linear time.

    Semicolons separate entries too, because Outlook writes them. Groups lose their name, comments are left out, and
    an entry with several addresses is unclear. After a quote or comment that isn't closed, everything is unclear.
    """
    entry, at = _Entry(), 0
    while at < len(value):
        letter = value[at]
        if letter in '"(' and (end := _end_of_quote(value, at) if letter == '"' else _end_of_comment(value, at)) < 0:
            yield Mailbox("", "", f"{entry.text}{value[at:]}".strip())
            return
        if letter in '"(':
            entry.add("" if letter == "(" else value[at:end])
            at = end
        elif letter in ",;":
            yield from entry.mailboxes()
            entry, at = _Entry(), at + 1
        elif match := _bracket_at(value, at):
            entry.brackets.append(match[1])
            entry.add(" ")
            at = match.end()
        else:
            entry = _Entry() if letter == ":" else entry.add(letter)  # a colon ends the name of a group
            at += 1
    yield from entry.mailboxes()


def _bracket_at(value: str, at: int) -> re.Match[str] | None:
    """Return the match of ``<…>`` or ``[mailto:…]`` at this place, if there is one."""
    pattern = {"<": _BRACKETS, "[": _SQUARE_LINK}.get(value[at])
    return pattern.match(value, at) if pattern else None


def _end_of_quote(value: str, at: int) -> int:
    """Return the place after the quoted string that begins here; -1 if it isn't closed."""
    match = _QUOTED.match(value, at)
    return match.end() if match else -1


def _end_of_comment(value: str, at: int) -> int:
    """Return the place after the comment that begins here, with those inside it; -1 if it isn't closed."""
    depth = 0
    for sign in _COMMENT_SIGN.finditer(value, at):
        depth += {"(": 1, ")": -1}.get(sign[0], 0)
        if depth == 0:
            return sign.end()
    return -1


@dataclass
class _Entry:
    """The part of a header between two separators: its text, with quotes, and the contents of its brackets."""

    letters: list[str] = field(default_factory=list)
    brackets: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.letters)

    def add(self, text: str) -> "_Entry":
        self.letters.append(text)
        return self

    def mailboxes(self) -> Iterator[Mailbox]:
        """Yield its mailbox; several if the text is nothing but addresses, none if it is empty."""
        text = self.text.strip()
        bracketed = list(dict.fromkeys(_bare(content) for content in self.brackets if content.strip()))
        if self.brackets:
            is_clear = len(bracketed) == 1 and bool(bracketed[0])
            yield (
                Mailbox(_name_in(text), bracketed[0])
                if is_clear
                else Mailbox("", "", " ".join([text, *(f"<{content}>" for content in self.brackets)]))
            )
        elif text:
            words = [_bare(word) for word in ([text] if '"' in text else text.split())]
            yield from (Mailbox("", word) for word in words) if all(words) else [Mailbox("", "", text)]


def _bare(text: str) -> str:
    """Return the address in ``text`` without quotes, folds, a scheme and a route (RFC 5322 4.4); empty if unclear."""
    text = _unquoted(_FOLD.sub("", text).strip())
    if scheme := _SCHEME.match(text):
        text = text[scheme.end() :].partition("?")[0]
    if text.startswith("@"):
        text = text.rpartition(":")[2]
    if local := _QUOTED_LOCAL.fullmatch(text):
        text = local[1] + local[2]
    return text.removesuffix(".") if is_address(text) and not _ENCAPSULATED.match(text) else ""


def _unquoted(text: str) -> str:
    """Return the text without the single or double quotes around all of it."""
    for sign in "'\"'":
        if len(text) > 1 and text[0] == text[-1] == sign and sign not in text[1:-1]:
            text = text[1:-1].strip()
    return text


def _name_in(text: str) -> str:
    """Return a display name on one line, without its quotes and escapes."""
    plain = re.sub(r"\\(.)|\"", r"\1", text, flags=re.DOTALL)
    return _unquoted(" ".join(plain.split()))
