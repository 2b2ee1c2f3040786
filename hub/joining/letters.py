"""What the hub writes about applications: to the applicant, and to the Advisory Board. Pure."""

from hub.mail.letters import Button, Letter, Paragraph, Quote, greeting

TO_APPLICANT = "You get this message because this address was given in an application."
TO_BOARD = "You get this message because you are on the Advisory Board."


def link(name: str, contact: str, address: str) -> Letter:
    """Return the secret link that opens the application of the organization ``name``, for its ``contact``."""
    return Letter(
        f"Your application to join: {name}",
        (
            greeting(contact),
            Paragraph("Thank you for your interest. This link opens your application: keep it, it is yours alone."),
            Button("Go on with the application", address),
        ),
        TO_APPLICANT,
    )


def submitted(name: str, kind: str, voter: str, address: str) -> Letter:
    """Return an application of the organization ``name`` waits for the vote of ``voter``."""
    return Letter(
        f"{name} asks to join",
        (
            greeting(voter),
            Paragraph(f"{name} applied to join as a {kind}. Please vote."),
            Button("Read the application", address),
        ),
        TO_BOARD,
    )


def changes_asked(name: str, contact: str, asked: str) -> Letter:
    """Return the Advisory Board asks the applicant for changes."""
    return Letter(
        f"Your application to join: {name}",
        (
            greeting(contact),
            Paragraph("The Advisory Board read your application and asks you to change something:"),
            Quote(asked),
            Paragraph("Open the link of your application, make the changes, and submit it again."),
        ),
        TO_APPLICANT,
    )


def decision(name: str, contact: str, reason: str, *, approved: bool) -> Letter:
    """Return the Advisory Board's decision, with its reason."""
    words = (
        "The Advisory Board approved your application. Welcome. The people whom you named get invitations of their own."
        if approved
        else "The Advisory Board declined your application, for this reason:"
    )
    return Letter(f"Your application: {name}", (greeting(contact), Paragraph(words), Quote(reason)), TO_APPLICANT)
