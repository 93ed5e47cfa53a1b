"""The explorer of sizes, solved both ways. The script's twin is `arithmetic.js`."""

from __future__ import annotations

from typing import Any

from convlib.explore._arithmetic_sizes import (
    DOWN,
    PADDINGS,
    PRESETS,
    UP,
    Sizes,
    check,
    formula,
    sizes,
    solutions,
)
from convlib.explore._code import Convolving, program
from convlib.explore._kind import Control, Data, Kind, State
from convlib.explore._panels import listing, wiring
from convlib.explore._svg import CELL, Panel, Scene, text
from convlib.explore._text import fill, fmt, plural
from convlib.explore.explorer import Explorer


def _panel(s: State, g: Sizes) -> Panel:
    total = max((g.n - 1) * g.stride + g.span, g.low + g.out) if g.up else g.n + g.low + g.high
    if total > 18:
        sorry = f"{total} positions: too wide to draw; the numbers hold."
        return Panel("the wires", sorry, 330, 24, text(0, 16, sorry, "L"))
    reads = [(j * g.stride + c * g.d, j, c) for j in range(g.n if g.up else g.out) for c in range(g.k)]
    used, own = {x for x, _, _ in reads}, range(g.low, g.low + (g.out if g.up else g.n))
    wide: list[Any] = []
    for x in range(total):
        shown = str(x - g.low) if x in own else ""
        kind = "p" if x not in own else "o" if g.up else "i"
        go = f"step={x - g.low}" if g.up and x in own else ""
        wide.append((x * CELL + CELL / 2, shown, kind, go, x not in own if g.up else x not in used))
    narrow: list[Any] = []
    for j in range(g.n if g.up else g.out):
        place = (j * g.stride + (g.span - 1) / 2) * CELL + CELL / 2
        narrow.append((place, str(j), "i" if g.up else "o", "" if g.up else f"step={j}"))
    words = ["The dots carry their positions. One colour per weight."]
    if g.up:
        links = [(j, x, c, x - g.low == s["step"]) for x, j, c in reads]
        label = f"input {g.n} above, output {g.out} below; cropped positions are crossed out."
        return wiring(
            f"input {g.n} above, output {g.out} below", label, total * CELL, narrow, wide, links, words
        )
    links = [(x, j, c, j == s["step"]) for x, j, c in reads]
    label = f"input {g.n} and its padding above, output {g.out} below; positions that no window reads are crossed out."
    title = f"input {g.n}, padding {g.low} + {g.high}, above; output {g.out} below"
    return wiring(title, label, total * CELL, wide, narrow, links, words)


WORDS = [
    "{n} becomes {out}. ",
    "{named} {crops} {low} at the start and {high} at the end. ",
    "Output {step} is reached by {reached}.",
    " The convolution with these settings turns each size from {base} to {last} into {n}: an output padding below the stride says which.",
    " The convolution with these settings maps only size {base} to {n}.",
    "Output {step} reads positions {first} to {end}.",
    " The division leaves {left}: that many positions at the end are read by no window.",
    " The division leaves nothing.",
    " Its transpose brings {out} back to {n} with output padding {left}.",
    "{n} → {target}: {settings} with kernels up to 9, strides up to 6, dilation {d} and less padding than the kernel spans{more}",
]


def _say(s: State, g: Sizes) -> str:
    step, start = s["step"], s["step"] * g.stride - g.low
    hits = [divmod(step + g.low - c * g.d, g.stride) for c in range(g.k)]
    left = g.rest % g.stride
    values = {
        "n": g.n,
        "out": g.out,
        "named": PADDINGS[s["padding"]],
        "crops": "crops" if g.up else "pads",
        "low": fmt(g.low),
        "high": fmt(g.high),
        "step": step,
        "reached": plural(sum(not r and 0 <= i < g.n for i, r in hits), "input"),
        "base": g.base,
        "last": g.base + g.stride - 1,
        "first": fmt(start),
        "end": fmt(start + g.span - 1),
        "left": left,
    }
    which = [0, 1] if values["named"] else [0]
    if not g.up:
        which += [5, 6 if left else 7, 8]
    elif s["padding"] != "same" and g.base > 0:
        which += [2, 3 if g.stride > 1 else 4]
    else:
        which += [2]
    return fill("".join(WORDS[i] for i in which), values)


