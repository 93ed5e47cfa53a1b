"""On torch tensors: what `method="auto"` costs over torch's own call, and the methods where kernels are large.

python benchmarks/on_torch.py [--device cuda]

Writes results/torch_<device>.json and .md, with the machine. The cost of a call is what the host takes to make it: on
CUDA a call returns when its work is queued, so it doesn't depend on the device. A layer's time ends when the device is done.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from statistics import median

import torch
from layers import Layer
from measure import machine

import convlib

HERE = Path(__file__).parent
CALLS, ROUNDS = 500, 21
KERNELS = (3, 7, 15, 23, 31, 47, 63)
FAMILIES = {  # channels in, out, groups
    "depthwise, 64 channels": (64, 64, 64),
    "two filters on each of 64 channels": (64, 128, 64),
    "16 to 16 channels": (16, 16, 1),
}
SAMPLES = {"cpu": (1,), "cuda": (1, 16)}  # one 64×64 map leaves most of a GPU idle
TOLERANCE = {"torch": 1e-2, "auto": 1e-2, "fft": 1e-4}  # of the largest output; TF32 keeps ten bits


def host_microseconds(call: Callable[[], object], settle: Callable[[], None]) -> float:
    """The host's time for one call, out of many."""
    settle()
    start = time.perf_counter()
    for _ in range(CALLS):
        call()
    took = time.perf_counter() - start
    settle()
    return 1e6 * took / CALLS


def milliseconds(call: Callable[[], object], settle: Callable[[], None]) -> float:
    """The time of a call until the device is done."""
    settle()
    start = time.perf_counter()
    call()
    settle()
    return 1e3 * (time.perf_counter() - start)


def turns(
    calls: dict[str, Callable[[], object]], clock: Callable[..., float], settle: Callable[[], None]
) -> dict:
    """Medians of rounds in which all take turns, and of the differences to the first within a round."""
    for call in calls.values():
        call()
    order, names = random.Random(0), list(calls)
    first = names[0]
    rounds = []
    for _ in range(ROUNDS):
        order.shuffle(names)  # nobody always comes after the same one
        rounds.append({name: clock(calls[name], settle) for name in names})
    found = {name: median(each[name] for each in rounds) for name in calls}
    return found | {
        f"{name} over {first}": median(e[name] - e[first] for e in rounds) for name in calls if name != first
    }


def measured(device: str) -> dict:
    """The cost of a call, and a table of large kernels."""
    settle = torch.cuda.synchronize if device == "cuda" else lambda: None
    own = torch.nn.functional.conv2d
    x, weight, bias = (torch.ones(shape, device=device) for shape in ((1, 3, 8, 8), (4, 3, 3, 3), (4,)))
    small = {
        "torch": lambda: own(x, weight, bias, 1, 1),
        "auto": lambda: convlib.conv2d(x, weight, bias, 1, 1),
    }
    cost, rows = turns(small, host_microseconds, settle), []
    for samples in SAMPLES[device]:
        for (family, (c_in, c_out, groups)), k in product(FAMILIES.items(), KERNELS):
            layer = Layer("", samples, c_in, 64, c_out, k, 1, k // 2, 1, groups)
            a, b = (torch.from_numpy(array).to(device) for array in layer.arrays())
            calls = {"torch": lambda a=a, b=b, p=k // 2, g=groups: own(a, b, None, 1, p, 1, g)}
            for method in ("auto", "fft"):
                calls[method] = lambda a=a, b=b, p=k // 2, g=groups, m=method: convlib.conv2d(
                    a, b, None, 1, p, 1, g, method=m
                )
            expected = own(a.double(), b.double(), None, 1, k // 2, 1, groups)
            for name, call in calls.items():
                wrong = float((call() - expected).abs().max() / expected.abs().max())
                if not wrong < TOLERANCE[name]:
                    raise SystemExit(
                        f"{family}, kernel {k}: {name} is wrong by {wrong:.1e} of the largest output."
                    )
            times = turns(calls, milliseconds, settle)
            rows.append(
                {
                    "family": family,
                    "samples": samples,
                    "kernel": k,
                    "milliseconds": {name: times[name] for name in calls},
                }
            )
            print(family, samples, k, {name: round(times[name], 3) for name in calls}, flush=True)
    return {"call_microseconds": cost, "rows": rows}


def table(result: dict) -> str:
    """Markdown: the cost of a call, the kernels, the machine."""
    cost, names = result["call_microseconds"], ("torch", "auto", "fft")
    lines = [
        f"A call on a small input: torch {cost['torch']:.1f} µs, auto {cost['auto over torch']:.1f} µs more.",
        "",
        "| family | samples | kernel | " + " | ".join(names) + " |",
        "|---|---:|---:|" + "---:|" * len(names),
    ]
    for row in result["rows"]:
        times = [f"{row['milliseconds'][n]:.2f}" if n in row["milliseconds"] else "" for n in names]
        lines.append(f"| {row['family']} | {row['samples']} | {row['kernel']} | " + " | ".join(times) + " |")
    lines += ["", "Milliseconds, medians of rounds in which all took turns.", ""]
    return "\n".join([*lines, *(f"- {name}: {value}" for name, value in result["machine"].items())]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python benchmarks/on_torch.py", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--device", default="cuda" if torch.cuda.is_available() else "cpu", choices=("cpu", "cuda")
    )
    device = parser.parse_args().device
    if device == "cuda" and not torch.cuda.is_available():
        parser.error("--device cuda: torch sees no CUDA device on this machine.")
    card = (
        {
            "device": torch.cuda.get_device_name(),
            "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version(),
            "TF32 in torch's convolution": torch.backends.cudnn.allow_tf32,
        }
        if device == "cuda"
        else {"device": "cpu"}
    )
    with torch.no_grad():
        result = {
            "command": f"python benchmarks/on_torch.py --device {device}",
            "machine": machine() | card,
            **measured(device),
        }
    where = HERE / "results"
    where.mkdir(exist_ok=True)
    (where / f"torch_{device}.json").write_text(json.dumps(result, indent=1) + "\n")
    (where / f"torch_{device}.md").write_text(table(result))
    print("\n" + table(result))


if __name__ == "__main__":
    main()
