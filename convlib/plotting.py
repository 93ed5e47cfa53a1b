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

from convlib import _drawing as draw
from convlib._drawing import CHANNELS, PALETTE, number

__all__ = ["CHANNELS", "PALETTE", "STYLE", "bars", "grid", "image", "matrix", "signal", "table", "wiring"]

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
    a = draw.real("grid", "a", a, (1, 2))
    colour = draw.colour("grid", kind)
    sides = np.broadcast_to(np.asarray(padding, dtype=int), (a.ndim, 2))
    full = np.pad(a, sides)
    inside = np.pad(np.ones(a.shape, dtype=bool), sides)
    on = np.zeros(full.shape, dtype=bool)
    if lit is not None:
        on[lit] = True
    full, inside, on = np.atleast_2d(full), np.atleast_2d(inside), np.atleast_2d(on)
    ax = draw.axes(ax, full.shape)
    peak = np.abs(full).max(initial=0) or 1
    for (i, j), value in np.ndenumerate(full):
        face = PALETTE["highlight"] if on[i, j] else colour if inside[i, j] else PALETTE["padding"]
        plain = 0.22 if on[i, j] else 0.16 if inside[i, j] else 0.08
        strength = 0.9 * abs(value) / peak if shade else plain
        edge = PALETTE["muted"] if shade else colour if inside[i, j] else PALETTE["padding"]
        text = number(value) if values else ""
        draw.cell(ax, i, j, face, strength, edge=edge, text=text, dashed=not inside[i, j])
    draw.outline(ax, on)
    return draw.frame(ax, full.shape, title)


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
    C = draw.real("matrix", "C", C, (2,))
    emphasise = draw.row("matrix", emphasise, C.shape[0])
    colours = draw.weight_colours(C)
    ax = draw.axes(ax, C.shape)
    values = C.shape[1] <= 12 if values is None else values
    strengths = draw.strengths(C)
    padded = draw.ends(C.shape[1], padding)
    for (i, j), value in np.ndenumerate(C):
        face = colours.get(draw.key(value), PALETTE["padding"])
        strength = (
            float(strengths[i, j]) * (0.45 if values else 0.85) if value else 0.12 if padded[j] else 0.0
        )
        text = number(value) if values and value else ""
        draw.cell(ax, i, j, face, strength, edge=PALETTE["muted"], text=text)
    if emphasise is not None:
        draw.outline(ax, np.arange(C.shape[0])[:, None] == np.full(C.shape[1], emphasise))
    return draw.frame(ax, C.shape, title)


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
    C = draw.real("wiring", "C", C, (2,))
    emphasise = draw.row("wiring", emphasise, C.shape[0])
    if arrows not in _ARROWS:
        raise ValueError(f"wiring: arrows must be None, 'forward' or 'backward', got {arrows!r}.")
    names = draw.names(labels, C.shape)
    colours = draw.weight_colours(C)
    below, above = draw.places(C)
    strengths = draw.strengths(C)
    ax = draw.axes(ax, (2.2, max(C.shape)))
    for i, j in np.argwhere(C):
        faint = emphasise is not None and i != emphasise
        colour = colours.get(draw.key(C[i, j]), PALETTE["muted"])
        least = 0.35 if emphasise is None else 1.0  # a thin line needs more than a cell
        strength = 0.25 if faint else max(strengths[i, j], least)
        draw.wire(ax, above[j], below[i], colour, strength=strength, arrows=arrows)
    tints = np.where(draw.ends(C.shape[1], padding), "padding", "input")
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
    return draw.titled(ax, title)


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
    a = draw.real("image", "a", a, (2, 3))
    if a.ndim == 3 and a.shape[0] != 3:
        raise ValueError(f"image: a picture in colour has the shape (3, H, W), got a of shape {a.shape}.")
    ax = draw.axes(ax, a.shape[-2:])
    if a.ndim == 3:
        ax.imshow(np.moveaxis(a, 0, -1).clip(0, 1), interpolation="none")
    else:
        low, high = a.min(initial=0), a.max(initial=0)
        if signed or (signed is None and low < 0):
            low, high = -max(-low, high), max(-low, high)
        ax.imshow(a, cmap="gray", vmin=low, vmax=high or 1, interpolation="none")
    ax.set_axis_off()
    return draw.titled(ax, title)


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
    x = draw.real("signal", "x", x, (1,))
    colour = draw.colour("signal", kind)
    on = np.zeros(x.shape, dtype=bool)
    if lit is not None:
        on[lit] = True
    ax = draw.axes(ax, (2, 5))
    ax.axhline(0, color=PALETTE["muted"], linewidth=0.8)
    if x.size > _MOST_STEMS:
        ax.plot(np.arange(x.size), x, color=colour, linewidth=0.9)
    for where, tint, size in ((~on, colour, 4), (on, PALETTE["highlight"], 6)):
        at = np.flatnonzero(where)
        if at.size <= _MOST_STEMS:
            ax.vlines(at, 0, x[at], color=tint, linewidth=2)
            ax.plot(at, x[at], "o", color=tint, markersize=size)
    ax.spines["bottom"].set_visible(False)
    return draw.titled(ax, title)


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
    values = draw.real("bars", "values", values, (1,))
    kinds = [kind] * values.size if isinstance(kind, str) else list(kind)
    for name, given in (("labels", labels), ("kind", kinds)):
        if given is not None and len(given) != values.size:
            raise ValueError(f"bars: {name} has {len(given)} entries for {values.size} values.")
    ax = draw.axes(ax, (0.45 * values.size + 0.4, 5))
    at = np.arange(values.size)
    ax.barh(at, values, height=0.62, color=[draw.colour("bars", name) for name in kinds], log=log)
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
    return draw.titled(ax, title)


def table(
    values: Any,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    kind: str = "kernel",
    title: str | None = None,
    ax: Any = None,
) -> Any:
    """Draw a table of numbers that are not negative: a cell is the stronger, the greater its number is.

    Parameters
    ----------
    values : array_like, shape (R, C)
    rows, columns : sequence of str
        A name for each row, at its left, and for each column, above it.
    kind : str
        The palette's name for the colour of the cells.
    title : str, optional
        Above the columns' names.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If `values` is no table or holds a negative number, if there is not one name for each row and each column, or
        `kind` is not a name of the palette.
    """
    values = draw.real("table", "values", values, (2,))
    colour = draw.colour("table", kind)
    for name, given, wanted in zip(("rows", "columns"), (rows, columns), values.shape):
        if len(given) != wanted:
            raise ValueError(f"table: {name} has {len(given)} names for values of shape {values.shape}.")
    if values.min(initial=0) < 0:
        raise ValueError(f"table: values must not be negative, the least is {values.min():g}.")
    ax = draw.axes(ax, (0.5 * values.shape[0] + 1, values.shape[1] + 2))
    peak = values.max(initial=0) or 1
    for (i, j), value in np.ndenumerate(values):
        draw.cell(ax, i, j, colour, 0.6 * value / peak, edge=PALETTE["muted"], text=number(value))
    for i, name in enumerate(rows):
        ax.text(-0.65, i, name, ha="right", va="center", color=PALETTE["ink"])
    for j, name in enumerate(columns):
        ax.text(
            j, -0.65, name, ha="left", va="bottom", rotation=40, rotation_mode="anchor", color=PALETTE["ink"]
        )
    ax.set(xlim=(-0.6, values.shape[1] - 0.4), ylim=(values.shape[0] - 0.4, -0.6))
    ax.set_axis_off()
    if title:
        ax.set_title(title, pad=9 * max(map(len, columns), default=0))
    return ax
