"""Limits of time, memory and size for one file."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The limits for reading one file; tests pass smaller ones."""

    wall_seconds: float = 90
    processor_seconds: int = 60
    memory_bytes: int = 1536 * MEGABYTE
    written_file_bytes: int = 64 * MEGABYTE
    open_files: int = 256
    answer_bytes: int = 128 * MEGABYTE
    unpacked_bytes: int = 500 * MEGABYTE
    packed_entries: int = 10_000
    pages: int = 5_000
    page_characters: int = 200_000
    # Of one file, about 3,000 full pages: search takes all of it, so this bounds its memory. See `answers.weight`.
    all_characters: int = 10_000_000
    sheet_rows: int = 200_000
    inner_files: int = 200
