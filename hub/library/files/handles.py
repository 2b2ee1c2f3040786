"""Signed handles of stored files whose form isn't complete yet; each is valid for one person only."""

from itsdangerous import BadSignature, URLSafeSerializer

from config import Config
from hub.library.files.originals import StoredFile


def handle_of(config: Config, person_id: int, stored: StoredFile, name: str) -> str:
    """Return the handle with which this person's browser refers to a stored file."""
    return str(_signer(config).dumps([person_id, stored.sha256, stored.size, name]))


def opened(config: Config, person_id: int, handle: str) -> tuple[StoredFile, str] | None:
    """Return the stored file and its name; None when the signature is bad or the handle is another person's."""
    try:
        owner, sha256, size, name = _signer(config).loads(handle)
    except (BadSignature, ValueError):
        return None
    return (StoredFile(sha256, size), name) if owner == person_id else None


def _signer(config: Config) -> URLSafeSerializer:
    return URLSafeSerializer([*reversed(config.secret_keys)], salt="kept upload")  # the last one signs
