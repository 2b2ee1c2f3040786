"""The emails and texts of outreach: packs, share links, questions, and replies from the log address. Pure."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from urllib.parse import quote
from zoneinfo import ZoneInfo

from hub.core.dates import number, plural, with_year
from hub.mail.letters import Bullets, Button, Heading, Imprint, Letter, Link, Links, Paragraph, Part, Quote, greeting
from hub.members.models import Person
from hub.outreach.queries.notices import OpenedPackLink, Openings
from hub.outreach.rules.notices import MOST_NAMED
from hub.sharing.models import LoggedMail
from hub.sharing.rules.logged_mail import Audience, Outcome
from hub.sharing.rules.texts import shorten

LOG_ADDRESS_REASON = "You get this because a copy of this email came to your log address."


def _about(logged: LoggedMail) -> str:
    return f"“{logged.subject}”" if logged.subject else "an email without a subject"


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _logged_letter(base: str, person: Person, logged: LoggedMail, titles: Sequence[str], audience: Audience) -> Letter:
    day = with_year(logged.happened_on)
    resources = plural(len(titles), "resource")
    return Letter(
        f"Logged: {logged.subject or 'your email'}",
        (
            greeting(person.name),
            Paragraph(
                f"{_capitalized(_about(logged))} is now in {person.organization.name}’s sharing log for {day}, "
                f"with {resources} and {audience.label}."
            ),
            Bullets(tuple(titles)),
            Button("View or correct entry", f"{base}/sharing/mails/{logged.id}"),
        ),
        LOG_ADDRESS_REASON,
    )


def _nothing_found_letter(
    base: str, person: Person, logged: LoggedMail, _titles: Sequence[str], audience: Audience
) -> Letter:
    return Letter(
        f"Which resource did you share in {_about(logged)}?",
        (
            greeting(person.name),
            Paragraph(
                f"Choose the resource that you shared in {_about(logged)} ({audience.label}), so that it counts. "
                "The email’s attachments and links match nothing in the hub, so nothing is logged yet."
            ),
            Button("Choose resource", f"{base}/sharing/declare?mail={logged.id}"),
        ),
        LOG_ADDRESS_REASON,
    )


def _own_only_letter(
    base: str, person: Person, logged: LoggedMail, _titles: Sequence[str], _audience: Audience
) -> Letter:
    return Letter(
        f"Not counted: {logged.subject or 'your email'}",
        (
            greeting(person.name),
            Paragraph(
                f"Report {_about(logged)} if anyone outside {person.organization.name} got it too. The email went only to "
                "your own organization, so it doesn’t count as shared with your stakeholders."
            ),
            Button("Report sharing", f"{base}/sharing/declare?mail={logged.id}"),
        ),
        LOG_ADDRESS_REASON,
    )


def _forged_letter(
    base: str, person: Person, logged: LoggedMail, _titles: Sequence[str], _audience: Audience
) -> Letter:
    return Letter(
        "Someone else wrote to your log address",
        (
            greeting(person.name),
            Paragraph(
                f"Create a new log address if this keeps happening. {_capitalized(_about(logged))} wasn’t sent by you, "
                "so it wasn’t logged. If you put the address in To or Cc, recipients can reply to it; use BCC only."
            ),
            Button("Create new log address", f"{base}/sharing/log-address"),
        ),
        LOG_ADDRESS_REASON,
    )


LETTER_BY_OUTCOME = {
    Outcome.LOGGED: _logged_letter,
    Outcome.NOTHING_FOUND: _nothing_found_letter,
    Outcome.OWN_ONLY: _own_only_letter,
    Outcome.FORGED: _forged_letter,
}

LONGEST_SUMMARY_SENT = 220


@dataclass(frozen=True)
class SentItem:
    """A resource in a pack, as recipients see it."""

    id: int
    title: str
    part: str  # such as "slides 7 to 9"; empty for the whole resource
    facts: str  # who published it, and when
    summary: str

    @property
    def heading(self) -> str:
        """The title, followed by the part if it isn't the whole resource."""
        return f"{self.title} ({self.part})" if self.part else self.title

    @property
    def note(self) -> str:
        """The publisher and date, followed by the start of the summary."""
        summary = shorten(self.summary, LONGEST_SUMMARY_SENT)
        return f"{self.facts}. {summary}" if summary else self.facts


@dataclass(frozen=True)
class SentPack:
    """A pack as its emails and texts show it."""

    title: str
    note: str
    organization: str
    sender: str
    items: Sequence[SentItem]
    postal_address: str = ""  # of the organization
    address: str = ""  # of its page, through the link of one recipient or channel
    items_on_page: bool = False  # its items have no pages of their own: the sender's preview

    def with_address(self, address: str) -> "SentPack":
        """Return a copy in which ``address`` is the URL of its page."""
        return replace(self, address=address)

    def address_of(self, item: SentItem) -> str:
        """Return the URL of an item's page, or of its place on the page."""
        return f"{self.address}#item-{item.id}" if self.items_on_page else f"{self.address}/{item.id}"


def letter_of(pack: SentPack, recipient: str, hub_name: str) -> Letter:
    """Return the email that sends a pack to ``recipient``, who is greeted by name."""
    links = Links(tuple(Link(item.heading, pack.address_of(item), item.note) for item in pack.items))
    note = (Paragraph(pack.note),) if pack.note else ()
    everything = Links((Link("See everything on one page", pack.address, "No account needed."),))
    reason = (
        f"You get this because you’re on {pack.organization}’s list of stakeholders. It was sent through the "
        f"{hub_name}, and replies go to {pack.sender}."
    )
    return Letter(
        pack.title,
        (greeting(recipient), *note, links, everything),
        reason,
        signature=f"{pack.sender}\n{pack.organization}",
        imprint=Imprint(pack.organization, pack.postal_address),
    )


