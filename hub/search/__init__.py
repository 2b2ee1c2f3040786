"""Search for resources and the pages in them."""

import os

# NumPy reads this when it is first imported, so it comes before all other imports of the room. One thread computes:
# with more, a busy machine is many times slower, because they wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
