"""Changes to an account's security, which its owner hears of by email. Pure."""

from enum import StrEnum


class SecurityChange(StrEnum):
    """A change that the owner of an account hears of. The value is the email's subject, and its first sentence."""

    PASSWORD = "Your password was changed"  # noqa: S105 - words
    EMAIL = "Your email address was changed"
    EMAIL_ASKED = "Someone asked to change your email address"
    NEW_BROWSER = "New sign-in to your account"
    MANY_TRIES = "Failed attempts to sign in to your account"
    GUESSED = "Someone tried to guess your password"
    SESSIONS_ENDED = "Your sessions were ended"
    FACTOR_ADDED = "A second factor was added to your account"
    FACTOR_REMOVED = "A second factor was removed from your account"
    FACTOR_RESET_ASKED = "Your second factor will be removed"
    PASSKEY_ADDED = "A passkey was added to your account"
    PASSKEY_REMOVED = "A passkey was removed from your account"
    RECOVERY_CODES = "New recovery codes were created for your account"
    RECOVERY_CODE_USED = "A recovery code was used to sign in to your account"
    SINGLE_SIGN_ON_LINKED = "Single sign-on was linked to your account"
    SINGLE_SIGN_ON_UNLINKED = "Single sign-on was unlinked from your account"

    @property
    def advice(self) -> str:
        """What to do if it wasn't the owner."""
        return _ADVICE.get(self, _DEFAULT_ADVICE)

    @property
    def can_set_password(self) -> bool:
        """True if the owner can still have a link to set a new password sent to the address that hears of it."""
        return self is not SecurityChange.EMAIL


_DEFAULT_ADVICE = (
    "If it wasn’t you, set a new password now, which signs you out in every browser. Then tell the coordinator."
)
_ADVICE = {
    # The former address hears of it. A link to set a password would go to the new one.
    SecurityChange.EMAIL: "If it wasn’t you, tell the coordinator now, who can end your sessions and change the address "
    "back.",
    SecurityChange.GUESSED: "If it wasn’t you: no one got in, and each further attempt has to wait longer. You can still sign "
    "in with browsers that you used before. If you use this password anywhere else too, set a new one.",
}
