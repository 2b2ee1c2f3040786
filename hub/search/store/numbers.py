"""NumPy, limited to one thread: with more, a busy machine is many times slower, because threads wait for each other.

The search room imports NumPy only from here, since the limit is read when it is first imported.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

__all__ = ["np"]
