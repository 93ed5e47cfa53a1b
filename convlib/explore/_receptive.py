"""The explorer of stacks: what one output sees, and by how many paths. The script's twin is `js/receptive.js`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from convlib.explore._kind import Control, Data, Kind, State
from convlib.explore._panels import picker
from convlib.explore._svg import Panel, Scene, box, dot, line, strands, text
from convlib.explore._text import fill, fmt, literal, plural
from convlib.explore.explorer import Explorer
from convlib.receptive import ReceptiveField, receptive_field
from convlib.shapes import ShapeError, half_padding, resolve_padding

MOST = 4
"""So many layers can be stacked."""
PITCH, FALL, TOP = 20, 56, 64
"""Pixels between neighbouring inputs, between layers, and above the inputs for the counts."""
TABLE = ["layer", "kernel", "stride", "dilation", "size", "jump", "start", "padding"]
WORDS = [
    "Step {count}: output {step} spans {view}, {first} to {end}{out}. It reads {read}{skips}; {paths} to it. "
    "The stack: size {size}, jump {jump}, start {start}, padding {padding}; {weights}.",
    "Paths from each input to output {step}: {ways}. One colour per weight of a layer.",
    "size = 1{terms} = {size}",
]
"""The sentence, the drawing's words, and the sum."""
PLACES = [16, 60, 102, 148, 194, 234, 276, 322]


@dataclass(frozen=True)
class Row:
    """A layer's settings, how many outputs it has, and what each of them sees of the input."""

    k: int
    stride: int
    dilation: int
    pads: tuple[int, int]
    n: int
    sees: ReceptiveField

    def tap(self, j: int, c: int) -> int:
        """Return which position of the row before output `j` reads with tap `c`."""
        return j * self.stride + c * self.dilation - self.pads[0]


def rows(s: State) -> list[Row]:
    """Return the input and the layers of a state; a row without outputs ends it."""
    found = [Row(1, 1, 1, (0, 0), s["size"], receptive_field([]))]
    for k, stride, d in list(zip(s["kernels"], s["strides"], s["dilations"]))[: s["layers"]]:
        if s["padding"] == "half":
            pads = half_padding(k, d)
        else:
            (pads,) = resolve_padding(s["padding"], (found[-1].n,), (k,), stride, d)
        n = (found[-1].n + sum(pads) - d * (k - 1) - 1) // stride + 1
        done = [(row.k, row.stride, row.pads, row.dilation) for row in found[1:]]
        found.append(Row(k, stride, d, pads, n, receptive_field([*done, (k, stride, pads, d)])))
        if n < 1:
            break
    return found


def paths(g: Sequence[Row], step: int) -> list[list[int]]:
    """Return, row by row, how many paths lead from each position to one output of the last."""
    ways = [[0] * row.n for row in g]
    ways[-1][step] = 1
    for above in range(len(g) - 1, 0, -1):
        row, before = g[above], ways[above - 1]
        for j, many in enumerate(ways[above]):
            for c in range(row.k):
                if 0 <= row.tap(j, c) < len(before):
                    before[row.tap(j, c)] += many
    return ways


def check(s: State, d: Data) -> str:
    """Return why these settings cannot be, or ""."""
    g = rows(s)
    if g[-1].n > 0:
        return ""
    last, before = g[-1], g[-2].n
    return (
        f"layer {len(g) - 1} does not fit: {last.k} wide with dilation {last.dilation} its kernel spans "
        f"{last.dilation * (last.k - 1) + 1}, but it has only {before + sum(last.pads)} positions to stand on"
    )


def limits(s: State, d: Data) -> dict[str, int]:
    """Return the greatest output's index."""
    return {"outputs": rows(s)[-1].n - 1}


