"""Emails as programs write them, for tests."""

from base64 import encodebytes
from pathlib import Path

from hub.library.extract.pages import Extraction
from hub.library.extract.reader import Reader

HEAD = "From: Ivo Lind <ivo@lind.example>\nTo: all@lind.example\nSubject: Press shop\n"
HEAD += "Date: Tue, 05 Mar 2024 23:30:00 -0500\nMIME-Version: 1.0\n"
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==\n"


def part(kind: str, body: str, *more: str) -> str:
    """Return a part with its Content-Type, more headers, and its body."""
    return "\n".join([f"Content-Type: {kind}", *more, "", body])


def several(kind: str, *parts: str, boundary: str = "") -> str:
    """Return parts within one part of this kind, such as multipart/mixed."""
    line = boundary or f"=_{abs(hash((kind, parts))):x}"
    inside = "".join(f"--{line}\n{each}\n" for each in parts)
    return f'Content-Type: {kind}; boundary="{line}"\n\n{inside}--{line}--\n'


def encoded(kind: str, content: bytes, *more: str) -> str:
    """Return a part in Base64."""
    return part(kind, encodebytes(content).decode(), "Content-Transfer-Encoding: base64", *more)


def attached(name: str) -> str:
    """Return the header of an attachment."""
    return f'Content-Disposition: attachment; filename="{name}"'


def read(reader: Reader, folder: Path, mail: str | bytes) -> Extraction:
    """Return what the reader makes of an email; text without a head gets the usual one."""
    content = mail if isinstance(mail, bytes) else (HEAD + mail).encode()
    path = folder / "mail"
    path.write_bytes(content)
    return reader.read(path, "mail.eml")
