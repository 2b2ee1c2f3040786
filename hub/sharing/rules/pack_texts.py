"""What a pack says: the letter to a recipient, and the same as text or HTML for another channel. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from hub.mail.letters import Letter, Link, Links, Paragraph, greeting
from hub.sharing.rules.texts import shorten

LONGEST_SUMMARY_SENT = 220


@dataclass(frozen=True)
class SentItem:
    """One resource of a pack as a recipient reads of it."""

    id: int
    title: str
    part: str  # as "slides 7 to 9"; empty for the whole
    facts: str  # who published it, and when
    summary: str

    @property
    def heading(self) -> str:
        """The title, with what part of it is meant."""
        return f"{self.title} ({self.part})" if self.part else self.title

    @property
    def note(self) -> str:
        """What to know before opening it."""
        summary = shorten(self.summary, LONGEST_SUMMARY_SENT)
        return f"{self.facts}. {summary}" if summary else self.facts


@dataclass(frozen=True)
class SentPack:
    """A pack as its texts need it."""

    title: str
    note: str
    organization: str
    sender: str
    items: Sequence[SentItem]
    address: str = ""  # of its page, through the link of one recipient or channel

    def through(self, address: str) -> "SentPack":
        """The same with the page's address."""
        return replace(self, address=address)

    def address_of(self, item: SentItem) -> str:
        """Where one item opens."""
        return f"{self.address}/{item.id}"


def letter_of(pack: SentPack, recipient: str, hub_name: str) -> Letter:
    """The message to one recipient, by name."""
    links = Links(tuple(Link(item.heading, pack.address_of(item), item.note) for item in pack.items))
    note = (Paragraph(pack.note),) if pack.note else ()
    everything = Links((Link("All of it on one page", pack.address, "No account is needed."),))
    reason = (
        f"You get this because {pack.organization} has you on its list of stakeholders. It was sent through the "
        f"{hub_name}; an answer to this message reaches {pack.sender}."
    )
    return Letter(
        pack.title,
        (greeting(recipient), *note, links, everything),
        reason,
        signature=f"{pack.sender}\n{pack.organization}",
    )


def text_for_a_channel(pack: SentPack) -> str:
    """The pack as plain text to paste anywhere: the words, then each resource with its link."""
    blocks = [pack.title, pack.note]
    blocks += [f"{item.heading}\n{item.note}\n{pack.address_of(item)}" for item in pack.items]
    blocks.append(f"All of it on one page: {pack.address}")
    return "\n\n".join(block for block in blocks if block)


def html_for_a_channel(pack: SentPack) -> str:
    """The pack as plain HTML to paste into a newsletter tool, which brings its own look."""
    note = "".join(f"<p>{_lines(block)}</p>\n" for block in pack.note.split("\n\n") if block.strip())
    items = "\n".join(
        f'<li><a href="{escape(pack.address_of(item))}">{escape(item.heading)}</a><br>{escape(item.note)}</li>'
        for item in pack.items
    )
    page = f'<p><a href="{escape(pack.address)}">All of it on one page</a></p>'
    return f"<h2>{escape(pack.title)}</h2>\n{note}<ul>\n{items}\n</ul>\n{page}"


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.strip().split("\n"))
