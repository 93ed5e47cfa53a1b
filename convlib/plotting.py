"""The book's pictures: Axes in, Axes out.

Every function takes its data first, then keyword-only options; draws on `ax`, or on a new figure where
that is None; and returns the Axes. None of them shows a figure or writes matplotlib's settings: a page
applies `STYLE` itself. Lines and text have colours of `PALETTE` and `CHANNELS` alone, so that a colour
always means the same, and so that the site can replace each by a CSS variable (dark mode).

`wiring` and `matrix` are two pictures of the same thing. A convolution is a choice of which wires exist
and of which of them share a weight: a wire is an entry of the matrix that is not zero, and wires of one
colour share one weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from convlib.explore import palette as _palette

__all__ = ["CHANNELS", "PALETTE", "STYLE", "bars", "grid", "image", "matrix", "signal", "wiring"]

PALETTE: dict[str, str] = {name: shades["light"] for name, shades in _palette.PALETTE.items()}
CHANNELS: tuple[str, ...] = _palette.CHANNELS["light"]

STYLE: dict[str, Any] = {
    "figure.figsize": (5.0, 3.0),
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "savefig.transparent": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "every-convolution",
    "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica", "Arial", "DejaVu Sans", "sans-serif"],
    "font.size": 12.0,
    "axes.titlesize": 12.0,
    "axes.labelsize": 12.0,
    "xtick.labelsize": 12.0,
    "ytick.labelsize": 12.0,
    "legend.fontsize": 12.0,
    "legend.frameon": False,
    "text.color": PALETTE["ink"],
    "axes.labelcolor": PALETTE["ink"],
    "axes.titlecolor": PALETTE["ink"],
    "axes.edgecolor": PALETTE["muted"],
    "xtick.color": PALETTE["muted"],
    "ytick.color": PALETTE["muted"],
    "xtick.labelcolor": PALETTE["ink"],
    "ytick.labelcolor": PALETTE["ink"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.constrained_layout.use": True,
}
"""Settings for a page: ``plt.rcParams.update(plotting.STYLE)``.

