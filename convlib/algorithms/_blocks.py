"""Cut a large computation into boxes that stay in cache, and put small ones together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from convlib import _arrays as arrays
from convlib._arrays import Array


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


def multiply_samples(a: Array, columns: Array, out: Array) -> None:
    """Write ``a @ columns`` into `out`, (N, ..., L), whose samples lie one after another in the columns' last axis."""
    samples, *inner, length = out.shape
    if samples == 1:
        arrays.matmul(a, columns, out[0])
        return
    product = (a @ columns).reshape(*inner, samples, length)
    where = len(inner)
    arrays.write(out, arrays.permute(product, (where, *range(where), where + 1)))
