"""What the hub writes to people about getting in. Pure but for the settings that links begin with."""

from config import Config
from hub.mail.letters import Button, Letter, Paragraph, greeting
from hub.members.rules.signing_in import INVITATION_DAYS, RESET_HOURS


def invitation(config: Config, token: str, *, name: str, organization: str, by: str) -> Letter:
    """Return the link with which someone sets a first password; ``by`` is who invites, or empty."""
    who = f"{by} invites you" if by else "You are invited"
    return Letter(
        subject=f"Your invitation to the {config.HUB_NAME}",
        parts=(
            greeting(name),
            Paragraph(
                f"{who} to the {config.HUB_NAME} for {organization}. It holds what the alliance knows: briefings, "
                "presentations and tools, to find and to share with your own stakeholders."
            ),
            Button("Set your password and begin", f"{config.BASE_URL}/invitation/{token}"),
            Paragraph(
                f"The link works once, for {INVITATION_DAYS} days. Whoever has it can use it, so keep it to you."
            ),
        ),
        reason=f"You get this because you were invited to the {config.HUB_NAME}.",
    )


def new_password(config: Config, token: str, *, name: str, by: str) -> Letter:
    """Return the link with which someone sets a new password; ``by`` is who made it, or empty when they asked themselves."""
    made = f"{by} made this link for you" if by else "You asked for a new password"
    return Letter(
        subject=f"A new password for the {config.HUB_NAME}",
        parts=(
            greeting(name),
            Paragraph(f"{made}. With it you set a new password."),
            Button("Set a new password", f"{config.BASE_URL}/password/{token}"),
            Paragraph(
                f"The link works once, for {RESET_HOURS} hours. If you didn't ask for it, do nothing: your password "
                "stays as it is."
            ),
        ),
        reason=f"You get this because this is the address of your account at the {config.HUB_NAME}.",
    )
