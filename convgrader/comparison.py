"""Compare two emitted values: schema, dtype kind, shape, finite, then within the key's tolerance."""

from __future__ import annotations

from typing import Any

import numpy as np

_GROUP = {
    "b": "truth values",
    "i": "whole numbers",
    "u": "whole numbers",
    "f": "real numbers",
    "c": "complex numbers",
}
_SPECIAL = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


def to_array(content: Any) -> np.ndarray:
    """Rebuild the array of an emitted value.

    Raises
    ------
    ValueError
        If it does not have the schema of `convgrader.emission.payload`.
    """
    if not isinstance(content, dict) or set(content) != {"dtype", "shape", "data"}:
        raise ValueError("an emitted value has the fields dtype, shape and data")
    shape, data = content["shape"], content["data"]
    if not isinstance(shape, list) or not all(type(size) is int and size >= 0 for size in shape):
        raise ValueError(f"shape is a list of sizes, not {shape!r}")
    try:
        dtype = np.dtype(content["dtype"])
    except TypeError as error:
        raise ValueError(f"unknown dtype {content['dtype']!r}") from error
    if dtype.kind not in _GROUP or not isinstance(data, list) or len(data) != int(np.prod(shape)):
        raise ValueError(f"data does not hold the numbers of dtype {content['dtype']} and shape {shape}")
    try:
        if dtype.kind == "c":
            flat = [complex(_number(re), _number(im)) for re, im in data]
        else:
            flat = [_number(value) for value in data]
        return np.array(flat, dtype=dtype).reshape(shape)
    except (TypeError, OverflowError) as error:
        raise ValueError(f"data holds what is no number of dtype {content['dtype']}") from error


def compare(expected: Any, got: list[Any], rtol: float = 0.0, atol: float = 0.0) -> str | None:
    """Compare what a check cell emitted with what its key holds.

    Parameters
    ----------
    expected : dict
        The key's emitted value.
    got : list of dict
        All that the cell emitted.
    rtol, atol : float
        Tolerances: a number passes if it is off by at most ``atol + rtol * |expected|``.

    Returns
    -------
    str or None
        None if it passes, else what is wrong in one sentence. It holds no expected number.
    """
    if len(got) != 1:
        return f"the check cell has to emit one value, it emitted {len(got)}"
    want = to_array(expected)
    try:
        have = to_array(got[0])
    except ValueError as error:
        return str(error)
    if have.shape != want.shape:
        return f"the shape is {have.shape}, not the one that was asked for"
    if not _fits(have.dtype.kind, want.dtype.kind):
        return f"the result holds {_GROUP[have.dtype.kind]}, not {_GROUP[want.dtype.kind]}"
    if have.dtype.kind in "fc" and not np.isfinite(have).all() and np.isfinite(want).all():
        return "the result holds values that are not finite"
    wide = np.complex128 if "c" in (have.dtype.kind, want.dtype.kind) else np.float64
    if rtol == atol == 0.0:
        close = have == want
    else:
        close = np.isclose(have.astype(wide), want.astype(wide), rtol=rtol, atol=atol, equal_nan=True)
    wrong = int(np.size(close) - np.count_nonzero(close))
    return f"{wrong} of {close.size} values are wrong" if wrong else None


def _fits(have: str, want: str) -> bool:
    """Whole numbers may stand for real ones and real ones for whole ones; the values decide then."""
    return _GROUP[have] == _GROUP[want] or {have, want} <= set("iuf")


def _number(value: Any) -> float:
    if isinstance(value, str):
        return _SPECIAL[value] if value in _SPECIAL else float("x")
    if not isinstance(value, int | float):
        raise TypeError(type(value).__name__)
    return value
