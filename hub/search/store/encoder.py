"""Runs a small BERT model with NumPy: texts to vectors of length 1 whose products say how near their meanings are.

Only the model's files are read. Weights are mapped into memory, so that processes share them.
"""

import json
import mmap
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from hub.search.rules.word_pieces import WordPieces
from hub.search.store.numbers import np

Numbers = NDArray[np.float32]

LONGEST = 256  # word pieces of a text, unless the model says otherwise
PIECES_AT_ONCE = 512  # of all texts in one pass: more would not fit into the processor's caches
LARGEST_HEADER = 10_000_000  # bytes
TYPES: Mapping[str, Any] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}
FEW = np.float32(-1e9)  # added to the attention to pieces that only fill up
NAMES = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense")


def read_tensors(path: Path) -> Mapping[str, Numbers]:
    """Return the tensors of a file in the format safetensors. Raises ValueError for anything else.

    The file begins with the length of a header in JSON, which has each tensor's type, shape and place.
    """
    with path.open("rb") as file:
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    (length,) = struct.unpack("<Q", data[:8]) if len(data) > 8 else (0,)  # noqa: PLR2004 - the format's own
    if not 0 < length <= min(LARGEST_HEADER, len(data) - 8):
        message = "it isn’t a safetensors file"
        raise ValueError(message)
    header = json.loads(bytes(data[8 : 8 + length]))
    content = data[8 + length :]
    return {
        name: _tensor(content, facts)
        for name, facts in header.items()
        if name != "__metadata__" and facts["dtype"] in TYPES
    }


def _tensor(content: memoryview, facts: Mapping[str, Any]) -> Numbers:
    start, end = facts["data_offsets"]
    array = np.frombuffer(content[start:end], TYPES[facts["dtype"]]).reshape(facts["shape"])
    return array.astype(np.float32, copy=False)


@dataclass(frozen=True)
class Linear:
    """A matrix and what is added to its product."""

    weights: Numbers
    bias: Numbers

    def __call__(self, values: Numbers) -> Numbers:
        """Return the product with each row of ``values``."""
        product: Numbers = values @ self.weights.T
        product += self.bias
        return product


@dataclass(frozen=True)
class Norm:
    """Layer normalization."""

    weights: Numbers
    bias: Numbers
    epsilon: np.float32

    def __call__(self, values: Numbers) -> Numbers:
        """Return the rows of ``values``, each with mean 0 and variance 1 before it is weighted."""
        values = values - values.mean(-1, keepdims=True)
        variance = np.einsum("ij,ij->i", values, values)[:, None] / np.float32(values.shape[-1])
        values *= np.float32(1) / np.sqrt(variance + self.epsilon)
        values *= self.weights
        values += self.bias
        return values


@dataclass(frozen=True)
class Layer:
    """The parts of one layer of the model."""

    query: Linear
    key: Linear
    value: Linear
    attended: Linear
    attention_norm: Norm
    widened: Linear
    narrowed: Linear
    norm: Norm


def gelu(values: Numbers) -> Numbers:
    """Return the activation GELU, by its usual approximation: vectors differ by less than one part in 100,000."""
    inner = values * values
    inner *= np.float32(0.044715)
    inner += np.float32(1)
    inner *= values
    inner *= np.float32(0.7978845608)
    np.tanh(inner, out=inner)
    inner += np.float32(1)
    inner *= values
    inner *= np.float32(0.5)
    return inner


