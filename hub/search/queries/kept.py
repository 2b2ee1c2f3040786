"""What is kept of an open snapshot between requests: a snapshot never changes, so what was computed from it stays true."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from hub.search.store.snapshots import Snapshot

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values of each open snapshot by key, with a limit: those that were used least recently are dropped.

    ``most`` is the largest total weight for a snapshot; ``weight`` returns that of a value (1). Threads may share it.
    """

    def __init__(self, most: int, weight: Callable[[Value], int] = lambda _value: 1) -> None:
        self._most, self._weight = most, weight
        self._lock = threading.Lock()
        self._values: WeakKeyDictionary[Snapshot, OrderedDict[Hashable, Value]] = WeakKeyDictionary()
        self._totals: WeakKeyDictionary[Snapshot, int] = WeakKeyDictionary()

    def get(self, snapshot: Snapshot, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value for ``key``; ``make`` computes it if it isn't kept. Two threads may compute it at once."""
        with self._lock:
            values = self._values.get(snapshot)
            if values is not None and key in values:
                values.move_to_end(key)
                return values[key]
        value = make()
        with self._lock:
            values = self._values.setdefault(snapshot, OrderedDict())
            if key not in values:
                values[key] = value
                total = self._totals.get(snapshot, 0) + self._weight(value)
                while total > self._most and values:
                    total -= self._weight(values.popitem(last=False)[1])
                self._totals[snapshot] = total
        return value
