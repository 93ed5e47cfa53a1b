"""What an explorer's kind is, and which states are legal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from convlib.explore._svg import Scene
from convlib.shapes import ShapeError

State = dict[str, Any]
Data = Mapping[str, Any]
Control = tuple[Any, ...]


@dataclass(frozen=True)
class Kind:
    """Pure functions of a state and its data; the script has the same under the same name.

    A control is ``(name, label, low, high)``, or with a fifth ``"number"`` for one that is typed, where `high` may name one of `limits`;
    ``(name, label, [low, high])`` for a list of integers; ``(name, label, [choices])``; or ``(name, label, True or False)``. A preset is no setting of its own but
    the name of several values: ``(name, label, {choice: values})``.
    """

    name: str
    check: Callable[[State, Data], str]
    limits: Callable[[State, Data], dict[str, int]]
    draw: Callable[[State, Data], Scene]
    code: Callable[[State, Data, str], str]


def high(kind: Kind, control: Control, s: State, d: Data) -> int:
    """Return the greatest value of an integer control in state `s`."""
    return kind.limits(s, d)[control[3]] if isinstance(control[3], str) else control[3]


def illegal(kind: Kind, controls: list[Control], s: State, d: Data) -> str:
    """Return why a state cannot be, in words, or "" where it can."""
    return (
        _wrong(kind, controls, s, d, depends=False)
        or kind.check(s, d)
        or _wrong(kind, controls, s, d, depends=True)
    )


def _wrong(kind: Kind, controls: list[Control], s: State, d: Data, *, depends: bool) -> str:
    """Look at the controls with fixed ranges, or at those whose range depends on the others."""
    for control in controls:
        label, low, v = control[1], control[2], s.get(control[0], ())
        if isinstance(low, dict):
            continue
        if isinstance(low, list) and isinstance(low[0], int):
            for j, n in enumerate(v):
                if isinstance(n, bool) or not isinstance(n, int) or not low[0] <= n <= low[1]:
                    return f"{label}[{j}] must be an integer from {low[0]} to {low[1]}, not {n}"
        elif isinstance(low, list):
            if v not in low:
                return f"{label} must be one of {', '.join(low)}, not {v}"
        elif isinstance(low, bool):
            if not isinstance(v, bool):
                return f"{label} must be true or false, not {v}"
        elif isinstance(control[3], str) == depends:
            top = high(kind, control, s, d)
            if isinstance(v, bool) or not isinstance(v, int) or not low <= v <= top:
                return f"{label} must be an integer from {low} to {top}, not {v}"
    return ""


def settle(kind: Kind, controls: list[Control], s: State, d: Data) -> State:
    """Bring what depends on other settings back into its range."""
    out = dict(s)
    for control in controls:
        if len(control) > 3 and isinstance(control[3], str):
            out[control[0]] = min(max(out[control[0]], control[2]), high(kind, control, out, d))
    return out


def rank_of(a: Any) -> int:
    """Return how many axes an array or a nested list has, ragged or not."""
    return int(a.ndim) if hasattr(a, "ndim") else np.array(a, dtype=object).ndim


def drawable(kind: str, name: str, a: Any, axes: str, largest: int) -> Any:
    """Return an array as nested lists of plain numbers, or say why it cannot be drawn.

    Parameters
    ----------
    kind, name : str
        The explorer and the argument, for the message.
    a : array_like
        NumPy, torch, or nested lists.
    axes : str
        The axes it must have, such as ``"H, W"``.
    largest : int
        The largest size of an axis.

    Returns
    -------
    list
        Integers where all values are whole, else floats.

    Raises
    ------
    ShapeError
        If its rank is wrong, it is empty, or it is too large to draw.
    ValueError
        If it holds NaN or infinity.
    TypeError
        If it isn't an array of real numbers.
    """
    if hasattr(a, "detach"):
        a = a.detach().cpu().numpy()
    try:
        a = np.asarray(a)
    except ValueError:
        raise ShapeError(f"{kind}: {name} is ragged: every row needs as many values as the first.") from None
    if a.dtype.kind not in "biuf":
        raise TypeError(f"{kind}: {name} must hold real numbers, not {a.dtype}.")
    rank, bare = axes.count(",") + 1, "" if "C" in axes else ", without batch and channel"
    if a.ndim != rank:
        raise ShapeError(
            f"{kind}: {name} must have {rank} {'axes' if rank > 1 else 'axis'} ({axes})" + bare + ", "
            f"but has {a.ndim}: its shape is {a.shape}."
        )
    if not a.size:
        raise ShapeError(f"{kind}: {name} is empty: its shape is {a.shape}.")
    if max(a.shape) > largest:
        raise ShapeError(
            f"{kind}: {name} of shape {a.shape} is too large to draw: at most {largest} on every axis. "
            f"Pass a part of it, such as {name}[{', '.join(f':{min(n, largest)}' for n in a.shape)}]."
        )
    a = a.astype(float)
    if not np.isfinite(a).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(a))[0])
        raise ValueError(
            f"{kind}: {name}[{', '.join(map(str, where))}] is {a[where]}: an explorer needs finite numbers."
        )
    return (a.astype(int) if (a == np.rint(a)).all() and np.abs(a).max() < 2**53 else a).tolist()
