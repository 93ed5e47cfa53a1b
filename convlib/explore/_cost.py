"""The explorer of what every kind costs. The script's twin is `js/cost.js`."""

from __future__ import annotations

from math import log10

from convlib import cost as counts
from convlib.explore._kind import Control, Data, Kind, State
from convlib.explore._panels import picker
from convlib.explore._svg import Panel, Scene, box, strands, text
from convlib.explore._text import fill, fmt, literal, plural
from convlib.explore.explorer import Explorer
from convlib.shapes import ShapeError

KINDS = {
    "ordinary": "Every output reads all channels of its window.",
    "spatially separable": "A column, then a row; all channels each time.",
    "grouped": "An output reads its window in the channels of one group.",
    "depthwise separable": "First space, each channel alone; then a mix of channels.",
    "flattened": "First a mix of channels; then a column, then a row.",
    "pointwise": "All channels of one pixel.",
    "pointwise grouped": "The channels of one group, of one pixel.",
    "depthwise": "Each channel alone, and as many come out as go in.",
}
"""The kinds that are compared, and which wires each has."""
MEASURES = {
    "parameters": ("k", "parameters", "{weights} = {0}"),
    "multiply-adds": ("o", "multiply-adds", "({weights})·{n}·{n} = {1}"),
    "memory traffic": ("i", "bytes", "4·({maps}) = {2}"),
    "intensity": ("f4 t", "operations per byte", "2·{1} / {2} = {3}"),
}
"""What is drawn, its colour, its unit and its sum."""
WORDS = (
    "Kind {label}: {kind}. {wires} Parameters: {0}, {share} % of the ordinary kind's; multiply-adds: {1}; "
    "bytes, each moved once: {2}; operations per byte: {3}."
)
WIDE = 330
"""Pixels from the axis's start to its end."""
Part = tuple[int, int, int, int, int]


def parts(s: State, kind: str) -> list[Part]:
    """Return the layers of a kind: channels in and out, the kernel's height and width, groups."""
    c, f, k, g = s["channels"], s["filters"], s["kernel"], s["groups"]
    return {
        "ordinary": [(c, f, k, k, 1)],
        "spatially separable": [(c, f, k, 1, 1), (f, f, 1, k, 1)],
        "grouped": [(c, f, k, k, g)],
        "depthwise separable": [(c, c, k, k, c), (c, f, 1, 1, 1)],
        "flattened": [(c, f, 1, 1, 1), (f, f, k, 1, f), (f, f, 1, k, f)],
        "pointwise": [(c, f, 1, 1, 1)],
        "pointwise grouped": [(c, f, 1, 1, g)],
        "depthwise": [(c, c, k, k, c)],
    }[kind]


def measured(s: State, kind: str) -> dict[str, float]:
    """Return all measures of a kind, from `convlib.cost`."""
    layers = [
        counts.conv_layer(c, f, (h, w), s["size"], padding="same", groups=g)
        for c, f, h, w, g in parts(s, kind)
    ]
    return {
        "parameters": counts.parameters(layers),
        "multiply-adds": counts.multiply_adds(layers),
        "memory traffic": counts.memory_traffic(layers),
        "intensity": counts.arithmetic_intensity(layers),
    }


def put(v: float) -> str:
    """Return a count in full; a ratio is a float, and short."""
    return f"{v:,}" if isinstance(v, int) else fmt(v)


def check(s: State, d: Data) -> str:
    """Return why these settings cannot be, or ""."""
    for many, which in ((s["channels"], "input"), (s["filters"], "output")):
        if many % s["groups"]:
            return f"{plural(s['groups'], 'group does', 'groups do')} not divide {plural(many, which + ' channel')}"
    return ""


def _axis(values: list[float]) -> list[float]:
    """Return the powers of ten from below the least value to the greatest or above it."""
    low = 1.0
    while low >= min(values):
        low /= 10
    while low * 10 < min(values):
        low *= 10
    marks = [low]
    while marks[-1] < max(values):
        marks.append(marks[-1] * 10)
    return marks


def _mark(power: int) -> str:
    if power < 2:
        return f"{10.0**power:g}"
    return "10" + "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(power))


def _picture(s: State, all_: dict[str, dict[str, float]]) -> Panel:
    measure = s["measure"]
    colour, unit, _ = MEASURES[measure]
    values, out = [numbers[measure] for numbers in all_.values()], ""
    marks, tall = _axis(values), 38 * len(all_)
    first = round(log10(marks[0]))
    for j in range(len(marks)):
        x = j * WIDE / (len(marks) - 1)
        out += strands([(x, 38 * i + 17, x, 38 * i + 34) for i in range(len(all_))], "m")
        out += text(x, tall + 14, _mark(first + j), "s")
    for j, (kind, v) in enumerate(zip(all_, values)):
        bar = (log10(v) - first) / (len(marks) - 1) * WIDE
        out += box(0, 38 * j + 18, bar, 14, f"{colour} h" if j == s["step"] else colour)
        out += text(2, 38 * j + 13, f"{kind}: {put(v)}", "L")
    spoken = "; ".join(f"{kind} {put(v)}" for kind, v in zip(all_, values))
    label = f"{measure}: {spoken}. {list(KINDS)[s['step']]} is lit."
    body = out + picker(0, 0, WIDE, tall, f"step,1,{len(all_)}")
    return Panel(f"{unit}, on a log axis", label, WIDE + 12, tall + 20, body)


