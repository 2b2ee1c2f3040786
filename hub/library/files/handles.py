"""Signed notes of files that are stored and wait for the rest of their form; each is good for one person."""

from itsdangerous import BadSignature, URLSafeSerializer

from config import Config
from hub.library.files.originals import StoredFile


def handle_of(config: Config, person_id: int, stored: StoredFile, name: str) -> str:
    """Return the note with which this person's browser brings a stored file back."""
    return str(_signer(config).dumps([person_id, stored.sha256, stored.size, name]))


def opened(config: Config, person_id: int, handle: str) -> tuple[StoredFile, str] | None:
    """Return the stored file and its name; None when the note isn't ours or was made for someone else."""
    try:
        owner, sha256, size, name = _signer(config).loads(handle)
    except (BadSignature, ValueError):
        return None
    return (StoredFile(sha256, size), name) if owner == person_id else None


def _signer(config: Config) -> URLSafeSerializer:
    return URLSafeSerializer(config.SECRET_KEY, salt="kept upload")