A figure of the standard width, 5 inches, is 360 points wide. Shown over the 340 to 390 CSS pixels of a
phone, its 12-point text is 11.3 to 13 pixels high.
"""

_ARROWS = (None, "forward", "backward")
_MOST_STEMS = 120


def grid(
    a: Any,
    *,
    kind: str = "input",
    lit: Any = None,
    padding: Any = 0,
    values: bool = True,
    shade: bool = False,
    title: str | None = None,
    ax: Any = None,
) -> Any:
    """Draw a matrix as cells.

    Parameters
    ----------
    a : array_like, shape (H, W) or (W,)
    kind : str
        The palette's name for what the cells are: ``"input"``, ``"kernel"``, ``"output"``.
    lit : index, optional
        An index of the drawn grid (padding included) whose cells are lit, such as ``np.s_[0:3, 0:3]``.
    padding : int, pair, or pair of pairs
        Cells of padding drawn around `a`: on every side; (low, high) of every axis; or such a pair per axis.
    values : bool
        Whether each cell shows its value.
    shade : bool
        Whether a cell is the stronger, the greater its absolute value is. Cells of value zero stay empty.
    title : str, optional
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If `a` has more than two axes, or `kind` is not a name of the palette.
    """
    a = _real("grid", "a", a, (1, 2))
    colour = _colour("grid", kind)
    sides = np.broadcast_to(np.asarray(padding, dtype=int), (a.ndim, 2))
    full = np.pad(a, sides)
    inside = np.pad(np.ones(a.shape, dtype=bool), sides)
    on = np.zeros(full.shape, dtype=bool)
    if lit is not None:
        on[lit] = True
    full, inside, on = np.atleast_2d(full), np.atleast_2d(inside), np.atleast_2d(on)
    ax = _axes(ax, full.shape)
    peak = np.abs(full).max(initial=0) or 1
    for (i, j), value in np.ndenumerate(full):
        face = PALETTE["highlight"] if on[i, j] else colour if inside[i, j] else PALETTE["padding"]
        plain = 0.22 if on[i, j] else 0.16 if inside[i, j] else 0.08
        strength = 0.9 * abs(value) / peak if shade else plain
        edge = PALETTE["muted"] if shade else colour if inside[i, j] else PALETTE["padding"]
        text = number(value) if values else ""
        _cell(ax, i, j, face, strength, edge=edge, text=text, dashed=not inside[i, j])
    _outline(ax, on)
    return _frame(ax, full.shape, title)


def matrix(
    C: Any,
    *,
    values: bool | None = None,
    emphasise: int | None = None,
    padding: tuple[int, int] = (0, 0),
    title: str | None = None,
    ax: Any = None,
) -> Any:
    """Draw a matrix as cells, equal weights in one colour: the colours of `wiring`.

    Where there are more distinct weights than colours, cells are grey, the stronger the greater the weight.

    Parameters
    ----------
    C : array_like, shape (outputs, inputs)
    values : bool, optional
        Whether the cells show their values. By default where there are at most 12 columns.
    emphasise : int, optional
        A row (an output) to outline.
    padding : (int, int)
        How many of the first and of the last columns belong to padding.
    title : str, optional
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If `C` is not a matrix, or has no row `emphasise`.
    """
    C = _real("matrix", "C", C, (2,))
    emphasise = _row("matrix", emphasise, C.shape[0])
    colours = _weight_colours(C)
    ax = _axes(ax, C.shape)
    values = C.shape[1] <= 12 if values is None else values
    strengths = _strengths(C)
    padded = _ends(C.shape[1], padding)
    for (i, j), value in np.ndenumerate(C):
        face = colours.get(_key(value), PALETTE["padding"])
        strength = (
            float(strengths[i, j]) * (0.45 if values else 0.85) if value else 0.12 if padded[j] else 0.0
        )
        text = number(value) if values and value else ""
        _cell(ax, i, j, face, strength, edge=PALETTE["muted"], text=text)
    if emphasise is not None:
        _outline(ax, np.arange(C.shape[0])[:, None] == np.full(C.shape[1], emphasise))
    return _frame(ax, C.shape, title)


def wiring(
    C: Any,
    *,
    labels: bool | tuple[Sequence[str], Sequence[str]] = True,
    emphasise: int | None = None,
    padding: tuple[int, int] = (0, 0),
    arrows: str | None = None,
    title: str | None = None,
    ax: Any = None,
) -> Any:
    """Draw a matrix as wires: inputs above, outputs below, a line for each entry that is not zero.

    Lines of one colour share one weight. The colours follow the size of the weights, so a kernel and its
    reverse, or a matrix and its transpose, have the same. A matrix with more distinct weights than
    there are colours is drawn in grey, the stronger the greater the weight: nothing in it is shared.

    Parameters
    ----------
    C : array_like, shape (outputs, inputs)
    labels : bool or (sequence of str, sequence of str)
        Names of the inputs and of the outputs. True writes their indices, False nothing.
    emphasise : int, optional
        An output whose wires stand out.
    padding : (int, int)
        How many of the first and of the last inputs belong to padding.
    arrows : {None, 'forward', 'backward'}
        Arrowheads at the outputs, or at the inputs: the same wires, used the other way round.
    title : str, optional
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If `C` is not a matrix, has no output `emphasise`, or `arrows` or `labels` do not fit.
    """
    C = _real("wiring", "C", C, (2,))
    emphasise = _row("wiring", emphasise, C.shape[0])
    if arrows not in _ARROWS:
        raise ValueError(f"wiring: arrows must be None, 'forward' or 'backward', got {arrows!r}.")
    names = _names(labels, C.shape)
    colours = _weight_colours(C)
    below, above = _places(C)
    strengths = _strengths(C)
    ax = _axes(ax, (2.2, max(C.shape)))
    for i, j in np.argwhere(C):
        faint = emphasise is not None and i != emphasise
        colour = colours.get(_key(C[i, j]), PALETTE["muted"])
        _wire(ax, above[j], below[i], colour, strength=0.2 if faint else strengths[i, j], arrows=arrows)
    tints = np.where(_ends(C.shape[1], padding), "padding", "input")
    marks = ["highlight" if i == emphasise else "output" for i in range(C.shape[0])]
    for x, y, tint, text in [
        *zip(above, np.ones_like(above), tints, names[0]),
        *zip(below, np.zeros_like(below), marks, names[1]),
    ]:
        ax.plot([x], [y], "o", markersize=8, color=PALETTE[tint], zorder=3, clip_on=False)
        ax.text(
            x, y + (0.13 if y else -0.13), text, ha="center", va="bottom" if y else "top", color=PALETTE[tint]
        )
    ends = np.concatenate([above, below])
    ax.set(xlim=(ends.min() - 0.5, ends.max() + 0.5), ylim=(-0.4, 1.4))
    ax.set_axis_off()
    return _titled(ax, title)


def image(a: Any, *, signed: bool | None = None, title: str | None = None, ax: Any = None) -> Any:
    """Draw a picture: grey, or in colour.

    Parameters
    ----------
    a : array_like, shape (H, W) or (3, H, W)
        In colour, values from 0 to 1.
    signed : bool, optional
        True draws zero as middle grey, so that dark is negative and light is positive; False draws the
        least value black and the greatest white. By default True where a value is negative.
    title : str, optional
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If `a` is neither (H, W) nor (3, H, W).
    """
    a = _real("image", "a", a, (2, 3))
    if a.ndim == 3 and a.shape[0] != 3:
        raise ValueError(f"image: a picture in colour has the shape (3, H, W), got a of shape {a.shape}.")
    ax = _axes(ax, a.shape[-2:])
    if a.ndim == 3:
        ax.imshow(np.moveaxis(a, 0, -1).clip(0, 1), interpolation="none")
    else:
        low, high = a.min(initial=0), a.max(initial=0)
        if signed or (signed is None and low < 0):
            low, high = -max(-low, high), max(-low, high)
        ax.imshow(a, cmap="gray", vmin=low, vmax=high or 1, interpolation="none")
    ax.set_axis_off()
    return _titled(ax, title)


def signal(x: Any, *, kind: str = "input", lit: Any = None, title: str | None = None, ax: Any = None) -> Any:
    """Draw a signal as stems, one for each sample; as a line where it has more than 120.

    Parameters
    ----------
    x : array_like, shape (n,)
    kind : str
        The palette's name for what the samples are.
    lit : index, optional
        An index of `x` whose samples are lit.
    title : str, optional
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If `x` does not have one axis, or `kind` is not a name of the palette.
    """
    x = _real("signal", "x", x, (1,))
    colour = _colour("signal", kind)
    on = np.zeros(x.shape, dtype=bool)
    if lit is not None:
        on[lit] = True
    ax = _axes(ax, (2, 5))
    ax.axhline(0, color=PALETTE["muted"], linewidth=0.8)
    if x.size > _MOST_STEMS:
        ax.plot(np.arange(x.size), x, color=colour, linewidth=0.9)
    for where, tint, size in ((~on, colour, 4), (on, PALETTE["highlight"], 6)):
        at = np.flatnonzero(where)
        if at.size <= _MOST_STEMS:
            ax.vlines(at, 0, x[at], color=tint, linewidth=2)
            ax.plot(at, x[at], "o", color=tint, markersize=size)
    ax.spines["bottom"].set_visible(False)
    return _titled(ax, title)


def bars(
    values: Any,
    *,
    labels: Sequence[str] | None = None,
    kind: str | Iterable[str] = "output",
    log: bool = False,
    unit: str = "",
    title: str | None = None,
    ax: Any = None,
) -> Any:
    """Draw numbers as horizontal bars, each with its value at its end.

    Parameters
    ----------
    values : array_like, shape (n,)
    labels : sequence of str, optional
        A name for each bar.
    kind : str or iterable of str
        The palette's name for the colour of all bars, or one for each.
    log : bool
        Whether the scale is logarithmic.
    unit : str
        Written after each value.
    title : str, optional
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is not one label, or one kind, for each value.
    """
    values = _real("bars", "values", values, (1,))
    kinds = [kind] * values.size if isinstance(kind, str) else list(kind)
    for name, given in (("labels", labels), ("kind", kinds)):
        if given is not None and len(given) != values.size:
            raise ValueError(f"bars: {name} has {len(given)} entries for {values.size} values.")
    ax = _axes(ax, (0.45 * values.size + 0.4, 5))
    at = np.arange(values.size)
    ax.barh(at, values, height=0.62, color=[_colour("bars", name) for name in kinds], log=log)
    for y, value in zip(at, values):
        ax.annotate(
            number(value) + unit,
            (value, y),
            xytext=(5 if value >= 0 else -5, 0),
            textcoords="offset points",
            va="center",
            ha="left" if value >= 0 else "right",
            color=PALETTE["ink"],
        )
    ax.set_yticks(at, labels if labels is not None else [str(i) for i in at])
    ax.set_ylim(values.size - 0.5, -0.5)
    ax.margins(x=0.18)
    ax.xaxis.set_visible(False)
    ax.spines[["bottom", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    return _titled(ax, title)


def number(value: float) -> str:
    """Write a number as a picture would: whole numbers with commas, others with three digits.

    Examples
    --------
    >>> number(-2.0), number(0.5625), number(36864), number(1 / 3)
    ('−2', '0.5625', '36,864', '0.333')
    """
    value = float(value)
    if value.is_integer():
        text = format(int(value), ",d")
    else:
        text = next(
            (s for d in range(1, 5) if float(s := format(value, f".{d}f")) == value), format(value, ".3g")
        )
    return text.replace("-", "\N{MINUS SIGN}")


def _real(function: str, name: str, a: Any, ranks: tuple[int, ...]) -> np.ndarray:
    a = np.asarray(a)
    if a.ndim not in ranks:
        wanted = " or ".join(str(rank) for rank in ranks)
        raise ValueError(f"{function}: {name} must have {wanted} axes, got shape {a.shape}.")
    if a.dtype.kind not in "biuf":
        raise ValueError(f"{function}: {name} must hold real numbers, got dtype {a.dtype}.")
    return a.astype(np.float64)


def _colour(function: str, kind: str) -> str:
    if kind not in PALETTE:
        raise ValueError(f"{function}: kind must be one of {', '.join(PALETTE)}, got {kind!r}.")
    return PALETTE[kind]


def _row(function: str, index: int | None, rows: int) -> int | None:
    if index is None or 0 <= index < rows:
        return index
    raise ValueError(
        f"{function}: emphasise must name one of the {rows} outputs, 0 to {rows - 1}, got {index}."
    )


def _axes(ax: Any, shape: tuple[float, ...]) -> Any:
    """The Axes given, or those of a new figure that is 5 inches wide and as high as the shape asks."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    height = 5 * shape[0] / max(shape[1], 1)
    return plt.subplots(figsize=(5, min(max(height, 1.2), 5)))[1]


