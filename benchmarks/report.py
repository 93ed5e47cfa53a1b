"""The table, the plot and the targets, from what was measured."""

from __future__ import annotations

from math import exp, log
from pathlib import Path
from statistics import mean

METHODS = ("convlib direct", "convlib gemm", "convlib toeplitz", "convlib fft", "convlib winograd4")
OTHERS = ("windows + einsum", "scipy per channel", "onnx reference")


def geometric_mean(values: list[float]) -> float:
    return exp(mean(map(log, values)))


def summary(layers: list[dict]) -> dict[str, float]:
    """The figures that have a target in TARGETS, and the speed against what one writes without a library."""
    ratio = {layer["name"]: layer["ratio_to_torch"]["convlib"] for layer in layers}
    losses = []
    for layer in layers:
        times = layer["milliseconds"]
        methods = [times[name] for name in METHODS if name in times]
        if methods:
            losses.append(max(1.0, times["convlib"] / min(methods)))
    found = {"geometric mean of time against torch": geometric_mean(list(ratio.values()))}
    found["largest time against torch"] = max(ratio.values())
    fastest = [layer["fastest_milliseconds"] for layer in layers]
    found["the same, fastest run against fastest run"] = geometric_mean(
        [t["convlib"] / t["torch"] for t in fastest]
    )
    found["auto's loss against the best method"] = geometric_mean(losses)
    if "dw31" in ratio:
        found["dw31 against torch"] = ratio["dw31"]
    plain = [layer for layer in layers if not layer["transposed"] and layer["groups"] == 1]
    plain = [layer for layer in plain if inner(layer) >= 256]
    wide = [layer["share_of_gemm"] for layer in plain if layer["weight"][0] >= 256 and is_ordinary(layer)]
    rest = [
        layer["share_of_gemm"] for layer in plain if not (layer["weight"][0] >= 256 and is_ordinary(layer))
    ]
    if wide:
        found["least share of the bare GEMM, stride 1, C_out ≥ 256"] = min(wide)
    if rest:
        found["least share of the bare GEMM, others with C_in·ΠK ≥ 256"] = min(rest)
    if any(layer.get("working_memory") for layer in layers):
        found["most working memory of auto, MiB"] = max(
            layer["working_memory"]["convlib"] for layer in layers
        )
    for other in OTHERS:
        times = [layer["milliseconds"] for layer in layers if other in layer["milliseconds"]]
        if times:
            found[f"{other}: times slower than convlib"] = geometric_mean(
                [t[other] / t["convlib"] for t in times]
            )
    return found


TARGETS = {
    "geometric mean of time against torch": ("≤", 1.6),
    "largest time against torch": ("≤", 6),
    "dw31 against torch": ("≤", 0.2),
    "auto's loss against the best method": ("≤", 1.25),
    "least share of the bare GEMM, stride 1, C_out ≥ 256": ("≥", 0.8),
    "least share of the bare GEMM, others with C_in·ΠK ≥ 256": ("≥", 0.65),
    "most working memory of auto, MiB": ("≤", 16),
    "import of convlib beyond NumPy, ms": ("≤", 30),
}


def inner(layer: dict) -> int:
    """C_in/groups·ΠK: the inner size of the matrix product."""
    size = 1
    for n in layer["weight"][1:]:
        size *= n
    return size


def is_ordinary(layer: dict) -> bool:
    return layer["stride"] == 1 and layer["dilation"] == 1


def table(result: dict) -> str:
    """Markdown: one line a layer, then the figures with their targets, then the machine."""
    names = ["torch", "convlib", *METHODS, *OTHERS]
    names = [name for name in names if any(name in layer["milliseconds"] for layer in result["layers"])]
    lines = ["| layer | " + " | ".join(names) + " | of torch | of GEMM | MiB |"]
    lines.append("|---|" + "---:|" * (len(names) + 3))
    for layer in result["layers"]:
        times = [f"{layer['milliseconds'][n]:.2f}" if n in layer["milliseconds"] else "" for n in names]
        memory = layer.get("working_memory", {}).get("convlib")
        shown = "" if memory is None else f"{memory:.1f}"
        row = [layer["name"], *times, f"{layer['ratio_to_torch']['convlib']:.2f}"]
        lines.append("| " + " | ".join([*row, f"{layer['share_of_gemm']:.0%}", shown]) + " |")
    lines += [
        "",
        "Milliseconds, medians of rounds in which all took turns.",
        "",
        "| figure | measured | target |",
    ]
    lines.append("|---|---:|---:|")
    for name, value in result["summary"].items():
        sign, goal = TARGETS.get(name, ("", ""))
        met = "" if not sign else ("" if (value <= goal if sign == "≤" else value >= goal) else " (missed)")
        lines.append(f"| {name} | {value:.2f} | {sign} {goal}{met} |")
    lines += ["", *(f"- {name}: {value}" for name, value in result["machine"].items())]
    return "\n".join(lines) + "\n"


def plot(result: dict, path: Path) -> None:
    """One line a layer: the times of all contestants over torch's, on a logarithmic axis."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    layers = result["layers"][::-1]
    shown = {"convlib": ("o", "#0b6fb8", 46)} | dict.fromkeys(METHODS, ("|", "#8a8a8a", 40))
    shown |= dict(zip(OTHERS, (("s", "#c2410c", 18), ("^", "#7c3aed", 18), ("D", "#15803d", 14))))
    with plt.rc_context({"svg.hashsalt": "bench", "svg.fonttype": "none"}):
        fig, ax = plt.subplots(figsize=(8, 0.28 * len(layers) + 1.4), layout="constrained")
        for name, (marker, colour, size) in shown.items():
            points = [
                (layer["ratio_to_torch"][name], i)
                for i, layer in enumerate(layers)
                if name in layer["ratio_to_torch"]
            ]
            if points:
                label = "convlib, each method" if name == METHODS[0] else name
                label = None if name in METHODS[1:] else label
                ax.scatter(*zip(*points), marker=marker, s=size, color=colour, label=label, zorder=3)
        ax.axvline(1, color="#333333", lw=1)
        ax.set(xscale="log", xlabel="time / PyTorch's time (left is faster)")
        ax.set_yticks(range(len(layers)), [layer["name"] for layer in layers])
        ax.grid(axis="y", lw=0.4)
        ax.legend(loc="upper right", fontsize="small")
        fig.savefig(path, metadata={"Date": None})
        plt.close(fig)
