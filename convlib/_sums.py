"""In which dtype a sum of products is taken, so that it is right, and rounded once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convlib import _arrays as arrays
from convlib._arrays import Array


def sum_of_products(
    operation: str, compute: Callable[..., Array], terms: int, x: Array, weight: Array, bias: Array | None
) -> Array:
    """``compute(x, weight, bias)`` in the dtype they promote to.

    Reals of 16 bits are summed in 32. Integers are exact: summed in float64 (whose matrix product is fast)
    where no sum of `terms` products can reach 2⁵³, else in int64, else in Python's integers. CUDA has no matrix
    product of int64: such sums are taken by the processor, and come back to their device.

    Raises
    ------
    OverflowError
        Where an integer result doesn't fit the promoted dtype.
    TypeError
        For booleans alone.
    """
    dtype = arrays.common_dtype(x, weight, bias)
    given = [x, weight] if bias is None else [x, weight, bias]
    if arrays.kind(dtype) == "b":
        raise TypeError(f"{operation}: x and weight are booleans; convert one to the numbers you count in.")
    if arrays.kind(dtype) == "i":
        wide: Any = _integer_dtype(operation, terms, x, weight, bias)
    else:
        wide = arrays.named_dtype("float32", x) if dtype.itemsize == 2 else dtype
    wider = [arrays.astype(array, wide) for array in given]
    if wide == arrays.named_dtype("int64", x):
        wider = [arrays.to_cpu(array) for array in wider]
    out = compute(*wider, *[None] * (3 - len(wider)))
    if arrays.kind(dtype) == "i":
        check_fits(operation, out, dtype)
    return arrays.astype(arrays.beside(out, x), dtype)


def _integer_dtype(operation: str, terms: int, x: Array, weight: Array, bias: Array | None) -> Any:
    unsigned = str(arrays.common_dtype(x, weight, bias))
    if unsigned in ("torch.uint16", "torch.uint32", "torch.uint64"):
        raise TypeError(
            f"{operation}: torch has no arithmetic for {unsigned}; convert x and weight to torch.int64."
        )
    bound = terms * _largest(x) * _largest(weight) + (0 if bias is None else _largest(bias))
    if bound < 2**53:
        return arrays.named_dtype("float64", x)
    if bound < 2**63:
        return arrays.named_dtype("int64", x)
    if arrays.is_torch(x):
        raise OverflowError(f"{operation}: sums may reach {bound:.3g}, which int64 does not hold.")
    return np.dtype(object)


def _largest(array: Array) -> int:
    return max(abs(int(array.min())), abs(int(array.max()))) if 0 not in array.shape else 0


def check_fits(operation: str, out: Array, dtype: Any) -> None:
    """Raise OverflowError where a result leaves the integers of a dtype."""
    if 0 in out.shape:
        return
    limits = arrays.integer_limits(dtype)
    for value in (int(out.min()), int(out.max())):
        if not limits[0] <= value <= limits[1]:
            raise OverflowError(
                f"{operation}: the result {value} does not fit in {dtype}; convert x or weight to a wider dtype."
            )