def _list(s: State, g: Sizes) -> str:
    found = solutions(s, s["target"])
    items = []
    for k, stride, p, more in found[:40]:
        label = f"k={k}, stride={stride}, padding={p}" + (f", output_padding={more}" if g.up else "")
        go = f"kernel={k}&stride={stride}&padding=number&p={p}&output_padding={more}"
        now = (s["padding"], s["kernel"], s["stride"], s["p"], s["output_padding"])
        items.append((label, go, now == ("number", k, stride, p, more)))
    end = "; the first 40 of them:" if len(found) > 40 else ":" if found else "."
    settings = plural(len(found), "setting")
    values = {"n": g.n, "target": s["target"], "settings": settings, "d": g.d, "more": end}
    return listing(fill(WORDS[9], values), items)


def draw(s: State, d: Data) -> Scene:
    """Return what a state shows."""
    g = sizes(s)
    letters, filled = formula(g)
    labels = {
        "step": f"{s['step'] + 1} of {g.out}",
        "p": f"{fmt(g.low)} + {fmt(g.high)}" if PADDINGS[s["padding"]] else str(s["p"]),
        "target": str(s["target"]) if s["target"] else "none",
    }
    found = _list(s, g) if s["target"] else ""
    return Scene([("row", [_panel(s, g)])], _say(s, g), f"{letters}\no = {filled}", labels, found)


def code(s: State, d: Data, dialect: str) -> str:
    """Return the program of a state, for ``"convlib"``, ``"torch"`` or ``"keras"``."""
    g = sizes(s)
    call = Convolving(
        up=g.up,
        lift=True,
        pads=[(g.low, g.high)],
        named=s["padding"] if s["padding"] in ("same", "valid") else None,
        stride=g.stride,
        more=g.more,
        dilation=g.d,
        out=[g.out],
    )
    arrays = [("x", f"arange({g.n}.0"), ("weight", f"arange(1.0, {g.k + 1}")]
    return program(dialect, f"convlib import conv{'_transpose' if g.up else ''}1d", arrays, call.lines)


KIND = Kind("arithmetic", check, lambda s, d: {"outputs": sizes(s).out - 1}, draw, code)


def arithmetic(
    size: int = 7,
    target: int | None = None,
    *,
    kernel: int = 3,
    stride: int = 2,
    padding: int | str = 0,
    dilation: int = 1,
    output_padding: int = 0,
    transposed: bool = False,
    step: int = 0,
    name: str | None = None,
) -> Explorer:
    """Explore sizes on one axis, both ways: what comes out, and which settings give a wished size.

    Parameters
    ----------
    size : int
        The input's size, from 1 to 512.
    target : int, optional
        A wished output size: every legal setting that gives it is listed.
    kernel, stride : int
        At most 64 each.
    padding : int, "valid", "same", "causal", "full" or "half"
    dilation, output_padding : int
    transposed : bool
        Whether to begin with a transposed convolution.
    step : int
        The output shown at the start.
    name : str, optional
        What the page's address calls this explorer.

    Returns
    -------
    Explorer

    Raises
    ------
    ShapeError
        If the settings don't fit.

    References
    ----------
    Dumoulin and Visin (2016), A guide to convolution arithmetic for deep learning, relationships 1 to 15.

    Examples
    --------
    >>> from convlib import explore
    >>> explore.arithmetic(7, kernel=5, stride=3, padding="same").sentence[:63]
    '7 becomes 3. SAME pads 2 at the start and 2 at the end. Output '
    """
    named = isinstance(padding, str)
    s: State = {
        "step": step,
        "way": UP if transposed else DOWN,
        "size": size,
        "kernel": kernel,
        "stride": stride,
        "padding": padding if named else "number",
        "p": 0 if named else padding,
        "dilation": dilation,
        "output_padding": output_padding,
        "target": 0 if target is None else target,
    }
    controls: list[Control] = [
        ("step", "step", 0, "outputs"),
        ("way", "operation", [DOWN, UP]),
        ("size", "input size", 1, 512, "number"),
        ("kernel", "kernel size", 1, 64, "number"),
        ("stride", "stride", 1, 64, "number"),
        ("padding", "padding", list(PADDINGS)),
        ("p", "padding p", 0, 64, "number"),
        ("dilation", "dilation", 1, 6),
        ("output_padding", "output padding", 0, 31),
        ("target", "target size", 0, 512, "number"),
        ("preset", "Dumoulin and Visin", PRESETS),
    ]
    return Explorer(KIND, controls, s, {"words": WORDS, "named": PADDINGS}, name=name)
