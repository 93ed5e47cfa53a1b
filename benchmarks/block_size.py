"""How long gemm takes for each size of its blocks: where BLOCK and SMALL_BLOCK come from.

python benchmarks/block_size.py [vgg3 dw7 ...]
"""

from __future__ import annotations

import importlib
import sys
from statistics import median

from contestants import by_convlib
from layers import LAYERS
from measure import seconds

gemm = importlib.import_module("convlib.algorithms.gemm")
EXPONENTS = range(15, 22)


def main() -> None:
    names = sys.argv[1:] or ["vgg3", "vgg5", "stem", "alex2", "audio", "dw3a", "dw3b", "dw7", "resnext"]
    print("| layer | " + " | ".join(f"2^{n}" for n in EXPONENTS) + " |\n|---|" + "---:|" * len(EXPONENTS))
    for layer in LAYERS:
        if layer.name not in names:
            continue
        call, times = by_convlib(layer, *layer.arrays(), "gemm"), {n: [] for n in EXPONENTS}
        for _ in range(9):
            for n in EXPONENTS:
                gemm.BLOCK = gemm.SMALL_BLOCK = 2**n
                times[n].append(1e3 * seconds(call))
        print(f"| {layer.name} | " + " | ".join(f"{median(runs):.2f}" for runs in times.values()) + " |")


if __name__ == "__main__":
    main()
