"""A convolution's matrix for drawing: its entries, the numbers of their weights, and its blocks. The script's twin is in `js/wiring.js`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from convlib.matrix import block_permutation


class Picture:
    """C of a weight, which weight each entry holds (−1: none), and the order of rows and columns that is drawn.

    ``make(weight)`` is the matrix of any weight of this shape.
    """

    def __init__(
        self, make: Callable[[np.ndarray], np.ndarray], weight: np.ndarray, *, sort: bool, turn: bool
    ) -> None:
        self.c = make(weight)
        numbers = np.arange(1.0, weight.size + 1).reshape(weight.shape) * (weight != 0)
        self.number = make(numbers).astype(int) - 1
        self.rows, self.cols = self.c.shape
        blocks = block_permutation(self.c)
        self.row_order = blocks.rows.tolist() if sort else list(range(self.rows))
        self.col_order = blocks.columns.tolist() if sort else list(range(self.cols))
        shapes = [f"{b}×{a}" if turn else f"{a}×{b}" for a, b in blocks.sizes if a and b]
        parts = ", ".join(shapes[:4]) + (" and more" if len(shapes) > 4 else "")
        self.hang = f"Blocks that share no wire: {len(shapes)} ({parts})."
        if len(shapes) < 2:
            self.hang = "No block stands apart."

    def entry(self, r: int, c: int) -> tuple[int, float] | None:
        """Return number and value of the weight at a drawn row and column."""
        at = self.row_order[r], self.col_order[c]
        return (int(self.number[at]), float(self.c[at])) if self.number[at] >= 0 else None