def _picture(
    s: State, d: Data, g: list[Row], ways: list[list[int]], span: tuple[int, int], label: str
) -> Panel:
    def middle(row: Row, j: int) -> float:
        sees = row.sees
        return j * sees.jump + (sees.size - 1 - sees.padding if s["padding"] == "causal" else sees.start)

    left = min(middle(row, 0) for row in g)
    right = max(middle(row, row.n - 1) for row in g)

    def x(row: Row, j: int) -> float:
        return (middle(row, j) - left + 0.5) * PITCH

    below, peak, out = TOP + FALL * (len(g) - 1), max(1, *ways[0]), ""
    for on in (False, True):
        for above, row in enumerate(g[1:]):
            y = TOP + FALL * above
            for c in range(row.k):
                ends = [
                    (x(g[above], row.tap(j, c)), y + 7.0, x(row, j), y + FALL - 7.0)
                    for j in range(row.n)
                    if (ways[above + 1][j] > 0) == on and 0 <= row.tap(j, c) < g[above].n
                ]
                out += strands(ends, f"w{c} {'v' if on else 'u'}")
    for level, row in enumerate(g):
        for j in range(row.n):
            lit = "h" if ways[level][j] else "t" if level else ""
            out += dot(x(row, j), TOP + FALL * level, 7, f"{'o' if level else 'i'}{' ' * bool(lit)}{lit}")
    for j in range(span[0], span[1] + 1):
        tall = ways[0][j] / peak * 32
        out += box(x(g[0], j) - 7, 48 - tall, 14, tall, "i h") if tall else ""
        out += text(x(g[0], j), 44 - tall, str(ways[0][j]), "s")
    out += line(x(g[0], span[0]) - 9, 50, x(g[0], span[1]) + 9, 50, "H")
    wide = g[-1].sees.jump * PITCH
    out += picker(x(g[-1], 0) - wide / 2, below - 16, wide * g[-1].n, 32, f"step,{g[-1].n},1")
    for level, cells in enumerate([d["table"], *(_cells(n, row) for n, row in enumerate(g[1:], 1))]):
        for place, word in zip(PLACES, cells):
            out += text(place, below + 34 + 17 * level, word, "" if level else "s")
    title = f"paths from each input to output {s['step']}"
    width = max((right - left + 1) * PITCH, 346)
    return Panel(title, label, width, below + 28 + 17 * len(g), out)


def _cells(number: int, row: Row) -> list[str]:
    sees = row.sees
    values = (number, row.k, row.stride, row.dilation, sees.size, sees.jump, sees.start, sees.padding)
    return [fmt(v) for v in values]


def draw(s: State, d: Data) -> Scene:
    """Return what a state shows."""
    g, step = rows(s), s["step"]
    ways, sees = paths(g, step), g[-1].sees
    first = step * sees.jump - sees.padding
    end = first + sees.size - 1
    span = max(first, 0), min(end, s["size"] - 1)
    inside, read = span[1] - span[0] + 1, sum(many > 0 for many in ways[0])
    values = {
        "step": step,
        "count": f"{step + 1} of {g[-1].n}",
        "view": plural(sees.size, "position"),
        "first": fmt(first),
        "end": fmt(end),
        "out": f" ({sees.size - inside} of them off the input)" if inside < sees.size else "",
        "read": plural(read, "input"),
        "skips": f" and skips {inside - read}" if read < inside else "",
        "paths": plural(sum(ways[0]), "path leads", "paths lead"),
        "size": sees.size,
        "jump": sees.jump,
        "start": fmt(sees.start),
        "padding": sees.padding,
        "weights": plural(sum(row.k for row in g[1:]), "weight"),
        "ways": " ".join(map(str, ways[0])),
        "terms": "".join(f" + {r.dilation}·({r.k} − 1)·{above.sees.jump}" for above, r in pairwise(g)),
    }
    say, label, sum_ = (fill(d["words"][j], values) for j in range(3))
    panel = _picture(s, d, g, ways, span, label)
    return Scene([("row", [panel])], say, sum_, {"step": f"{step + 1} of {g[-1].n}"})


CODE = {
    "convlib": """import numpy as np
from convlib import conv1d, receptive_field

layers = {layers}  # kernel size, stride, padding, dilation
x = np.eye({size})[:, None]  # one sample for each input: a one there alone
for k, s, p, d in layers:
    x = conv1d(x, np.ones((1, 1, k)), stride=s, padding=[p], dilation=d)
y = x[:, 0, {step}]  # how many paths lead from each input to output {step}
print(receptive_field(layers))
""",
    "torch": """import torch
import torch.nn.functional as F

layers = {layers}  # kernel size, stride, padding, dilation
x = torch.eye({size})[:, None]  # one sample for each input: a one there alone
for k, s, p, d in layers:
    x = F.conv1d(F.pad(x, p), torch.ones((1, 1, k)), stride=s, dilation=d)
y = x[:, 0, {step}]  # how many paths lead from each input to output {step}
""",
    "keras": """import numpy as np
from keras import ops

layers = {layers}  # kernel size, stride, padding, dilation
x = np.eye({size}, dtype="float32")[..., None]  # one sample for each input: a one there alone
for k, s, p, d in layers:
    x = np.pad(x, [(0, 0), p, (0, 0)])
    x = ops.conv(x, np.ones((k, 1, 1), dtype="float32"), padding="valid", dilation_rate=d)[:, ::s]
y = x[:, {step}, 0]  # how many paths lead from each input to output {step}
""",
}


