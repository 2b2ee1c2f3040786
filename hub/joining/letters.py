"""Letters about applications, to the applicant and to the Advisory Board. Pure."""

from collections.abc import Sequence

from hub.joining.rules import Decision, Invitation, Invited
from hub.mail.letters import Button, Letter, Paragraph, Quote, greeting
from hub.members.rules.organizations import Role

TO_APPLICANT = "You get this because an application to join the alliance lists this address as its contact."
TO_BOARD = "You get this because you are on the Advisory Board."


def link(address: str) -> Letter:
    """Return the letter with the secret link to an application. It always has the same words, and quotes nothing that was typed.

    It is also what an address gets in place of other letters until its owner confirms it.
    """
    return Letter(
        "Your application link",
        (
            greeting(""),
            Paragraph(
                "Someone started an application to join the alliance and gave this email address. If it was you, use this "
                "link to work on it and to see its status. Anyone who has the link can read and edit the application, so "
                "please keep it private. If it wasn’t you, ignore this email."
            ),
            Paragraph(
                "On its page, press Confirm email address. Until then, this is the only email that we send to this address."
            ),
            Button("Continue application", address),
        ),
        TO_APPLICANT,
    )


def submitted(name: str, kind: str, voter: str, address: str) -> Letter:
    """Return the letter that asks ``voter`` to vote on the application of the organization ``name``."""
    return Letter(
        f"Please vote: application from {name}",
        (
            greeting(voter),
            Paragraph(f"Please read and vote on the application from {name} to join the alliance as a {kind}."),
            Button("Read the application", address),
        ),
        TO_BOARD,
    )


def changes_asked(name: str, contact: str, asked: str, role: Role) -> Letter:
    """Return the letter that asks the applicant for changes; ``role`` is that of the person who asks."""
    asking = "The coordinator" if role is Role.COORDINATOR else "A member of the Advisory Board"
    return Letter(
        f"Please update your application: {name}",
        (
            greeting(contact),
            Paragraph(f"Please make the changes below and resubmit your application. {asking} wrote:"),
            Quote(asked),
            Paragraph(
                "Open your application with the link that you got when you started it. Everything you wrote is there."
            ),
        ),
        TO_APPLICANT,
    )


def decision(
    name: str, contact: str, reason: str, decision: Decision, invitations: Sequence[Invitation] = ()
) -> Letter:
    """Return the letter to the applicant with the decision, who made it, the vote, its reason and the invitations."""
    welcome = "Welcome to the alliance! " if decision.approved else ""
    closing = (
        invitation_sentences(invitations, decision.by)
        if decision.approved
        else ["Thank you for your interest in the alliance."]
    )
    return Letter(
        f"Decision on your application: {name}",
        (
            greeting(contact),
            Paragraph(f"{welcome}{decision.sentences()} The reason:"),
            Quote(reason),
            *(Paragraph(sentence) for sentence in closing),
        ),
        TO_APPLICANT,
    )


def invitation_sentences(invitations: Sequence[Invitation], by: str) -> list[str]:
    """Return the sentences about invitations to the hub; ``by`` is the coordinator who approved the application."""
    people = {kind: [person for person in invitations if person.invited is kind] for kind in Invited}
    named = {
        kind: " and ".join(f"{person.name} ({person.email})" for person in those) for kind, those in people.items()
    }
    sentences = []
    if people[Invited.MAILED]:
        sentences.append(f"{by} invited {named[Invited.MAILED]} to the hub by email.")
    if people[Invited.LINK]:
        sentences.append(f"{by} has a personal link to the hub for {named[Invited.LINK]}.")
    sentences += [
        f"There was no invitation for {person.name} ({person.email}), because this address already has an account on the hub. "
        f"Ask {by} to move the account to your organization."
        for person in people[Invited.HAS_ACCOUNT]
    ]
    return sentences


def decided(name: str, voter: str, address: str, decision: Decision, exception: str) -> Letter:
    """Return the letter to ``voter`` about a decision; ``exception`` is the reason for departing from the vote."""
    marked = f" ({decision.departure.label.lower()})" if decision.departure else ""
    verb = "approved" if decision.approved else "declined"
    explained = (Paragraph("The reason for the exception:"), Quote(exception)) if decision.departure else ()
    return Letter(
        f"Application {verb}{marked}: {name}",
        (
            greeting(voter),
            Paragraph(decision.sentences(f"the application from {name}")),
            *explained,
            Button("Open application", address),
        ),
        TO_BOARD,
    )
