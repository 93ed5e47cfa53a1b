"""The program of a state in three dialects: what the kinds have in common, written once. The script's twin is `js/code.js`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from convlib.explore._text import lines, literal

Lines = Iterable[str | None]
CONVLIB, TORCH, KERAS = range(3)
DIALECTS = ("convlib", "torch", "keras")


def program(dialect: str, source: str, arrays: Iterable[Sequence[Any]], body: Callable[[int], Lines]) -> str:
    """Return a program: imports, arrays, and the lines that ``body(j)`` gives for dialect number `j`.

    Parameters
    ----------
    dialect : {"convlib", "torch", "keras"}
    source : str
        What convlib's dialect imports, such as ``"convlib import conv2d"``.
    arrays : iterable of (name, array or text, text)
        An array, or the beginning of a call such as ``"ones((1, 3)"``; and what follows it, if anything.
    body : callable
    """
    j = DIALECTS.index(dialect)
    at, kind = ("np", "torch", "np")[j], ("", ", dtype=torch.float64", ', dtype="float32"')[j]
    made = []
    for name, a, *after in arrays:
        call = a if isinstance(a, str) else ("tensor(" if j == TORCH else "array(") + literal(a)
        made.append(f"{name} = {at}.{call}{kind}){''.join(after)}")
    first = "import torch" if j == TORCH else "import numpy as np"
    second = (f"from {source}", "import torch.nn.functional as F", "from keras import ops")[j]
    return lines(first, second, "", *made, *body(j))


def templates(source: str, arrays: Iterable[Sequence[str]], body: Callable[[int], Lines]) -> dict[str, str]:
    """Return a program for each dialect with ``{names}`` for the values, which travels in an explorer's data."""
    found = {}
    for j, dialect in enumerate(DIALECTS):
        call = "tensor(" if j == TORCH else "array("
        own = [(name, call + a if a[0] == "{" else a, *after) for name, a, *after in arrays]
        found[dialect] = program(dialect, source, own, body)
    return found


@dataclass(frozen=True, kw_only=True)
class Convolving:
    """A convolution of `x` by `weight`, or (`up`) a transposed one, as lines of a program.

    `pads` holds (low, high) for every axis; `out` is the size of what is kept; `named` a padding that Keras knows by name;
    `lift` says that x and weight have no channels.
    """

    pads: Sequence[tuple[int, int]]
    up: bool = False
    lift: bool = False
    mode: str = "zeros"
    named: str | None = None
    stride: int = 1
    more: int = 0
    groups: int | None = None
    dilation: int = 1
    out: Sequence[int] = ()

    def lines(self, j: int) -> Lines:
        """Return the lines in dialect number `j`."""
        return (self._convlib, self._torch, self._keras)[j]()

    @property
    def _even(self) -> bool:
        return all(low == high for low, high in self.pads)

    def _all(self, f: Callable[[tuple[int, int]], str]) -> str:
        return f"[{', '.join([*([] if self.lift else ['(0, 0)']), *map(f, self.pads)])}]"

    def _kept(self) -> str:
        parts = ", ".join(f"{low}:{low + n}" for (low, _), n in zip(self.pads, self.out))
        return parts if self.lift else f":, {parts}"

    def _padding(self) -> str:
        lows = [low for low, _ in self.pads]
        if not self._even:
            return f"[({self.pads[0][0]}, {self.pads[0][1]})]"
        return str(lows[0]) if len(set(lows)) == 1 else f"({', '.join(map(str, lows))})"

    def _call(self, prefix: str, padding: str, more: str = "") -> str:
        name = f"{prefix}{'conv_transpose' if self.up else 'conv'}{len(self.pads)}d"
        arrays, last = ("x[None], weight[None, None]", "[0]") if self.lift else ("x, weight", "")
        settings = f"stride={self.stride}, padding={padding}"
        settings += f", output_padding={self.more}" if self.up else ""
        settings += f", groups={self.groups}" if self.groups else ""
        return f"y = {name}({arrays}, {settings}, dilation={self.dilation}{more}){last}"

    def _convlib(self) -> Lines:
        padding = '"same"' if self.named == "same" and self.up else self._padding()
        return [self._call("", padding, "" if self.mode == "zeros" else f', padding_mode="{self.mode}"')]

    def _torch(self) -> Lines:
        own = self._even and self.mode == "zeros"
        pairs, mode = (f"{self.pads[0][0]}, {self.pads[0][1]}",) * len(self.pads), _filled(self.mode)
        before = None if own or self.up else f"x = F.pad(x[None], ({', '.join(pairs)}), {mode})[0]"
        short, kept = max(-self.pads[0][1], 0), self._kept()
        after = f"y = F.pad(y, (0, {short}))[{kept}]" if self.up and not self._even else None
        return [before, self._call("F.", self._padding() if own else "0"), after]

    def _keras(self) -> Lines:
        if not self.up:
            wide, mode = self._all(lambda p: f"({p[0]}, {p[1]})"), _filled(self.mode, "edge", "wrap")
            pad = any(low or high for low, high in self.pads) and not self.named
            steps = ", ".join([f"::{self.stride}"] * len(self.pads))
            return [
                f"x = np.pad(x, {wide}, {mode})" if pad else None,
                f"y = {self._ops('x', 'weight')}",
                f"y = y[..., {steps}]  # the stride" if self._apart else None,
            ]
        made: list[str | None] = [f"y = {self._ops('x', 'weight')}"]
        if self.groups:
            made = [
                "# Keras has no transposed convolution with groups: one call per group",
                f"parts = zip(np.split(x, {self.groups}), np.split(weight, {self.groups}))",
                f"y = np.concatenate([{self._ops('p', 'w')} for p, w in parts])",
            ]
        more = self._all(lambda p: f"(0, {self.more + max(-p[1], 0)})")
        return [
            *made,
            f"y = np.pad(y, {more})[{self._kept()}]  # Keras counts output_padding otherwise: crop by hand",
        ]

    @property
    def _apart(self) -> bool:
        """Whether the outputs are picked afterwards: TensorFlow takes no stride beside a dilation."""
        return self.stride > 1 and self.dilation > 1 and not (self.up or self.named)

    def _ops(self, x: str, w: str) -> str:
        """Return Keras's call, whose channels come last."""
        arrays = f"np.moveaxis({x}, 0, -1)[None], np.moveaxis({w}, (0, 1), (-1, -2))"
        if self.lift:
            arrays = f"{x}[None, ..., None], {w}[..., None, None]"
        padding = "valid" if self.up else self.named or "valid"
        name = "conv_transpose" if self.up else "conv"
        stride = 1 if self._apart else self.stride
        call = f'ops.{name}({arrays}, strides={stride}, padding="{padding}", dilation_rate={self.dilation})'
        return f"{call}[0, ..., 0]" if self.lift else f"np.moveaxis(ops.convert_to_numpy({call})[0], -1, 0)"


def _filled(mode: str, edge: str = "replicate", wrap: str = "circular") -> str:
    names = {"zeros": "constant", "replicate": edge, "circular": wrap}
    return f'mode="{names.get(mode, mode)}"'
