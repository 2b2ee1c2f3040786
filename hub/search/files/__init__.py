"""The index as it lies on disk.

`codec` says how words and their places are kept, `segments` reads one state of the index, and `folder` knows where
it lies, whether it is whole, and who may write.
"""

from hub.search.files.codec import Codec, Pool
from hub.search.files.folder import (
    Manifest,
    Opened,
    begun_folders,
    checksum,
    current_folder,
    fresh_folder,
    held,
    is_damaged,
    opened,
    publish,
    root_of,
)
from hub.search.files.segments import (
    DAMAGE,
    NOWHERE,
    Facts,
    IndexUnusable,
    MappedStorage,
    Postings,
    Snapshot,
    bits_of,
    docs_of,
    flags_of,
)

__all__ = [
    "DAMAGE",
    "NOWHERE",
    "Codec",
    "Facts",
    "IndexUnusable",
    "Manifest",
    "MappedStorage",
    "Opened",
    "Pool",
    "Postings",
    "Snapshot",
    "begun_folders",
    "bits_of",
    "checksum",
    "current_folder",
    "docs_of",
    "flags_of",
    "fresh_folder",
    "held",
    "is_damaged",
    "opened",
    "publish",
    "root_of",
]
