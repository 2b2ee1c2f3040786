"""Letters about applications, to the applicant and to the Advisory Board. Pure."""

from hub.mail.letters import Button, Letter, Paragraph, Quote, greeting

TO_APPLICANT = "You get this because an application to join the alliance lists this address as its contact."
TO_BOARD = "You get this because you are on the Advisory Board."


def link(name: str, contact: str, address: str) -> Letter:
    """Return the letter to ``contact`` with the secret link to the application of the organization ``name``."""
    return Letter(
        f"Your application link: {name}",
        (
            greeting(contact),
            Paragraph(
                "Use this link to work on your application to join the alliance and to see its status. Anyone who has the "
                "link can read and edit the application, so please keep it private. Thank you for your interest."
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


def changes_asked(name: str, contact: str, asked: str) -> Letter:
    """Return the letter that asks the applicant for changes."""
    return Letter(
        f"Please update your application: {name}",
        (
            greeting(contact),
            Paragraph("Please make the changes below and resubmit your application. The Advisory Board wrote:"),
            Quote(asked),
            Paragraph("Open your application with the link from our first email. Everything you wrote is still there."),
        ),
        TO_APPLICANT,
    )


def decision(name: str, contact: str, reason: str, *, approved: bool) -> Letter:
    """Return the letter to the applicant with the Advisory Board's decision and its reason."""
    if approved:
        parts = (
            Paragraph("Welcome to the alliance! The Advisory Board approved your application, for this reason:"),
            Quote(reason),
            Paragraph("The people you named will each get an invitation to the hub."),
        )
    else:
        parts = (
            Paragraph("The Advisory Board declined your application, for this reason:"),
            Quote(reason),
            Paragraph("Thank you for your interest in the alliance."),
        )
    return Letter(f"Decision on your application: {name}", (greeting(contact), *parts), TO_APPLICANT)
