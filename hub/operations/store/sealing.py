"""Encryption of backups with age (https://age-encryption.org)."""

from collections.abc import Sequence
from pathlib import Path

import pyrage

from hub.core.errors import Refused

_DAMAGED = "A part of the backup is damaged, so it can’t be decrypted."


class Seal:
    """Encrypts for age recipients; without recipients, leaves everything as it is."""

    def __init__(self, recipients: Sequence[str]) -> None:
        self.recipients = tuple(sorted(set(recipients)))
        self._keys = [_recipient(text) for text in self.recipients]

    def sealed(self, content: bytes) -> bytes:
        """Return the content, encrypted."""
        return bytes(pyrage.encrypt(content, self._keys)) if self._keys else content

    def seal_file(self, source: Path, target: Path) -> None:
        """Encrypt a file; only with recipients."""
        pyrage.encrypt_file(str(source), str(target), self._keys)


class Identity:
    """Decrypts what was encrypted for one of the keys in a file, such as ``age-keygen`` writes."""

    def __init__(self, path: Path | None) -> None:
        self._keys = [] if path is None else _identities(path)

    def opened(self, content: bytes) -> bytes:
        """Return the content, decrypted; raises Refused if it can't be."""
        try:
            return bytes(pyrage.decrypt(content, self._keys))
        except pyrage.DecryptError as error:
            raise Refused(_reason(error)) from error

    def open_file(self, source: Path, target: Path) -> None:
        """Decrypt a file; raises Refused if it can't be."""
        try:
            pyrage.decrypt_file(str(source), str(target), self._keys)
        except pyrage.DecryptError as error:
            raise Refused(_reason(error)) from error


def _recipient(text: str) -> object:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise Refused(f"{text!r} is not an age public key. It begins with age1; age-keygen prints it.") from error


def _identities(path: Path) -> list[object]:
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except OSError as error:
        raise Refused(f"The identity file {path} can’t be read ({error.strerror}).") from error
    except (pyrage.IdentityError, ValueError) as error:
        raise Refused(f"{path} isn’t an age identity file. Its key begins with AGE-SECRET-KEY-1.") from error
    if not keys:
        raise Refused(f"The identity file {path} has no key.")
    return keys


def _reason(error: Exception) -> str:
    if "matching keys" in str(error):
        return "The identity doesn’t belong to a key that this backup was encrypted to. Use another --identity file."
    return _DAMAGED