def draw(s: State, d: Data) -> Scene:
    """Return what a state shows."""
    every = {kind: measured(s, kind) for kind in KINDS}
    kind, n = list(KINDS)[s["step"]], s["size"]
    layers, mine = parts(s, kind), every[kind]
    weights = [f"{f}·{c // g}·{h}·{w}" for c, f, h, w, g in layers]
    label = f"{s['step'] + 1} of {len(KINDS)}"
    values: dict[str, object] = {
        "label": label,
        "kind": kind,
        "wires": d["kinds"][kind],
        "share": fmt(100 * mine["parameters"] / every["ordinary"]["parameters"]),
        "n": n,
        "weights": " + ".join(weights),
        "maps": " + ".join(f"{c}·{n}·{n} + {w} + {f}·{n}·{n}" for w, (c, f, *_) in zip(weights, layers)),
    }
    values |= {str(j): put(v) for j, v in enumerate(mine.values())}
    sum_ = fill(d["measures"][s["measure"]][2], values)
    return Scene([("row", [_picture(s, every)])], fill(d["words"], values), sum_, {"step": label})


CODE = {
    "convlib": """from convlib.cost import arithmetic_intensity, conv_layer, memory_traffic, multiply_adds, parameters

shapes = {layers}  # channels in, out, kernel, groups
layers = [conv_layer(c, f, (h, w), {size}, padding="same", groups=g) for c, f, h, w, g in shapes]
y = parameters(layers), multiply_adds(layers), memory_traffic(layers), arithmetic_intensity(layers)
""",
    "torch": """from torch import nn

shapes = {layers}  # channels in, out, kernel, groups
layers = [nn.Conv2d(c, f, (h, w), padding="same", groups=g, bias=False, device="meta") for c, f, h, w, g in shapes]
weights = sum(layer.weight.numel() for layer in layers)
maps = {size} ** 2 * sum(layer.in_channels + layer.out_channels for layer in layers)
y = weights, weights * {size} ** 2, 4 * (weights + maps), weights * {size} ** 2 / (2 * (weights + maps))
""",
    "keras": """import keras

shapes = {layers}  # channels in, out, kernel, groups
model = keras.Sequential([keras.Input(({size}, {size}, {channels}))])
for c, f, h, w, g in shapes:
    model.add(keras.layers.Conv2D(f, (h, w), padding="same", groups=g, use_bias=False))
y = model.count_params()
""",
}


def code(s: State, d: Data, dialect: str) -> str:
    """Return the program of a state, for ``"convlib"``, ``"torch"`` or ``"keras"``."""
    return fill(d["code"][dialect], s | {"layers": literal(parts(s, list(KINDS)[s["step"]]))})


KIND = Kind("cost", check, lambda s, d: {"outputs": len(KINDS) - 1}, draw, code)
EXAMPLES = {
    f"{label}: {c} to {f}, {n}×{n}": {"channels": c, "filters": f, "kernel": k, "size": n, "groups": g}
    for label, c, f, k, n, g in (
        ("the book's map", 64, 64, 3, 56, 4),
        ("VGG-16", 256, 256, 3, 56, 1),
        ("MobileNet v1", 512, 512, 3, 14, 1),
        ("ResNeXt-50", 128, 128, 3, 56, 32),
    )
}


def cost(
    in_channels: int = 64,
    out_channels: int = 64,
    kernel: int = 3,
    *,
    size: int = 56,
    groups: int = 4,
    kind: str = "ordinary",
    measure: str = "parameters",
    name: str | None = None,
) -> Explorer:
    """Explore what every kind costs, as bars on a log axis: one layer, stride 1, padded to keep its size.

    Parameters
    ----------
    in_channels, out_channels : int
        At most 512.
    kernel, size : int
        Side of the kernel, at most 11, and of the square image, at most 224.
    groups : int
        Of the two grouped kinds, at most 64.
    kind : str
        The kind shown at the start: ``"ordinary"``, ``"spatially separable"``, ``"grouped"``,
        ``"depthwise separable"``, ``"flattened"``, ``"pointwise"``, ``"pointwise grouped"`` or ``"depthwise"``.
    measure : {"parameters", "multiply-adds", "memory traffic", "intensity"}
        What the bars show at the start.
    name : str, optional
        What the page's address calls this explorer.

    Returns
    -------
    Explorer

    Raises
    ------
    ShapeError
        If the groups do not divide the channels, or a setting is out of its range.

    References
    ----------
    Howard et al. (2017), MobileNets, section 3.1; Williams, Waterman and Patterson (2009), Roofline (intensity).

    Examples
    --------
    >>> from convlib import explore
    >>> explore.cost(kind="depthwise separable").scene.sum
    '64·1·3·3 + 64·64·1·1 = 4,672'
    """
    if kind not in KINDS:
        raise ShapeError(f"cost: kind must be one of {', '.join(KINDS)}, not {kind}.")
    s: State = {
        "step": list(KINDS).index(kind),
        "measure": measure,
        "channels": in_channels,
        "filters": out_channels,
        "kernel": kernel,
        "size": size,
        "groups": groups,
    }
    controls: list[Control] = [
        ("step", "kind", 0, "outputs"),
        ("measure", "measure", list(MEASURES)),
        ("channels", "input channels", 1, 512),
        ("filters", "output channels", 1, 512),
        ("kernel", "kernel size", 1, 11),
        ("size", "image size", 1, 224),
        ("groups", "groups", 1, 64),
        ("example", "example", EXAMPLES),
    ]
    return Explorer(
        KIND, controls, s, {"kinds": KINDS, "measures": MEASURES, "words": WORDS, "code": CODE}, name=name
    )
