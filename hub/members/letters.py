"""Letters with links to sign in. Pure except for the settings that the links need."""

from datetime import datetime

from config import Config
from hub.core import dates
from hub.mail.letters import Bullets, Button, Letter, Paragraph, greeting
from hub.members.rules.security import SecurityChange
from hub.members.rules.sessions import Origin
from hub.members.rules.signing_in import EMAIL_CHANGE_DAYS, INVITATION_DAYS, RESET_HOURS


def invitation(config: Config, token: str, *, name: str, organization: str, by: str) -> Letter:
    """Return the letter with a link to set a first password; ``by`` is the name of the inviting person, or empty."""
    invited = f"{by} invited you" if by else "You’ve been invited"
    return Letter(
        subject=f"Your invitation to the {config.HUB_NAME}",
        parts=(
            greeting(name),
            Paragraph(
                f"{invited} to join {organization} on the {config.HUB_NAME}. Set a password to find the alliance’s briefings, "
                "presentations and tools, and to share them with your own stakeholders."
            ),
            Button("Set your password", f"{config.BASE_URL}/invitation/{token}"),
            Paragraph(
                f"The link works once, for {INVITATION_DAYS} days. Anyone who has it can use it, so please don’t forward this email."
            ),
        ),
        reason=f"You get this because you were invited to the {config.HUB_NAME}.",
    )


def new_password(config: Config, token: str, *, name: str, by: str) -> Letter:
    """Return the letter with a link to set a new password; ``by`` is its creator's name, or empty when they requested it."""
    request = (
        f"Use this link from {by} to set a new password."
        if by
        else "Use this link to set a new password, as you asked."
    )
    return Letter(
        subject=f"Set a new password for the {config.HUB_NAME}",
        parts=(
            greeting(name),
            Paragraph(request),
            Button("Set new password", f"{config.BASE_URL}/password/{token}"),
            Paragraph(
                f"The link works once, for {RESET_HOURS} hours. If you didn’t ask for it, you can ignore this email: your "
                "password stays the same."
            ),
        ),
        reason=f"You get this because this address has an account on the {config.HUB_NAME}.",
    )


def security_change(
    config: Config, change: SecurityChange, *, name: str, at: datetime, origin: Origin, by: str, details: str
) -> Letter:
    """Return the letter that tells the owner of an account about a change to its security.

    ``by`` is the name of the person who made it, if it wasn't the owner; ``details`` is a further sentence.
    """
    when = at.astimezone(config.zone)
    facts = [
        f"When: {dates.moment_in_full(when)}",
        f"Browser: {origin.browser}" if origin.browser else "",
        f"Network address: {origin.network}" if origin.network else "",
        f"By: {by}" if by else "",
    ]
    button = Button("Set new password", f"{config.BASE_URL}/forgot-password")
    return Letter(
        subject=f"{change} ({config.HUB_NAME})",
        parts=(
            greeting(name),
            Paragraph(f"{change}." + (f" {details}" if details else "")),
            Bullets(tuple(fact for fact in facts if fact)),
            Paragraph("If this was you, or you expected it, you don’t need to do anything."),
            Paragraph(change.advice),
            *([button] if change.can_set_password else []),
        ),
        reason=f"You get this because it’s about the security of your account on the {config.HUB_NAME}.",
    )


def new_email(config: Config, token: str, *, name: str, email: str) -> Letter:
    """Return the letter with the link that confirms a new email address, which it is sent to."""
    return Letter(
        subject=f"Confirm your new email address for the {config.HUB_NAME}",
        parts=(
            greeting(name),
            Paragraph(
                f"Your email address on the {config.HUB_NAME} is about to change to {email}. Confirm that it’s yours."
            ),
            Button("Confirm email address", f"{config.BASE_URL}/email/{token}"),
            Paragraph(
                f"The link works once, for {EMAIL_CHANGE_DAYS} days. Until then, sign in with your current address. If you "
                "don’t know what this is about, you can ignore this email."
            ),
        ),
        reason=f"You get this because this address was entered for an account on the {config.HUB_NAME}.",
    )


def factor_reset(config: Config, token: str, *, name: str, by: str, due_at: datetime) -> Letter:
    """Return the letter that tells someone that their second factor will be removed, with a link that stops it."""
    when = due_at.astimezone(config.zone)
    return Letter(
        subject=f"{SecurityChange.FACTOR_RESET_ASKED} ({config.HUB_NAME})",
        parts=(
            greeting(name),
            Paragraph(
                f"{by} asked the hub to remove the second factor of your account, because you lost it. That will happen "
                f"on {dates.moment_in_full(when)}. After that, you sign in with your password alone, and can set up "
                "another one."
            ),
            Paragraph("If you still have it, or didn’t ask for this, keep it:"),
            Button("Keep my second factor", f"{config.BASE_URL}/second-factor/keep/{token}"),
        ),
        reason=f"You get this because it’s about the security of your account on the {config.HUB_NAME}.",
    )
