"""ZIP files in one form only: the same contents are the same bytes, today and in ten years. Pure."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

# Nothing is compressed, and every file is of the first day that a ZIP file knows: no library, clock or machine
# leaves a trace, so that a reader can make the whole archive again from its contents and compare.
_FIRST_DAY = (1 << 5) | 1  # 1980-01-01 as MS-DOS writes dates
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_VERSION = 20
_READABLE = 0o100644 << 16  # a plain file that everyone may read
_UNIX = 3 << 8
MOST_FILES = 1_000


class DamagedError(ValueError):
    """The archive can't be read; its text is a sentence."""


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """Return the files, named in ASCII and in their order, as an archive of at most 4 GB."""
    body, directory = BytesIO(), BytesIO()
    for name, content in files.items():
        crc, size, raw = zlib.crc32(content), len(content), name.encode("ascii")
        where = body.tell()
        facts = (_VERSION, 0, 0, 0, _FIRST_DAY, crc, size, size, len(raw), 0)
        body.write(_LOCAL.pack(b"PK\3\4", *facts) + raw + content)
        directory.write(_CENTRAL.pack(b"PK\1\2", _UNIX | _VERSION, *facts, 0, 0, 0, _READABLE, where) + raw)
    count, size, where = len(files), directory.tell(), body.tell()
    end = _END.pack(b"PK\5\6", 0, 0, count, count, size, where, 0)
    return body.getvalue() + directory.getvalue() + end


def files_in(archive: bytes) -> dict[str, bytes]:
    """Return what an archive of ours holds, in its order; raises DamagedError with a sentence when it isn't one.

    Nothing is unpacked to disk and nothing is decompressed, so a name can lead nowhere and a size can't grow.
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
        message = f"The ZIP file holds {len(entries):,} files; one of the hub holds at most {MOST_FILES:,}."
        raise DamagedError(message)
    files: dict[str, bytes] = {}
    for entry in entries:
        if entry.filename in files:
            message = f"The ZIP file holds {entry.filename!r} twice: readers would disagree which one counts."
            raise DamagedError(message)
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits or entry.compress_size != entry.file_size:
            message = (
                f"{entry.filename!r} is compressed or encrypted, which the hub never does: the file was packed anew."
            )
            raise DamagedError(message)
        files[entry.filename] = opened.read(entry)
    return files


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0][:120] or type(error).__name__
