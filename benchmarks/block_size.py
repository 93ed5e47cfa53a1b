"""How long gemm and toeplitz take for each size of their blocks: where BLOCK comes from.

python benchmarks/block_size.py [vgg3 dw7 ...]
"""

from __future__ import annotations

import importlib
import sys
from statistics import median

from contestants import by_convlib
from layers import LAYERS
from measure import seconds

MODULES = {name: importlib.import_module(f"convlib.algorithms.{name}") for name in ("gemm", "toeplitz")}
EXPONENTS = range(15, 22)


def main() -> None:
    names = sys.argv[1:] or ["vgg3", "vgg5", "stem", "alex2", "audio", "dw3a", "dw3b", "dw7", "resnext"]
    print("| layer | " + " | ".join(f"2^{n}" for n in EXPONENTS) + " |\n|---|" + "---:|" * len(EXPONENTS))
    for layer in LAYERS:
        if layer.name not in names:
            continue
        for method in ("gemm", "toeplitz")[: 1 + (layer.groups == layer.c_in)]:
            call, times = by_convlib(layer, *layer.arrays(), method), {n: [] for n in EXPONENTS}
            for _ in range(9):
                for n in EXPONENTS:
                    MODULES[method].BLOCK = 2**n
                    times[n].append(1e3 * seconds(call))
            shown = " | ".join(f"{median(runs):.2f}" for runs in times.values())
            print(f"| {layer.name}, {method} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
