"""The AMCC Resource Hub: store, find, take, share and confirm what an alliance knows."""

import os

# NumPy reads it when it is first imported, by any module. One thread computes: with more, a busy machine is many
# times slower, because they wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.3.0"
