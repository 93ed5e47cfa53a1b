"""What the pictures of `convlib.plotting` are made of: the palette, checks, cells, wires."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from convlib.explore import palette as _palette

PALETTE: dict[str, str] = {name: shades["light"] for name, shades in _palette.PALETTE.items()}
CHANNELS: tuple[str, ...] = _palette.CHANNELS["light"]


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


def real(function: str, name: str, a: Any, ranks: tuple[int, ...]) -> np.ndarray:
    a = np.asarray(a)
    if a.ndim not in ranks:
        wanted = " or ".join(str(rank) for rank in ranks)
        raise ValueError(f"{function}: {name} must have {wanted} axes, got shape {a.shape}.")
    if a.dtype.kind not in "biuf":
        raise ValueError(f"{function}: {name} must hold real numbers, got dtype {a.dtype}.")
    return a.astype(np.float64)


def colour(function: str, kind: str) -> str:
    if kind not in PALETTE:
        raise ValueError(f"{function}: kind must be one of {', '.join(PALETTE)}, got {kind!r}.")
    return PALETTE[kind]


def row(function: str, index: int | None, rows: int) -> int | None:
    if index is None or 0 <= index < rows:
        return index
    raise ValueError(
        f"{function}: emphasise must name one of the {rows} outputs, 0 to {rows - 1}, got {index}."
    )


def axes(ax: Any, shape: tuple[float, ...]) -> Any:
    """The Axes given, or those of a new figure that is 5 inches wide and as high as the shape asks."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    height = 5 * shape[0] / max(shape[1], 1)
    return plt.subplots(figsize=(5, min(max(height, 1.2), 5)))[1]


def cell(
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


def outline(ax: Any, on: np.ndarray) -> None:
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


def frame(ax: Any, shape: tuple[int, ...], title: str | None) -> Any:
    ax.set(xlim=(-0.6, shape[1] - 0.4), ylim=(shape[0] - 0.4, -0.6), aspect="equal")
    ax.set_axis_off()
    return titled(ax, title)


def titled(ax: Any, title: str | None) -> Any:
    if title:
        ax.set_title(title)
    return ax


def key(value: float) -> float:
    """What makes two weights one weight: they agree to ten decimal places."""
    return float(np.round(value, 10)) + 0.0


def weight_colours(C: np.ndarray) -> dict[float, str]:
    """A colour for each distinct weight, by its size; grey for all where there are too many."""
    distinct = sorted({key(value) for value in C.flat if value})
    if len(distinct) > len(CHANNELS):
        return dict.fromkeys(distinct, PALETTE["muted"])
    return dict(zip(distinct, CHANNELS))


def strengths(C: np.ndarray) -> np.ndarray:
    """How strongly each entry is drawn: all alike where colours tell the weights apart, by size where not."""
    if set(weight_colours(C).values()) != {PALETTE["muted"]}:
        return np.ones(C.shape)
    return 0.15 + 0.85 * np.abs(C) / np.abs(C).max()


def ends(n: int, padding: tuple[int, int]) -> np.ndarray:
    """Which of n places are among the first or last ones that belong to padding."""
    at = np.arange(n)
    return (at < padding[0]) | (at >= n - padding[1])


def places(C: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where outputs and inputs stand: the longer row on 0, 1, 2 …, the shorter one amid its wires."""
    if C.shape[0] > C.shape[1]:
        inputs, outputs = places(C.T)
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


def names(labels: Any, shape: tuple[int, ...]) -> tuple[Sequence[str], Sequence[str]]:
    outputs, inputs = shape
    if isinstance(labels, bool):
        show = (lambda n: [str(i) for i in range(n)]) if labels else (lambda n: [""] * n)
        return show(inputs), show(outputs)
    if len(labels) != 2 or (len(labels[0]), len(labels[1])) != (inputs, outputs):
        raise ValueError(f"wiring: labels must be {inputs} names of inputs and {outputs} names of outputs.")
    return labels


def wire(ax: Any, above: float, below: float, colour: str, *, strength: float, arrows: str | None) -> None:
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
