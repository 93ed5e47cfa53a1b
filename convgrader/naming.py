"""Ask ``convlib.diagnose`` which slip explains wrong values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from convlib.diagnose import diagnose

if TYPE_CHECKING:
    from convgrader.properties import Operation

# A stamp that was reversed is a sliding kernel that was not.
RENAMED = {"transposed-kernel-reversed": "transposed-kernel-not-reversed"}


def name_wrong(
    got: np.ndarray, x: np.ndarray, weight: np.ndarray, operation: Operation, options: dict
) -> str | None:
    """Name the slip that leads from input and kernel to this result, by its values or else by its shape.

    Returns
    -------
    str or None
        The misconception's id; None if no single slip explains the result.
    """
    slips = _by_values(got, x, weight, operation, options)
    if got.shape != operation.right(x, weight, options).shape:
        by_shape = operation.name_shape(got.shape, x, weight, options)
        slips = [
            slip for slip in slips if slip != "constant-result"
        ]  # the shape is said, so its name is about it
        return by_shape if by_shape in slips or not slips else slips[0]
    if not slips:
        return None
    return RENAMED.get(slips[0], slips[0]) if operation.sliding else slips[0]


def _by_values(
    got: np.ndarray, x: np.ndarray, weight: np.ndarray, operation: Operation, options: dict
) -> list[str]:
    """Return the slips that lead to exactly these values, the likeliest first."""
    if got.size > 1 and np.ptp(got) == 0:
        return ["constant-result"]
    if got.ndim == x.ndim and not operation.channels:
        got, x, weight = got[None], x[None], weight[None, None]
    try:
        found = diagnose(got, x, weight, transposed=operation.transposed, **options)
    except (TypeError, ValueError):  # its shape has not even the right number of axes
        return []
    return [slip for slip in (found.id, *found.also) if slip not in (None, "wrong-shape")]