def _cell(
    ax: Any, i: int, j: int, face: str, strength: float, *, edge: str, text: str = "", dashed: bool = False
) -> None:
    """One cell: a fill of the given strength, a thin outline and a value."""
    from matplotlib.patches import Rectangle

    style = (0, (2, 2)) if dashed else "-"
    fill = (face, min(strength, 1.0)) if strength else "none"
    ax.add_patch(
        Rectangle(
            (j - 0.5, i - 0.5),
            1,
            1,
            facecolor=fill,
            edgecolor=edge,
            linewidth=0.8 if text else 0.4,
            linestyle=style,
        )
    )
    if text:
        ax.text(j, i, text, ha="center", va="center", color=PALETTE["ink"], zorder=5)


def _outline(ax: Any, on: np.ndarray) -> None:
    """A heavy line around the cells that are lit."""
    edge = np.pad(on, 1)
    lines = []
    for i, j in np.argwhere(edge):
        top, left = i - 1.5, j - 1.5
        for there, line in (
            (edge[i - 1, j], [(left, top), (left + 1, top)]),
            (edge[i + 1, j], [(left, top + 1), (left + 1, top + 1)]),
            (edge[i, j - 1], [(left, top), (left, top + 1)]),
            (edge[i, j + 1], [(left + 1, top), (left + 1, top + 1)]),
        ):
            if not there:
                lines.append(line)
    for (x0, y0), (x1, y1) in lines:
        ax.plot(
            [x0, x1], [y0, y1], color=PALETTE["highlight"], linewidth=2.4, solid_capstyle="round", zorder=4
        )


