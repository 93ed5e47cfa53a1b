"""Cut a large computation into boxes that stay in cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod


def blocks(shape: Sequence[int], unit: int, limit: int) -> Iterator[tuple[slice, ...]]:
    """The boxes of an array whose entries count `unit` each: at most `limit` a box, or one entry.

    The last axis is kept whole as long as possible, then the one before it.

    Examples
    --------
    >>> list(blocks((2, 5), unit=10, limit=30))[:2]
    [(slice(0, 1, None), slice(0, 3, None)), (slice(0, 1, None), slice(3, 5, None))]
    """
    cuts = []
    for axis, n in enumerate(shape):
        inner = unit * prod(shape[axis + 1 :])
        step = max(1, min(n, limit // inner if inner else n))
        cuts.append([slice(start, min(start + step, n)) for start in range(0, n, step)])
    return product(*cuts)
