"""Parts of files, for downloads that continue where they stopped. Imports no room."""

import io
import os
from typing import IO, Any

from flask import Response, request
from werkzeug.wsgi import wrap_file


class _Part(io.RawIOBase):
    """The part of a file that a browser asked for (Range), as a file of its own."""

    def __init__(self, file: IO[bytes], start: int, length: int) -> None:
        self.file, self.start, self.length = file, start, length
        self.file.seek(start)

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.file.tell() - self.start

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self.tell(), os.SEEK_END: self.length}[whence]
        return self.file.seek(self.start + origin + offset) - self.start

    def readinto(self, buffer: Any) -> int:
        data = self.file.read(max(min(len(buffer), self.length - self.tell()), 0))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self.file.close()
        super().close()


def send_part(response: Response) -> None:
    """Let the web server send a part of a file without a thread, as it sends whole files."""
    file = getattr(getattr(response.response, "iterable", None), "file", None)
    part = response.content_range
    if response.status_code == 206 and file is not None and part.start is not None and part.stop is not None:  # noqa: PLR2004
        response.response = wrap_file(request.environ, _Part(file, part.start, part.stop - part.start))  # type: ignore[arg-type]
