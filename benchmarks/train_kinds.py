"""The chapter on choosing, trained for longer: the same small network with each kind, on handwritten digits.

python benchmarks/train_kinds.py [--epochs 25] [--seeds 3] [--times]

The network and its training are those of the page: this script executes the cells of book/choosing.md that are
tagged `recorded`, and writes convlib/measured/training.json. Its `cells` names the code that it ran; a test
says when the page's has become another. `--times` measures the steps anew and keeps the accuracies that are recorded.

The kernels that the ordinary network learned go to convlib/measured/kernels.json, for the chapters on convolution and
on spatially separable kernels: once learned by correlation, and once, from the same start, by true convolution.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import re
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import sklearn
from measure import MEASURED, record
from sklearn.linear_model import LogisticRegression

PAGE = Path(__file__).parent.parent / "book" / "choosing.md"
CELL = re.compile(r"^```\{code-cell\} ipython3\n:tags: \[recorded\]\n(.*?)^```", re.M | re.S)
COMMAND = "python benchmarks/train_kinds.py --epochs {} --seeds {}"
ROUNDS = 31
STRENGTHS = (0.01, 0.1, 1, 3, 10, 100)  # of scikit-learn's C: the less, the smoother


def code(page: str) -> str:
    """The page's cells that are tagged `recorded`."""
    return "\n".join(match[1] for match in CELL.finditer(page))


def fingerprint(page: str) -> str:
    """What names the code of these cells: comments and line breaks don't count."""
    return hashlib.sha256(ast.dump(ast.parse(code(page))).encode()).hexdigest()[:16]


def step_times(page: dict[str, Any]) -> dict[str, float]:
    """Processor milliseconds of one training step on 32 images, medians of rounds in which the kinds take turns.

    The processor's time, of all threads, and not the clock's: what else the machine does is not counted.
    """
    calls = {}
    for kind in page["kinds"]:
        layers = page["network"](kind)
        weights = page["start"](layers, 0)
        x, labels = page["seen"][0][:32], page["seen"][1][:32]

        def step(layers: Any = layers, weights: Any = weights, x: Any = x, labels: Any = labels) -> None:
            maps = page["forward"](layers, weights, x)
            page["backward"](layers, weights, maps, page["loss"](maps[-1], labels)[1])

        calls[kind] = step
    names, rng = list(calls), np.random.default_rng(0)
    times: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(ROUNDS):
        for name in rng.permutation(names):
            before = time.process_time()
            calls[name]()
            times[name].append(1e3 * (time.process_time() - before))
    return {name: median(runs) for name, runs in times.items()}


def logistic_regressions(page: dict[str, Any]) -> dict[str, float]:
    """Per cent right of scikit-learn's logistic regression, run to its end, for several strengths."""
    (x, labels), (new, wanted) = page["seen"], page["unseen"]
    found = {}
    for strength in STRENGTHS:
        model = LogisticRegression(C=strength, max_iter=5000).fit(x.reshape(len(x), -1), labels)
        found[f"{strength:g}"] = 100 * float(model.score(new.reshape(len(new), -1), wanted))
    return found


def trained(page: dict[str, Any], epochs: int, seeds: int) -> list[dict[str, Any]]:
    """For each kind, per cent right after training from each seed."""
    rows = []
    for kind in page["kinds"]:
        layers = page["network"](kind)
        right = [
            float(page["accuracy"](layers, page["train"](layers, seed, epochs))) for seed in range(seeds)
        ]
        rows.append({"kind": kind, "accuracy": right})
        print(f"{kind:22} {np.mean(right):5.1f} %  {[round(value, 1) for value in right]}", flush=True)
    return rows


def run_page() -> dict[str, Any]:
    """The names that the page's cells define."""
    page: dict[str, Any] = {"np": np}
    exec(compile(code(PAGE.read_text(encoding="utf-8")), str(PAGE), "exec"), page)
    return page


def turn(weight: np.ndarray) -> np.ndarray:
    """The kernels of a weight, each by half a turn; a bias as it is."""
    return weight[..., ::-1, ::-1].copy() if weight.ndim == 4 else weight


def by_convolution(page: dict[str, Any]) -> dict[str, Any]:
    """The page's names with a true convolution: each kernel is turned before it slides, and its start is turned."""
    conv, to_input, to_weight, start = (page[n] for n in ("conv2d", "conv2d_input", "conv2d_weight", "start"))
    page["conv2d"] = lambda x, weight, bias, **how: conv(x, turn(weight), bias, **how)
    page["conv2d_input"] = lambda size, weight, grad, **how: to_input(size, turn(weight), grad, **how)
    page["conv2d_weight"] = lambda x, size, grad, **how: turn(to_weight(x, size, grad, **how))
    page["start"] = lambda layers, seed, dtype: [turn(weight) for weight in start(layers, seed, dtype)]
    return page


def learned_kernels(epochs: int) -> dict[str, Any]:
    """The kernels of the ordinary network, learned by correlation and by convolution from one start, in float64."""
    weights, right = {}, {}
    for name, page in {"correlation": run_page(), "convolution": by_convolution(run_page())}.items():
        start = page["start"]
        page["start"] = lambda layers, seed, start=start: start(layers, seed, np.float64)
        layers = page["network"]("ordinary")
        weights[name] = page["train"](layers, 0, epochs)
        right[name] = float(page["accuracy"](layers, weights[name]))
        print(f"ordinary, by {name:12} {right[name]:5.1f} %", flush=True)
    apart = [abs(a - turn(b)).max() for a, b in zip(weights["correlation"], weights["convolution"])]
    return {
        "accuracy": right,
        "largest_difference": float(max(apart)),
        "first": {name: of[0].round(5).tolist() for name, of in weights.items()},  # (16, 1, 3, 3)
        "middle": weights["correlation"][2].round(5).tolist(),  # (16, 16, 3, 3), the first of the two blocks
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--times", action="store_true", help="measure the times alone")
    options = parser.parse_args()
    text, page = PAGE.read_text(encoding="utf-8"), run_page()
    if options.times:
        found = json.loads((MEASURED / "training.json").read_text(encoding="utf-8"))
        if found["cells"] != fingerprint(text):
            raise SystemExit("train_kinds: the page's code has become another: train anew, without --times.")
    else:
        found = {"cells": fingerprint(text), "epochs": options.epochs, "seeds": options.seeds}
        found["rows"] = trained(page, options.epochs, options.seeds)
        found |= {"sklearn": sklearn.__version__, "logistic_regression": logistic_regressions(page)}
        record("kernels", COMMAND.format(options.epochs, options.seeds), learned_kernels(options.epochs))
    times = step_times(page)
    for row in found["rows"]:
        row["step_processor_milliseconds"] = times[row["kind"]]
    command = COMMAND.format(found["epochs"], found["seeds"])
    record("training", command, {k: v for k, v in found.items() if k not in ("command", "machine")})


if __name__ == "__main__":
    main()
