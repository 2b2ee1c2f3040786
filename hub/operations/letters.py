"""The email about a backup that failed."""

from config import Config
from hub.mail.letters import Letter, Paragraph, greeting


def backup_failed(config: Config, name: str, problem: str, good_at: str) -> Letter:
    """Return the letter to a coordinator; ``good_at`` says when the last complete backup was made, or is empty."""
    last = f"The last backup was made on {good_at}." if good_at else "There is no backup yet."
    return Letter(
        subject=f"The backup of the {config.HUB_NAME} needs attention",
        parts=(
            greeting(name),
            Paragraph(problem),
            Paragraph(f"{last} The hub tries again every hour. Please forward this email to the hub’s operator."),
        ),
        reason=f"You get this because you are a coordinator of the {config.HUB_NAME}.",
    )
