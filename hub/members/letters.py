"""Letters with links to sign in. Pure except for the settings that the links need."""

from config import Config
from hub.mail.letters import Button, Letter, Paragraph, greeting
from hub.members.rules.signing_in import INVITATION_DAYS, RESET_HOURS


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
