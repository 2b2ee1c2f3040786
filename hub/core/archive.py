"""Reproducible ZIP files: the same contents always give the same bytes. Pure."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

from hub.core.dates import number, plural

# Nothing is compressed, and every file has the earliest date that the format allows, so the bytes depend on no
# library, clock or machine: a reader can rebuild the archive from its contents and compare.
_FIRST_DAY = (1 << 5) | 1  # 1980-01-01 as MS-DOS writes dates
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_VERSION = 20
_READABLE = 0o100644 << 16  # a regular file that everyone may read
_UNIX = 3 << 8
MOST_FILES = 1_000


class DamagedError(ValueError):
    """Raised when an archive can't be read; its text is a sentence."""


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of the files in their order; names are ASCII, and the archive has at most 4 GB."""
    body, directory = BytesIO(), BytesIO()
    for name, content in files.items():
        crc, size, raw = zlib.crc32(content), len(content), name.encode("ascii")
        offset = body.tell()
        facts = (_VERSION, 0, 0, 0, _FIRST_DAY, crc, size, size, len(raw), 0)
        body.write(_LOCAL.pack(b"PK\3\4", *facts) + raw + content)
        directory.write(_CENTRAL.pack(b"PK\1\2", _UNIX | _VERSION, *facts, 0, 0, 0, _READABLE, offset) + raw)
    count, size, offset = len(files), directory.tell(), body.tell()
    end = _END.pack(b"PK\5\6", 0, 0, count, count, size, offset, 0)
    return body.getvalue() + directory.getvalue() + end


def files_in(archive: bytes) -> dict[str, bytes]:
    """Return the files of an archive that `zip_of` made, in their order; raises DamagedError for any other file.

    Nothing is unpacked to disk or decompressed, so path traversal and zip bombs are impossible.
    """
    try:
        with zipfile.ZipFile(BytesIO(archive)) as opened:
            return _contents(opened)
    except DamagedError:
        raise
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError, OSError) as error:
        message = f"The ZIP file is damaged and can't be read ({_first_line(error)})."
        raise DamagedError(message) from error


def _contents(opened: zipfile.ZipFile) -> dict[str, bytes]:
    entries = opened.infolist()
    if len(entries) > MOST_FILES:
        message = f"This ZIP file has {plural(len(entries), 'file')}. An archive from the hub has at most {number(MOST_FILES)}."
        raise DamagedError(message)
    files: dict[str, bytes] = {}
    for entry in entries:
        if entry.filename in files:
            message = (
                f"The ZIP file contains {entry.filename!r} twice, so programs could disagree about which one counts."
            )
            raise DamagedError(message)
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits or entry.compress_size != entry.file_size:
            message = (
                f"{entry.filename!r} is compressed or encrypted. The hub never does that, so the file was repackaged."
            )
            raise DamagedError(message)
        files[entry.filename] = opened.read(entry)
    return files


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0][:120] or type(error).__name__