def _frame(ax: Any, shape: tuple[int, ...], title: str | None) -> Any:
    ax.set(xlim=(-0.6, shape[1] - 0.4), ylim=(shape[0] - 0.4, -0.6), aspect="equal")
    ax.set_axis_off()
    return _titled(ax, title)


def _titled(ax: Any, title: str | None) -> Any:
    if title:
        ax.set_title(title)
    return ax


def _key(value: float) -> float:
    """What makes two weights one weight: they agree to ten decimal places."""
    return float(np.round(value, 10)) + 0.0


def _weight_colours(C: np.ndarray) -> dict[float, str]:
    """A colour for each distinct weight, by its size; grey for all where there are too many."""
    distinct = sorted({_key(value) for value in C.flat if value})
    if len(distinct) > len(CHANNELS):
        return dict.fromkeys(distinct, PALETTE["muted"])
    return dict(zip(distinct, CHANNELS))


def _strengths(C: np.ndarray) -> np.ndarray:
    """How strongly each entry is drawn: all alike where colours tell the weights apart, by size where not."""
    if set(_weight_colours(C).values()) != {PALETTE["muted"]}:
        return np.ones(C.shape)
    return 0.15 + 0.85 * np.abs(C) / np.abs(C).max()


def _ends(n: int, padding: tuple[int, int]) -> np.ndarray:
    """Which of n places are among the first or last ones that belong to padding."""
    at = np.arange(n)
    return (at < padding[0]) | (at >= n - padding[1])


