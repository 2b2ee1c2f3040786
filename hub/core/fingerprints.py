"""SHA-256 fingerprints of files and texts. Pure."""

from hashlib import sha256


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of a file, as 64 hexadecimal digits."""
    return sha256(content).hexdigest()


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text, encoded as UTF-8, as 64 hexadecimal digits."""
    return sha256(text.encode()).hexdigest()
