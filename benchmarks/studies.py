"""What the chapters on cost and on algorithms show besides the layer set, each a few minutes at most.

python benchmarks/studies.py [kinds copy fft methods clocks roofline]

Each study writes convlib/measured/<name>.json: processor time on one core, the fastest of several rounds. On an idle
machine that is what a clock shows; what else a machine does, and threads that wait for each other, stay out of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from contestants import by_convlib, by_torch, contestants
from layers import LAYERS, Layer
from measure import record

import convlib

ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
ROUNDS, BUDGET = 9, 1.5  # at least so many rounds, and as many as go into so many seconds
PROCESSES = 8
ALLOCATORS = {
    "default": {},
    "memory is kept": {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**40)},
    "memory is returned": {"MALLOC_MMAP_THRESHOLD_": str(2**17), "MALLOC_TRIM_THRESHOLD_": "0"},
}


def seconds(call: Callable[[], object]) -> float:
    """The processor's time for one call."""
    start = time.process_time()
    call()
    return time.process_time() - start


def turns(calls: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Milliseconds, the fastest of rounds in which every call is made once, each round in another order."""
    names, rng = list(calls), np.random.default_rng(0)
    for call in calls.values():
        call()
    times: dict[str, list[float]] = {name: [] for name in names}
    until = time.perf_counter() + BUDGET
    while len(times[names[0]]) < rounds or (time.perf_counter() < until and len(times[names[0]]) < 99):
        for name in rng.permutation(names):
            times[name].append(1e3 * seconds(calls[name]))
    return {name: min(runs) for name, runs in times.items()}


def copy() -> dict:
    """im2col: what the copy takes and what the product takes, for more and more filters, and both in blocks."""
    rows = []
    for c_out in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512):
        layer = Layer("", 1, 64, 56, c_out, 3, 1, 1)
        x, weight = layer.arrays()
        padded = np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)])[0]
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (1, 2))  # (64, 56, 56, 3, 3)
        columns = np.empty((64, 3, 3, 56, 56), np.float32)
        filters, product = weight.reshape(c_out, -1), np.empty((c_out, 56 * 56), np.float32)
        flat = columns.reshape(64 * 9, -1)
        calls = {
            "copy": lambda a=columns, b=windows: np.copyto(a, b.transpose(0, 3, 4, 1, 2)),
            "product": lambda a=filters, b=flat, out=product: np.matmul(a, b, out=out),
            "in blocks": by_convlib(layer, x, weight, "gemm"),
        }
        rows.append({"c_out": c_out, "multiply_adds": layer.multiply_adds, "milliseconds": turns(calls)})
    return {
        "c_in": 64,
        "size": 56,
        "kernel": 3,
        "column_bytes": columns.nbytes,
        "input_bytes": x.nbytes,
        "rows": rows,
    }


def fft() -> dict:
    """The methods against each other as the kernel grows: one channel to itself, and sixteen to sixteen."""
    families = {"depthwise, 64 channels": (64, 64), "16 to 16 channels": (16, 1)}
    rows = []
    for family, (channels, groups) in families.items():
        for k in (3, 5, 7, 9, 11, 15, 19, 23, 31, 39, 47, 55, 63):
            layer = Layer("", 1, channels, 64, channels, k, 1, k // 2, 1, groups)
            x, weight = layer.arrays()
            methods = ["gemm", "fft"] + (["direct", "toeplitz"] if groups > 1 else [])
            calls = {f"convlib {m}": by_convlib(layer, x, weight, m) for m in methods}
            calls["torch"] = by_torch(layer, x, weight)
            times = turns(calls, 5)
            rows.append(
                {"family": family, "kernel": k, "multiply_adds": layer.multiply_adds, "milliseconds": times}
            )
            print(family, k, {name: round(value, 1) for name, value in times.items()}, flush=True)
    return {"size": 64, "rows": rows}


def methods() -> dict:
    """Every layer of the set by each method that can do it, by PyTorch, and by sliding windows and einsum."""
    layers = []
    for layer in LAYERS:
        if layer.transposed:
            continue
        calls = contestants(layer)
        for name in ("gemm alone", "scipy per channel", "onnx reference"):
            calls.pop(name, None)
        layers.append(
            {"name": layer.name, "multiply_adds": layer.multiply_adds, "milliseconds": turns(calls, 3)}
        )
        print(layers[-1], flush=True)
    return {"layers": layers}


def shifted(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """A depthwise layer as the chapter writes it: one shifted product a tap, each a new array."""
    kh, kw = weight.shape[1:]
    oh, ow = x.shape[1] - kh + 1, x.shape[2] - kw + 1
    return sum(
        weight[:, a, b, None, None] * x[:, a : a + oh, b : b + ow] for a in range(kh) for b in range(kw)
    )


def one_process() -> dict[str, float]:
    """How many times faster than an ordinary layer the depthwise one is, at 1/128 of its multiply-adds."""
    full, thin = Layer("", 1, 128, 112, 128, 3, 1, 1), Layer("", 1, 128, 112, 128, 3, 1, 1, 1, 128)
    x, weight = thin.arrays()
    padded, kernels = np.pad(x[0], [(0, 0), (1, 1), (1, 1)]), weight[:, 0]
    calls = {
        "ordinary": by_convlib(full, *full.arrays(), "gemm"),
        "convlib": by_convlib(thin, x, weight, "auto"),
        "plain NumPy": lambda: shifted(padded, kernels),
        "ordinary, torch": by_torch(full, *full.arrays()),
        "torch": by_torch(thin, x, weight),
    }
    times = turns(calls, 7)
    base = {name: times["ordinary, torch" if name == "torch" else "ordinary"] for name in times}
    return {name: base[name] / times[name] for name in ("convlib", "plain NumPy", "torch")}


def clocks() -> dict:
    """Two clocks: a layer ordinary, depthwise and pointwise; and the same factor under three settings of glibc."""
    layers = {}
    for c, size, batch in ((64, 112, 1), (256, 28, 1), (512, 14, 1), (512, 14, 8)):
        kinds = {
            "ordinary": Layer("", batch, c, size, c, 3, 1, 1),
            "depthwise": Layer("", batch, c, size, c, 3, 1, 1, 1, c),
            "pointwise": Layer("", batch, c, size, c, 1),
        }
        calls = {}
        for kind, layer in kinds.items():
            calls[f"convlib {kind}"] = by_convlib(layer, *layer.arrays(), "auto")
            calls[f"torch {kind}"] = by_torch(layer, *layer.arrays())
        layers[f"{batch}×{c}×{size}×{size}"] = {
            "multiply_adds": {kind: layer.multiply_adds for kind, layer in kinds.items()},
            "milliseconds": turns(calls),
        }
    factors: dict[str, list[dict]] = {}
    for name, settings in ALLOCATORS.items():
        command = [sys.executable, str(Path(__file__)), "--one-process"]
        environment = {**os.environ, **settings}
        runs = [
            subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            for _ in range(PROCESSES)
        ]
        factors[name] = [
            {k: float(v) for k, v in (line.rsplit(" ", 1) for line in run.stdout.splitlines())}
            for run in runs
        ]
        print(name, factors[name], flush=True)
    return {"layers": layers, "allocators": ALLOCATORS, "operations_factor": 128, "factors": factors}


def roofline() -> dict:
    """The two roofs: the best rate of a matrix product, and how fast memory is copied, by size."""
    rates = {}
    for n in (256, 512, 1024, 2048):
        a = np.ones((n, n), np.float32)
        out = np.empty_like(a)
        best = min(seconds(lambda a=a, out=out: np.matmul(a, a, out=out)) for _ in range(ROUNDS))
        rates[str(n)] = 2 * n**3 / best / 1e9
    copies = {}
    for exponent in range(14, 29):
        a = np.ones(2**exponent // 4, np.float32)
        b = np.empty_like(a)
        times = max(1, 2 ** (26 - exponent))

        def again(a: np.ndarray = a, b: np.ndarray = b, times: int = times) -> None:
            for _ in range(times):
                np.copyto(b, a)

        again()
        copies[str(2**exponent)] = 2 * 2**exponent * times / min(seconds(again) for _ in range(5)) / 1e9
    layers = []
    for layer in LAYERS:
        if layer.transposed:
            continue
        x, weight = layer.arrays()
        calls = {"convlib": by_convlib(layer, x, weight, "auto"), "torch": by_torch(layer, x, weight)}
        moved = x.nbytes + weight.nbytes + calls["torch"]().nbytes
        times = turns(calls, 5)
        rate = {name: 2 * layer.multiply_adds / (1e6 * t) for name, t in times.items()}
        layers.append(
            {"name": layer.name, "intensity": 2 * layer.multiply_adds / moved, "bytes": moved, "gflops": rate}
        )
    loops = {"python_loops_gflops": loop_rate()}
    return {"product_gflops": rates, "copy_gb_per_second": copies, **loops, "layers": layers}


def loop_rate() -> float:
    """How fast loops in plain Python are: a layer of lists, one multiply-add after another."""
    image = [[float(i + j) for j in range(32)] for i in range(32)]
    kernel = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]

    def run() -> None:
        for i in range(30):
            for j in range(30):
                total = 0.0
                for a in range(3):
                    for b in range(3):
                        total += kernel[a][b] * image[i + a][j + b]

    return 2 * 9 * 900 / min(seconds(run) for _ in range(ROUNDS)) / 1e9


def step(
    x_shape: tuple[int, ...], weight: tuple[int, ...], groups: int = 1, dilation: int = 1, up: bool = False
) -> dict:
    """One layer of a kind that keeps the map's size (or doubles it, if it goes up)."""
    pads = tuple(dilation * (k // 2) for k in weight[2:])
    return {"x": x_shape, "weight": weight, "groups": groups, "dilation": dilation, "pads": pads, "up": up}


def kinds() -> dict:
    """Every kind of the map at 64 to 64 channels, kernel 3 and four groups, on a map of 56×56."""
    c, n = 64, 56
    flat, deep = (1, c, n, n), (1, c, 8, n, n)
    whole, thin, one = step(flat, (c, c, 3, 3)), step(flat, (c, 1, 3, 3), c), step(flat, (c, c, 1, 1))
    quarter = step(flat, (c, c // 4, 1, 1), 4)
    steps = {
        "ordinary": [whole],
        "dilated": [step(flat, (c, c, 3, 3), dilation=2)],
        "spatially separable": [step(flat, (c, c, 3, 1)), step(flat, (c, c, 1, 3))],
        "grouped": [step(flat, (c, c // 4, 3, 3), 4)],
        "1-D": [step(flat, (c, c, 1, 3))],
        "depthwise separable": [thin, one],
        "flattened": [one, step(flat, (c, 1, 3, 1), c), step(flat, (c, 1, 1, 3), c)],
        "pointwise": [one],
        "pointwise grouped": [quarter],
        "depthwise": [thin],
        "ShuffleNet unit": [quarter, thin, quarter],
        "transposed": [step((1, c, n // 2, n // 2), (c, c, 3, 3), up=True)],
        "3-D": [step(deep, (c, c, 3, 3, 3))],
    }
    rows = {}
    for name, layers in steps.items():
        rows[name] = turns(
            {
                "convlib": chain(layers, convlib, np.asarray),
                "torch": chain(layers, torch.nn.functional, torch.from_numpy),
            }
        )
        print(name, rows[name], flush=True)
    return {"channels": c, "size": n, "kernel": 3, "groups": 4, "milliseconds": rows}


def chain(layers: list[dict], library: Any, to: Callable[[np.ndarray], Any]) -> Callable[[], object]:
    """The layers one after another; a shuffle, which moves numbers only, is left out."""
    rng = np.random.default_rng(0)
    x = to(rng.normal(size=layers[0]["x"]).astype(np.float32))
    weights = [to(rng.normal(size=layer["weight"]).astype(np.float32)) for layer in layers]

    def run() -> object:
        y = x
        for layer, weight in zip(layers, weights):
            rank = len(layer["pads"])
            if layer["up"]:
                y = library.conv_transpose2d(y, weight, None, 2, layer["pads"], 1)
            else:
                y = getattr(library, f"conv{rank}d")(
                    y, weight, None, 1, layer["pads"], layer["dilation"], layer["groups"]
                )
        return y

    return run


STUDIES = {
    "kinds": kinds,
    "copy": copy,
    "fft": fft,
    "methods": methods,
    "clocks": clocks,
    "roofline": roofline,
}


def main() -> None:
    wanted = sys.argv[1:] or list(STUDIES)
    if wanted == ["--one-process"]:
        print("\n".join(f"{name} {value}" for name, value in one_process().items()))
    elif wanted[0] == "--study":
        record(wanted[1], f"python benchmarks/studies.py {wanted[1]}", STUDIES[wanted[1]]())
    else:  # the number of threads is read when NumPy and torch are loaded, so in a process of its own
        for name in wanted:
            subprocess.run([sys.executable, __file__, "--study", name], env=os.environ | ONE_CORE, check=True)


if __name__ == "__main__":
    with torch.no_grad():
        main()