class Encoder:
    """A model in memory. Threads may share it."""

    def __init__(self, folder: Path, version: str) -> None:
        """Read a model's folder. Raises OSError, ValueError, KeyError or TypeError if it can't be used."""
        self.version = version
        facts = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if facts.get("model_type", "bert") != "bert" or facts.get("hidden_act", "gelu") != "gelu":
            message = "it isn’t a BERT model with GELU"
            raise ValueError(message)
        self.size = int(facts["hidden_size"])
        self._heads = int(facts["num_attention_heads"])
        self._epsilon = np.float32(facts.get("layer_norm_eps", 1e-12))
        self._longest = min(_longest(folder), int(facts.get("max_position_embeddings", LONGEST)))
        self._takes_first = _pools_first(folder)
        self._pieces = WordPieces(_vocabulary(folder))
        tensors = read_tensors(folder / "model.safetensors")
        self._tensors = {name.removeprefix("bert."): tensor for name, tensor in tensors.items()}
        self._words = self._tensors["embeddings.word_embeddings.weight"]
        kinds = self._tensors["embeddings.token_type_embeddings.weight"]
        self._places = self._tensors["embeddings.position_embeddings.weight"] + kinds[0]
        self._norm = self._norm_of("embeddings.LayerNorm")
        self._layers = [self._layer(number) for number in range(int(facts["num_hidden_layers"]))]
        self._check()

    def _check(self) -> None:
        """Encode a word, so that a model with wrong shapes is found when it is loaded."""
        if not np.isfinite(self.encoded(["hub"])).all():
            message = "it gives no numbers"
            raise ValueError(message)

    def encoded(self, texts: Sequence[str]) -> Numbers:
        """Return a row for each text, of length 1. Texts of like length are computed together."""
        pieces = [self._pieces.numbers(text, self._longest) for text in texts]
        vectors = np.empty((len(texts), self.size), np.float32)
        order = sorted(range(len(texts)), key=lambda at: len(pieces[at]))
        while order:
            count = 1
            while count < len(order) and (count + 1) * len(pieces[order[count]]) <= PIECES_AT_ONCE:
                count += 1
            together, order = order[:count], order[count:]
            vectors[together] = self._passed([pieces[at] for at in together])
        return vectors

    def _passed(self, texts: Sequence[Sequence[int]]) -> Numbers:
        """Return the vectors of some texts, given as numbers of word pieces."""
        longest = max(map(len, texts))
        numbers = np.zeros((len(texts), longest), np.int64)
        filled = np.zeros((len(texts), longest), np.float32)
        for row, text in enumerate(texts):
            numbers[row, : len(text)] = text
            filled[row, : len(text)] = 1
        values = self._words[numbers] + self._places[:longest]
        values = self._norm(values.reshape(-1, self.size))
        mask = None if filled.all() else (1 - filled)[:, None, None, :] * FEW
        for layer in self._layers:
            values = self._through(layer, values, len(texts), mask)
        values = values.reshape(len(texts), longest, self.size)
        pooled: Numbers = values[:, 0] if self._takes_first else np.einsum("btd,bt->bd", values, filled)
        pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
        return pooled

    def _through(self, layer: Layer, values: Numbers, count: int, mask: Numbers | None) -> Numbers:
        """Return the values after a layer; ``count`` texts are one below the other."""
        attended = layer.attended(self._attention(layer, values, count, mask))
        attended += values
        attended = layer.attention_norm(attended)
        narrowed = layer.narrowed(gelu(layer.widened(attended)))
        narrowed += attended
        return layer.norm(narrowed)

    def _attention(self, layer: Layer, values: Numbers, count: int, mask: Numbers | None) -> Numbers:
        def by_head(linear: Linear) -> Numbers:
            heads: Numbers = linear(values).reshape(count, -1, self._heads, self.size // self._heads)
            return heads.transpose(0, 2, 1, 3)

        query = by_head(layer.query) * np.float32((self.size // self._heads) ** -0.5)
        scores: Numbers = np.matmul(query, by_head(layer.key).transpose(0, 1, 3, 2))
        if mask is not None:
            scores += mask
        scores -= scores.max(-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= np.einsum("bhij->bhi", scores)[..., None]
        attended: Numbers = np.matmul(scores, by_head(layer.value)).transpose(0, 2, 1, 3)
        return attended.reshape(-1, self.size)

    def _layer(self, number: int) -> Layer:
        prefix = f"encoder.layer.{number}."
        query, key, value, attended = (self._linear_of(prefix + name) for name in NAMES)
        return Layer(
            query,
            key,
            value,
            attended,
            self._norm_of(f"{prefix}attention.output.LayerNorm"),
            self._linear_of(f"{prefix}intermediate.dense"),
            self._linear_of(f"{prefix}output.dense"),
            self._norm_of(f"{prefix}output.LayerNorm"),
        )

    def _linear_of(self, name: str) -> Linear:
        return Linear(self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"])

    def _norm_of(self, name: str) -> Norm:
        return Norm(self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"], self._epsilon)


def _optional(path: Path, read: Callable[[Mapping[str, Any]], Any], default: Any) -> Any:
    """Return a value from a JSON file that a model may lack."""
    return read(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else default


def _longest(folder: Path) -> int:
    return int(
        _optional(folder / "sentence_bert_config.json", lambda facts: facts.get("max_seq_length") or LONGEST, LONGEST)
    )


def _pools_first(folder: Path) -> bool:
    """Return True if the model's vector is that of the first piece, and not the mean of all."""
    return bool(
        _optional(folder / "1_Pooling" / "config.json", lambda facts: facts.get("pooling_mode_cls_token"), False)
    )


def _vocabulary(folder: Path) -> Sequence[str]:
    """Return the word pieces in the order of their numbers."""
    path = folder / "vocab.txt"
    if path.is_file():
        return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    numbers = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    return sorted(numbers, key=numbers.__getitem__)
