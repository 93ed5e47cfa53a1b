"""How fast rows are copied as so many numbers, and as one item each: where `_arrays.ONE_ITEM` comes from.

python benchmarks/short_rows.py
"""

from __future__ import annotations

from statistics import median

import numpy as np
from measure import seconds

LENGTHS = (4, 7, 14, 28, 56, 112, 224, 512)
NUMBERS = 2**18


def main() -> None:
    print("| numbers a row | " + " | ".join(map(str, LENGTHS)) + " |\n|---|" + "---:|" * len(LENGTHS))
    ratios = []
    for length in LENGTHS:
        x = np.random.default_rng(0).normal(size=(NUMBERS // length, length + 3)).astype(np.float32)
        target, source = np.empty((len(x), length), np.float32), x[:, 1 : length + 1]
        item = np.dtype((np.void, 4 * length))
        pairs = ((target, source), (target.view(item), source.view(item)))
        rounds = [[seconds(lambda to=to, of=of: np.copyto(to, of)) for to, of in pairs] for _ in range(41)]
        ratios.append(median(numbers / items for numbers, items in rounds))
    print("| times as fast as one item | " + " | ".join(f"{ratio:.2f}" for ratio in ratios) + " |")


if __name__ == "__main__":
    main()