def letter_of_test(pack: SentPack, author: str, hub_name: str) -> Letter:
    """Return a pack's email as a test for its ``author``; ``pack`` has the address of the preview."""
    letter = letter_of(replace(pack, items_on_page=True), author, hub_name)
    notice = Paragraph(
        f"This is a test. The hub sent it only to you, and it doesn’t count as sharing. Its links open your preview: no one "
        f"outside {pack.organization} can open them. Recipients’ emails also have an unsubscribe link."
    )
    return replace(
        letter,
        subject=f"[Test] {letter.subject}",
        parts=(Heading("Test"), notice, *letter.parts),
        reason="You get this because you sent yourself a test of this pack.",
    )


def held_letter(title: str, why: str, to: str, address: str) -> Letter:
    """Return the email that tells a sender that their scheduled pack wasn't sent; ``address`` is its draft's URL."""
    return Letter(
        f"Not sent: {title}",
        (greeting(to), Paragraph(f"“{title}” wasn’t sent, and is a draft again. {why}"), Button("Open draft", address)),
        "You get this because you scheduled this pack.",
    )


def channel_text(pack: SentPack) -> str:
    """Return the pack as plain text to paste anywhere: title, note, and each resource with its link."""
    blocks = [pack.title, pack.note]
    blocks += [f"{item.heading}\n{item.note}\n{pack.address_of(item)}" for item in pack.items]
    blocks.append(f"See everything on one page: {pack.address}")
    return "\n\n".join(block for block in blocks if block)


def channel_html(pack: SentPack) -> str:
    """Return the pack as unstyled HTML to paste into a newsletter tool."""
    note = "".join(f"<p>{_lines(block)}</p>\n" for block in pack.note.split("\n\n") if block.strip())
    items = "\n".join(
        f'<li><a href="{escape(pack.address_of(item))}">{escape(item.heading)}</a><br>{escape(item.note)}</li>'
        for item in pack.items
    )
    page = f'<p><a href="{escape(pack.address)}">See everything on one page</a></p>'
    return f"<h2>{escape(pack.title)}</h2>\n{note}<ul>\n{items}\n</ul>\n{page}"


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.strip().split("\n"))


LINE = 76  # characters per line of an email
LONGEST_SUBJECT = 120


@dataclass(frozen=True)
class ReadyText:
    """A subject and body to paste into an email."""

    subject: str
    body: str

    @property
    def mailto(self) -> str:
        """The mailto: URL that opens the person's email app with this text."""
        body = self.body.replace("\n", "\r\n")
        return f"mailto:?subject={quote(self.subject, safe='')}&body={quote(body, safe='')}"


def ready_text(
    title: str, summary: str, address: str, organization: str, hub_name: str, page_label: str = ""
) -> ReadyText:
    """Return a text to send with a link: title, up to two lines of summary, the link, and the publisher."""
    title = shorten(title, 3 * LINE)
    lines = textwrap.wrap(summary, LINE, max_lines=2, placeholder=" …", break_on_hyphens=False)
    heading = f"{title} ({page_label})" if page_label else title
    parts = [heading, "\n".join(lines), address, f"From {shorten(organization, LINE)}, through the {hub_name}"]
    return ReadyText(shorten(heading, LONGEST_SUBJECT), "\n\n".join(part for part in parts if part))


def question(*, to: str, asker: str, title: str, sharer: str, words: str, address: str, is_sharer: bool) -> Letter:
    """Return the email with a recipient's question, to the person who shared (``is_sharer``) or published it."""
    return Letter(
        f"Question about “{title}”",
        (
            greeting(to),
            Paragraph(f"Reply to this email to answer {asker}, who asks about “{title}”, which {sharer} shared:"),
            Quote(words),
            Links((Link(title, address),)),
        ),
        f"You get this because {'you shared' if is_sharer else 'your organization published'} this resource.",
    )


def openings_letter(base: str, zone: ZoneInfo, to: str, opened: Openings) -> Letter:
    """Return the email to ``to`` about what was opened; links start with ``base``, days are those of ``zone``."""
    parts: list[Part] = [greeting(to), Paragraph("People outside your organization opened what you shared:")]
    for (pack_id, title), links in groupby(opened.pack_links, lambda link: (link.pack_id, link.title)):
        lines = [_opening(link, zone) for link in links]
        more = [f"and {number(len(lines) - MOST_NAMED)} more"] if len(lines) > MOST_NAMED else []
        parts += [Heading(title), Bullets((*lines[:MOST_NAMED], *more))]
        parts.append(Links((Link("Results of this pack", f"{base}/sharing/packs/{pack_id}"),)))
    if opened.links:
        links_opened = (
            Link(line.title, f"{base}/resources/{line.resource_id}", f"opened {plural(line.openings, 'time')}")
            for line in opened.links
        )
        parts += [Heading("Share links"), Links(tuple(links_opened))]
    parts.append(Links((Link("Change how often you get this", f"{base}/account/mail"),)))
    first = opened.pack_links[0].title if opened.pack_links else opened.links[0].title
    return Letter(
        subject=f"Opened: {first}" + (f", and {number(opened.count - 1)} more" if opened.count > 1 else ""),
        parts=tuple(parts),
        reason="You get this because you asked to hear when people open what you shared.",
    )


def _opening(link: OpenedPackLink, zone: ZoneInfo) -> str:
    who = f"{link.channel.label} link" if link.channel else link.recipient
    return f"{who}, {with_year(link.first_at.astimezone(zone).date())}"
