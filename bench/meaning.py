"""Benchmark of search by meaning: encoding questions and pages, and comparing a question with every page.

Prints processor time, which depends less than the clock on what else the machine does; and the clock's of the scan.
"""

import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from config import Config
from hub.search.store import meaning
from hub.search.store.vectors import Block, Vectors

PAGES, PER_RESOURCE, SIZE = (10_000, 100_000), 10, 384
QUESTION = "how do we keep our people from quitting"
SENTENCE = "A small manufacturer trained its supervisors, and half as many people left the shop in the next year. "


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as name:
        config = Config.load({}, INSTANCE=Path(name), UPLOADS=Path(name) / "uploads")
        began = time.perf_counter()
        encoder = meaning.encoder_of(config)
        if encoder is None:
            print("The extra meaning isn't installed: make meaning")
            return
        print(f"{os.cpu_count()} cores; model loaded in {time.perf_counter() - began:.2f} s")
        print("\n| encoding | processor time |\n|---|---|")
        for what, text, count in (
            ("a question of 8 words", QUESTION, 1),
            ("a slide of 40 words", SENTENCE * 2, 8),
            ("a page of 170 words or more", SENTENCE * 15, 8),
        ):
            texts = [f"{number} {text}" for number in range(count)]
            print(f"| {what} | {_processor_time(partial(encoder.encoded, texts)) / count:.1f} ms |")
    _scan()


def _processor_time(work: Callable[[], object], turns: int = 15) -> float:
    """Return the median of the processor time, in milliseconds."""
    work()
    times = []
    for _ in range(turns):
        began = time.process_time()
        work()
        times.append(1000 * (time.process_time() - began))
    return median(times)


def _scan() -> None:
    print("\n| pages compared | processor time | clock, median | clock, fastest | memory |\n|---|---|---|---|---|")
    random = np.random.default_rng(1)
    question = random.standard_normal(SIZE).astype(np.float32)
    question /= np.linalg.norm(question)
    for count in PAGES:
        resources = count // PER_RESOURCE
        rows = random.integers(-127, 128, (resources, PER_RESOURCE, SIZE), np.int8)
        numbers = np.arange(1, PER_RESOURCE + 1, dtype=np.int32)
        scales = np.full(PER_RESOURCE, 0.001, np.float32)
        vectors = Vectors.joined({id_: Block(1, numbers, rows[id_], scales) for id_ in range(resources)})
        is_allowed = random.random(resources) < 0.9  # what a member may open
        work = partial(vectors.best, question, is_allowed, 100)
        clocks = []
        for _ in range(31):
            began = time.perf_counter()
            work()
            clocks.append(1000 * (time.perf_counter() - began))
        figures = f"{_processor_time(work):.1f} ms | {median(clocks):.1f} ms | {min(clocks):.1f} ms"
        print(f"| {count:,} | {figures} | {vectors.rows.nbytes / 1e6:.0f} MB |")


if __name__ == "__main__":
    main()