def code(s: State, d: Data, dialect: str) -> str:
    """Return the program of a state, for ``"convlib"``, ``"torch"`` or ``"keras"``."""
    layers = literal([[row.k, row.stride, row.pads, row.dilation] for row in rows(s)[1:]])
    return fill(d["code"][dialect], s | {"layers": layers})


KIND = Kind("receptive", check, limits, draw, code)
CONTROLS: list[Control] = [
    ("step", "step", 0, "outputs"),
    ("kernels", "kernel sizes", [1, 5]),
    ("strides", "strides", [1, 3]),
    ("dilations", "dilations", [1, 8]),
    ("layers", "layers", 1, MOST),
    ("size", "input size", 1, 33),
    ("padding", "padding", ["valid", "half", "causal"]),
]


def receptive(
    kernel: int | Sequence[int] = 3,
    stride: int | Sequence[int] = 1,
    dilation: int | Sequence[int] = (2, 2, 2),
    *,
    layers: int | None = None,
    size: int = 17,
    padding: str = "valid",
    step: int | None = None,
    name: str | None = None,
) -> Explorer:
    """Explore what one output of a stack of 1-D layers sees, and by how many paths it sees each input.

    Parameters
    ----------
    kernel, stride, dilation : int or sequence of int
        Of each layer, from the input on; an integer holds for all. At most 4 layers, kernels up to 5, strides up
        to 3, dilations up to 8.
    layers : int, optional
        How many layers are stacked at the start; as many as the longest sequence has if left out.
    size : int
        Positions of the input, at most 33.
    padding : {"valid", "half", "causal"}
        Of every layer: none, half the kernel's extent at both ends, or all of it before the start.
    step : int, optional
        The output shown at the start; the middle one if left out.
    name : str, optional
        What the page's address calls this explorer.

    Returns
    -------
    Explorer

    Raises
    ------
    ShapeError
        If there are too many layers, the sequences differ in length, or a layer does not fit.

    References
    ----------
    Araujo, Norris and Sim (2019), Computing receptive fields of convolutional neural networks; Wang et al.
    (2018), Understanding convolution for semantic segmentation, section 3.2 (gridding).

    Examples
    --------
    >>> from convlib import explore
    >>> explore.receptive(dilation=(1, 2, 5)).sentence
    'Step 1 of 1: output 0 spans 17 positions, 0 to 16. It reads 17 inputs; 27 paths lead to it. The stack: size 17, jump 1, start 8, padding 0; 9 weights.'
    """
    given = {"kernel": kernel, "stride": stride, "dilation": dilation}
    several = {label: list(v) for label, v in given.items() if isinstance(v, Sequence)}
    longest = max((len(v) for v in several.values()), default=1)
    for label, v in several.items():
        if len(v) != longest:
            raise ShapeError(
                f"receptive: {label} has {plural(len(v), 'entry', 'entries')}, but there are {longest} layers."
            )
    if not 1 <= longest <= MOST:
        raise ShapeError(f"receptive: a stack has 1 to {MOST} layers, not {longest}.")
    each = {label: several.get(label, [v] * MOST) for label, v in given.items()}
    s: State = {
        "step": 0 if step is None else step,
        "layers": layers if layers is not None else longest if several else 3,
        "size": size,
        "padding": padding,
    }
    s |= {f"{label}s": [*v, *[1 if label != "kernel" else 3] * (MOST - len(v))] for label, v in each.items()}
    e = Explorer(
        KIND, CONTROLS, s, {"words": WORDS, "table": TABLE, "places": PLACES, "code": CODE}, name=name
    )
    return e if step is not None else e.set(step=limits(e.state, {})["outputs"] // 2)
