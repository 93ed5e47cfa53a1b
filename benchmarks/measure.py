"""How it is measured: all contestants in turn, round after round, so that they share whatever the machine does."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import scipy
import torch
from contestants import by_convlib, by_einsum, by_torch, contestants
from layers import LAYERS, Layer

ALWAYS = ("torch", "convlib", "gemm alone")
LONG = 0.5  # seconds: another contestant that takes longer runs in the first SLOW_ROUNDS rounds only
SLOW_ROUNDS, FEWEST_ROUNDS, MOST_ROUNDS = 1, 3, 15  # the last two of a visit
TOLERANCE = 1e-4  # of the largest output: float32, and the least exact method (Winograd)
STATUS = Path("/proc/self/status")
MEASURED = Path(__file__).parent.parent / "convlib" / "measured"  # what the book reads


def record(name: str, command: str, found: dict) -> dict:
    """Write what was measured, with the command and the machine, where `convlib.data.measured` reads it."""
    MEASURED.mkdir(exist_ok=True)
    result = {"command": command, "machine": machine(), **found}
    text = json.dumps(result, indent=1)
    text = re.sub(r"\[[^][{}\"]+\]", lambda numbers: re.sub(r"\s+", " ", numbers[0]), text)  # a row a line
    (MEASURED / f"{name}.json").write_text(text + "\n")
    return result


def seconds(call: Callable[[], object]) -> float:
    """The time of a call whose threads are awake: the other libraries' still wait busily after theirs."""
    start = time.perf_counter()
    call()
    if time.perf_counter() - start > LONG:
        return time.perf_counter() - start
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


class Race:
    """A layer's contestants, and the rounds in which all of them took turns."""

    def __init__(self, layer: Layer) -> None:
        self.layer, self.rounds, self.order = layer, [], random.Random(0)
        self.calls = contestants(layer)
        self.slow = self._check()

    def _check(self) -> set[str]:
        """The contestants that take long; an error where one of them is wrong."""
        expected = self.calls["torch"]()
        largest, slow = np.abs(expected).max(), set()
        for name, call in self.calls.items():
            start = time.perf_counter()
            got = call()
            if name not in ALWAYS and time.perf_counter() - start > LONG:
                slow.add(name)
            worst = 0 if name == "gemm alone" else np.abs(got - expected).max() / largest
            if not worst < TOLERANCE:
                raise SystemExit(f"{self.layer.name}: {name} is wrong by {worst:.1e} of the largest output.")
        return slow

    def run(self, budget: float) -> None:
        """Add rounds for so many seconds."""
        until, had = time.perf_counter() + budget, len(self.rounds)
        while (n := len(self.rounds) - had) < MOST_ROUNDS and (
            n < FEWEST_ROUNDS or time.perf_counter() < until
        ):
            now = [name for name in self.calls if len(self.rounds) < SLOW_ROUNDS or name not in self.slow]
            self.order.shuffle(now)  # nobody always comes after the same one
            self.rounds.append({name: seconds(self.calls[name]) for name in now})

    def ratio(self, name: str, to: str) -> float:
        """Of two contestants' times in the same round: the median over the rounds."""
        return median(r[name] / r[to] for r in self.rounds if name in r)

    def result(self) -> dict:
        """The layer, times in milliseconds, and ratios."""
        layer = self.layer
        runs = {name: [1e3 * r[name] for r in self.rounds if name in r] for name in self.calls}
        return {
            "name": layer.name,
            "x": layer.x_shape,
            "weight": layer.weight_shape,
            "stride": layer.stride,
            "padding": layer.padding,
            "dilation": layer.dilation,
            "groups": layer.groups,
            "transposed": layer.transposed,
            "multiply_adds": layer.multiply_adds,
            "rounds": len(self.rounds),
            "milliseconds": {name: median(times) for name, times in runs.items()},
            "fastest_milliseconds": {name: min(times) for name, times in runs.items()},
            "ratio_to_torch": {name: self.ratio(name, "torch") for name in runs},
            "share_of_gemm": self.ratio("gemm alone", "convlib"),
        }


def working_memory(layer: Layer, who: str) -> float | None:
    """MiB that one call needs beyond input, padded input and output, in a process of its own.

    The rise of the resident set's high-water mark, Linux only: it sees what NumPy, BLAS, FFTs and torch take.
    """
    if not STATUS.exists():
        return None
    command = [sys.executable, str(Path(__file__).parent), "--high-water", layer.name, who]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def high_water(name: str, who: str) -> float:
    """What `working_memory` runs: the rise in MiB, less the padded input and the output."""
    layer = next(layer for layer in LAYERS if layer.name == name)
    x, weight = layer.arrays()
    calls = {"torch": by_torch, "windows + einsum": by_einsum}
    call = calls[who](layer, x, weight) if who in calls else by_convlib(layer, x, weight, "auto")
    _start_threads(who)
    ctypes.CDLL(None).malloc_trim(0)  # what was freed until now shall not be counted as already there
    before = _resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark begins anew
    out = call()
    rise = (_resident("VmHWM") - before) / 1024
    low, high = layer.pads
    padded = (
        0 if layer.transposed or low + high == 0 else x.nbytes * (1 + (low + high) / layer.size) ** layer.rank
    )
    return rise - (out.nbytes + padded) / 2**20


def _start_threads(who: str) -> None:
    """Touch the libraries' own buffers, which are taken once per process and not per call."""
    a = np.ones((512, 512), np.float32)
    a @ a
    np.fft.rfft(a)
    if who == "torch":
        torch.nn.functional.conv2d(torch.ones(1, 8, 32, 32), torch.ones(8, 8, 3, 3))


def _resident(field: str) -> int:
    lines = STATUS.read_text().splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1])


def import_time(runs: int = 15) -> float:
    """Milliseconds that `import convlib` adds to `import numpy`: pairs of fresh processes, median.

    The modules are compiled already, as after the first import of an installed package.
    """
    code = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"

    with tempfile.TemporaryDirectory() as cache:
        settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        settings["PYTHONPYCACHEPREFIX"] = cache

        def once(what: str) -> float:
            command = [sys.executable, "-c", code.format(what)]
            done = subprocess.run(command, env=settings, capture_output=True, text=True, check=True)
            return 1e3 * float(done.stdout)

        once("numpy, convlib")
        return median(once("numpy, convlib") - once("numpy") for _ in range(runs))


def machine() -> dict:
    """What the numbers depend on: processor, threads, versions, and how freed memory is treated."""
    cpu = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((line.split(": ")[1] for line in lines if line.startswith("model name")), cpu)
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]  # type: ignore[index]
    watched = ("MALLOC_", "GLIBC_TUNABLES", "LD_PRELOAD", "OMP_", "OPENBLAS_", "MKL_")
    return {
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "libc": " ".join(platform.libc_ver()),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "torch": torch.__version__,
        "blas": f"{blas['name']} {blas['version']}",
        "torch_threads": torch.get_num_threads(),
        "settings": {name: value for name, value in os.environ.items() if name.startswith(watched)},
    }
