"""Sizes on one axis, forwards and transposed, and the settings that reach a wished size."""

from __future__ import annotations

from dataclasses import dataclass

from convlib import shapes
from convlib.explore._kind import Data, State
from convlib.explore._text import times

PADDINGS = {
    "number": "",
    "valid": "VALID",
    "same": "SAME",
    "causal": "Causal padding",
    "full": "Full padding",
    "half": "Half padding",
}


def _preset(
    way: str, size: int, kernel: int, stride: int, p: int, *, more: int = 0, dilation: int = 1
) -> State:
    """Return a setting's values: all that a preset fixes."""
    return {
        "way": way, "size": size, "kernel": kernel, "stride": stride, "padding": "number", "p": p,
        "output_padding": more, "dilation": dilation,
    }  # fmt: skip


DOWN, UP = "convolution", "transposed"
PRESETS = {
    "1: no padding, stride 1": _preset(DOWN, 4, 3, 1, 0),
    "2: padding": _preset(DOWN, 5, 4, 1, 2),
    "3: half padding": _preset(DOWN, 5, 3, 1, 1),
    "4: full padding": _preset(DOWN, 5, 3, 1, 2),
    "5: stride": _preset(DOWN, 5, 3, 2, 0),
    "6: stride and padding": _preset(DOWN, 5, 3, 2, 1),
    "6: the same, a position is left": _preset(DOWN, 6, 3, 2, 1),
    "7: pooling": _preset(DOWN, 5, 3, 1, 0),
    "8: transposed": _preset(UP, 2, 3, 1, 0),
    "9: transposed, padding": _preset(UP, 6, 4, 1, 2),
    "10: transposed, half padding": _preset(UP, 5, 3, 1, 1),
    "11: transposed, full padding": _preset(UP, 7, 3, 1, 2),
    "12: transposed, stride": _preset(UP, 2, 3, 2, 0),
    "13: transposed, stride and padding": _preset(UP, 3, 3, 2, 1),
    "14: the same, a position more": _preset(UP, 3, 3, 2, 1, more=1),
    "15: dilation": _preset(DOWN, 7, 3, 1, 0, dilation=2),
}
"""The relationships of Dumoulin and Visin (2016) by their numbers, with the sizes of their figures."""


@dataclass(frozen=True)
class Sizes:
    """All sizes of a state: `base` is what a transposed convolution gives without output padding."""

    n: int
    k: int
    stride: int
    d: int
    more: int
    up: bool
    span: int
    low: int
    high: int

    @property
    def rest(self) -> int:
        return self.n + self.low + self.high - self.span

    @property
    def base(self) -> int:
        return (self.n - 1) * self.stride + self.span - self.low - self.high

    @property
    def out(self) -> int:
        return self.base + self.more if self.up else self.rest // self.stride + 1


def sizes(s: State) -> Sizes:
    """Return the sizes of a state."""
    n, k, stride, d, up = s["size"], s["kernel"], s["stride"], s["dilation"], s["way"] == UP
    span, padding = shapes.effective_kernel_size(k, d), s["padding"]
    if padding == "half":
        low, high = shapes.half_padding(k, d)
    elif padding == "same" and up:
        low = max(span - stride, 0) // 2
        high = span - stride - low
    else:
        ((low, high),) = shapes.resolve_padding(
            s["p"] if padding == "number" else padding, (n,), (k,), stride, d
        )
    return Sizes(n, k, stride, d, s["output_padding"], up, span, low, high)


def solutions(s: State, target: int) -> list[tuple[int, int, int, int]]:
    """Return every (kernel, stride, padding, output padding) that turns the size into `target`.

    Kernels up to 9, strides up to 6, less padding than the kernel spans.
    """
    n, d, up, found = s["size"], s["dilation"], s["way"] == UP, []
    for kernel in range(1, 10):
        reach = d * (kernel - 1)
        for stride in range(1, 7):
            for p in range(reach + 1):
                for more in range(max(stride, d) if up else 1):
                    rest = n + 2 * p - reach - 1
                    down = rest // stride + 1 if rest >= 0 else 0
                    if target == ((n - 1) * stride + reach + 1 - 2 * p + more if up else down):
                        found.append((kernel, stride, p, more))
    return found


def check(s: State, d: Data) -> str:
    """Return why these settings cannot be, or ""."""
    g = sizes(s)
    if not g.up and g.more:
        return "output padding belongs to a transposed convolution"
    if g.up and g.more and s["padding"] == "same":
        return "SAME fixes the size: output padding must be 0"
    if g.up and g.more >= max(g.stride, g.d):
        return (
            f"output padding must be less than the stride or the dilation: output padding {g.more}, "
            f"stride {g.stride}, dilation {g.d}"
        )
    if not g.up and g.rest < 0:
        return (
            f"the kernel does not fit: it spans {g.span}, the input with its padding only "
            f"{g.n} + {g.low} + {g.high} = {g.n + g.low + g.high}"
        )
    return f"nothing is left of the output: {formula(g)[1]}" if g.up and g.out < 1 else ""


def formula(g: Sizes) -> tuple[str, str]:
    """Return the formula in letters, and with its numbers."""

    def pads(sign: str) -> str:
        two = f" {sign} {times(g.low)} {sign} {times(g.high)}"
        return f" {sign} 2·{g.low}" if g.low == g.high else two

    def letters(sign: str) -> str:
        return f" {sign} 2p" if g.low == g.high else f" {sign} p₁ {sign} p₂"

    if g.up:
        return (
            f"o = (i − 1)·s{letters('−')} + d·(k − 1) + output_padding + 1",
            f"({g.n} − 1)·{g.stride}{pads('−')} + {g.d}·({g.k} − 1) + {g.more} + 1 = {g.out}",
        )
    return (
        f"o = ⌊(i{letters('+')} − d·(k − 1) − 1) / s⌋ + 1",
        f"⌊({g.n}{pads('+')} − {g.d}·({g.k} − 1) − 1) / {g.stride}⌋ + 1 = ⌊{g.rest} / {g.stride}⌋ + 1 = {g.out}",
    )