def _places(C: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where outputs and inputs stand: the longer row on 0, 1, 2 …, the shorter one amid its wires."""
    if C.shape[0] > C.shape[1]:
        inputs, outputs = _places(C.T)
        return outputs, inputs
    few, many = C.shape
    middles = [float(np.flatnonzero(row).mean()) if row.any() else np.nan for row in C]
    step = (
        float(np.max(np.diff(middles))) if few > 1 else 1.0
    )  # border windows may be cut short: take the widest
    start = middles[few // 2] - few // 2 * step
    if not (step >= 0.6 and start >= -0.5 and start + step * (few - 1) <= many - 0.5):
        step = max(1.0, (many - 1) / few)
        start = (many - 1 - step * (few - 1)) / 2
    return start + step * np.arange(few), np.arange(many, dtype=float)


def _names(labels: Any, shape: tuple[int, ...]) -> tuple[Sequence[str], Sequence[str]]:
    outputs, inputs = shape
    if isinstance(labels, bool):
        show = (lambda n: [str(i) for i in range(n)]) if labels else (lambda n: [""] * n)
        return show(inputs), show(outputs)
    if len(labels) != 2 or (len(labels[0]), len(labels[1])) != (inputs, outputs):
        raise ValueError(f"wiring: labels must be {inputs} names of inputs and {outputs} names of outputs.")
    return labels


def _wire(ax: Any, above: float, below: float, colour: str, *, strength: float, arrows: str | None) -> None:
    alpha, width = strength, 1.1 + 0.9 * strength
    if arrows is None:
        ax.plot([above, below], [1, 0], color=colour, alpha=alpha, linewidth=width, zorder=1)
        return
    start, end = ((above, 1), (below, 0)) if arrows == "forward" else ((below, 0), (above, 1))
    how = {
        "arrowstyle": "-|>",
        "color": colour,
        "alpha": alpha,
        "linewidth": width,
        "shrinkA": 5,
        "shrinkB": 6,
    }
    ax.annotate("", xy=end, xytext=start, arrowprops={**how, "mutation_scale": 13}, zorder=1)
