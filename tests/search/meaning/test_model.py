"""Loading a model, and what it says about texts."""

import json
import os
import shutil
import struct
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config import ROOT, Config
from hub.search.store import encoder, meaning
from hub.search.store.encoder import read_tensors
from hub.search.store.vectors import packed


def installed(config: Config) -> Path:
    place = meaning.place_of(config)
    assert place
    return place.folder


def own(config: Config, folder: Path, *, without: str = "") -> Config:
    """Return settings with a copy of the model as the operator's own."""
    shutil.copytree(installed(config), folder, ignore=shutil.ignore_patterns(without))
    return replace(config, MEANING_MODEL=str(folder))


def model(config: Config) -> encoder.Encoder:
    loaded = meaning.encoder_of(config)
    assert loaded
    return loaded


def test_texts_of_like_meaning_have_near_vectors(config: Config) -> None:
    vectors = model(config).encoded(["A car drove by.", "An automobile passed.", "The bread is baking."])
    near, far = vectors[0] @ vectors[1], vectors[0] @ vectors[2]
    assert near > 0.5
    assert far < 0.3
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_has_the_same_vector_alone_and_among_others(config: Config) -> None:
    texts = ["one", "two short ones", "a much longer text about grants for training " * 9, "end"]
    together = model(config).encoded(texts)
    for text, vector in zip(texts, together, strict=True):
        assert model(config).encoded([text])[0] @ vector > 0.9999


def test_small_integers_hardly_change_a_vector(config: Config) -> None:
    [vector] = model(config).encoded(["Export licenses for small manufacturers"])
    content, scale = packed(vector)
    restored = np.frombuffer(content, np.int8) * np.float32(scale)
    assert restored @ vector > 0.999
    assert len(content) == 384


def test_the_model_is_loaded_once_however_many_threads_ask_for_it(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meaning, "_loaded", type(meaning._loaded)())
    loads: list[object] = []
    really = meaning._opened

    def counting(place: meaning.Place) -> encoder.Encoder:
        loads.append(place)
        return really(place)

    monkeypatch.setattr(meaning, "_opened", counting)
    threads = [threading.Thread(target=meaning.encoder_of, args=(config,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1


def test_a_model_whose_checksum_differs_is_not_used(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "CHECKSUM", "0" * 64)
    with pytest.raises(meaning.MeaningUnusable, match="its checksum differs"):
        meaning.encoder_of(config)
    assert meaning.version_of(config) == ""


@pytest.mark.parametrize("missing", ["model.safetensors", "config.json"])
def test_a_folder_without_a_file_that_is_needed_gets_a_sentence(config: Config, tmp_path: Path, missing: str) -> None:
    config = own(config, tmp_path / "own", without=missing)
    assert str(tmp_path / "own") in meaning.trouble_of(config)


def test_an_own_folder_may_have_either_form_of_the_vocabulary(config: Config, tmp_path: Path) -> None:
    text = "Grants for training welders"
    expected = model(config).encoded([text])[0]
    for number, without in enumerate(["vocab.txt", "tokenizer.json"]):
        vector = model(own(config, tmp_path / str(number), without=without)).encoded([text])[0]
        assert vector @ expected > 0.9999


def test_a_model_of_another_kind_is_refused(config: Config, tmp_path: Path) -> None:
    config = own(config, tmp_path / "own")
    path = tmp_path / "own" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"model_type": "gpt2"}))
    assert "BERT" in meaning.trouble_of(config)


def a_file(path: Path, header: dict[str, Any], content: bytes) -> Path:
    encoded = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(encoded)) + encoded + content)
    return path


def test_tensors_are_read_as_they_were_written(tmp_path: Path) -> None:
    content = np.arange(6, dtype="<f4").tobytes() + np.arange(2, dtype="<f2").tobytes() + b"\0" * 8
    header = {
        "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
        "b": {"dtype": "F16", "shape": [2], "data_offsets": [24, 28]},
        "ids": {"dtype": "I64", "shape": [1], "data_offsets": [28, 36]},
        "__metadata__": {"format": "pt"},
    }
    tensors = read_tensors(a_file(tmp_path / "some.safetensors", header, content))
    assert tensors.keys() == {"a", "b"}
    assert tensors["a"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert tensors["b"].tolist() == [0, 1]


@pytest.mark.parametrize("content", [b"x", b"\xff" * 100, struct.pack("<Q", 2) + b"[x" + b" " * 20])
def test_a_file_of_another_format_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"safetensors|Expecting|Extra"):
        read_tensors(path)


def test_every_program_computes_with_one_thread() -> None:
    """With more, a question took half a second of processor time, since all processors' threads wait for each other."""
    program = """
import os, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            print(os.environ["OPENBLAS_NUM_THREADS"])
sys.meta_path.insert(0, Finder())
import hub.cli
from hub.cli import base, serving
from hub.search.queries import results
"""
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    run = [sys.executable, "-c", program]
    printed = subprocess.run(run, env=environment, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert printed.split() == ["1"]
