"""Properties that a convolution has, tried one after the other on small whole numbers; the first that fails is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import convlib
from convgrader.naming import name_wrong
from convgrader.report import Report
from convgrader.sizes import name_formula

NAMES = ("stride", "padding", "output_padding", "dilation")
Function = Callable[..., Any]
# Input channels, output channels, the input's size, the kernel's: no number twice, and in two dimensions the sides of
# the kernel far enough apart that one taken for the other is no last column more or less.
SIZES: dict[int, tuple[int, int, tuple[int, ...], tuple[int, ...]]] = {
    1: (2, 3, (9,), (4,)),
    2: (3, 4, (7, 9), (5, 2)),
    3: (3, 4, (9, 7, 8), (5, 2, 6)),
}


@dataclass(frozen=True)
class Operation:
    """Which operation is meant: its number of spatial axes, whether it is transposed, whether it has channels.

    ``sliding`` says that a transposed convolution is to be computed by sliding: then the kernel has to be reversed.
    """

    dims: int
    transposed: bool
    channels: bool
    sliding: bool = False

    def call(self, name: str, x: np.ndarray, weight: np.ndarray, options: dict) -> np.ndarray:
        """Call convlib's function of that name on arrays with or without channels."""
        function = getattr(convlib, f"{name}{self.dims}d")
        if self.channels:
            return function(x, weight, **options)
        return function(x[None], weight[None, None], **options)[0]

    def right(self, x: np.ndarray, weight: np.ndarray, options: dict) -> np.ndarray:
        """Return the right result."""
        return self.call("conv_transpose" if self.transposed else "conv", x, weight, options)

    def arrays(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return an input and a kernel, whole numbers, all sizes different, no symmetry."""
        generator = np.random.default_rng(seed)
        c_in, c_out, sizes, kernel = SIZES[self.dims]
        wide = (c_in, c_out) if self.transposed else (c_out, c_in)
        shapes = ((c_in, *sizes), (*wide, *kernel)) if self.channels else (sizes, kernel)
        draw = [generator.integers(-5, 6, size=shape) for shape in shapes]
        return draw[0], draw[1]

    def name_shape(
        self, shape: tuple[int, ...], x: np.ndarray, weight: np.ndarray, options: dict
    ) -> str | None:
        """Name the slip that explains a wrong shape, axis by axis."""
        if len(shape) != self.dims + self.channels or isinstance(options.get("padding"), str):
            return "wrong-shape"
        rows, right = [], []
        for axis in range(-self.dims, 0):
            chosen = {name: options.get(name, int(name in ("stride", "dilation"))) for name in NAMES}
            rows.append((x.shape[axis], weight.shape[axis], *chosen.values()))
            rule = convlib.transposed_output_size if self.transposed else convlib.output_size
            right.append(rule(*rows[-1][:4], **self._rest(chosen)))
        got = list(shape[-self.dims :])
        if got == right[::-1] and got != right:
            return "axes-swapped"
        slip = name_formula(rows, got, right, self.transposed)
        about_dilation = str(slip).startswith("dilation") and "dilation" not in options
        vague = slip in (
            None,
            "constant-result",
            "last-column-kept",
        )  # true of a table of sizes, not of one shape
        return "wrong-shape" if vague or about_dilation else slip

    def _rest(self, chosen: dict) -> dict:
        names = ("output_padding", "dilation") if self.transposed else ("dilation",)
        return {name: chosen[name] for name in names}


def first_failure(report: Report, function: Function, operation: Operation, tries: Sequence[dict]) -> None:
    """Try the properties in order; write what holds, and the first that does not, into the report.

    The function has to return arrays of finite real numbers: `convgrader.asking.ask` sees to that.
    """
    for held, prove in PROPERTIES:
        for options in tries:
            failed, slip = prove(function, operation, dict(options))
            if failed:
                shown = ", ".join(f"{name}={value}" for name, value in options.items())
                report.failed = f"{failed} (tried with {shown or 'the defaults'})"
                report.slip = slip or _named(function, operation, dict(options))
                return
        report.held.append(held)


def _named(function: Function, operation: Operation, options: dict) -> str | None:
    """Name the slip behind wrong values."""
    x, weight = operation.arrays(0)
    got = function(x.copy(), weight.copy(), **options)
    return name_wrong(got, x, weight, operation, options)


Verdict = tuple[str, str | None]
HOLDS: Verdict = ("", None)


def _shape(function: Function, operation: Operation, options: dict) -> Verdict:
    x, weight = operation.arrays(0)
    got = function(x.copy(), weight.copy(), **options)
    right = operation.right(x, weight, options).shape
    if got.shape == right:
        return HOLDS
    message = f"For x {x.shape} and weight {weight.shape} your result has the wrong shape {got.shape}"
    return message, name_wrong(got, x, weight, operation, options)


def _kept(function: Function, operation: Operation, options: dict) -> Verdict:
    x, weight = operation.arrays(0)
    before = x.copy(), weight.copy()
    function(x, weight, **options)
    if np.array_equal(x, before[0]) and np.array_equal(weight, before[1]):
        return HOLDS
    return "Your function changed an array that it was given", "input-mutated"


def _linear(function: Function, operation: Operation, options: dict) -> Verdict:
    (x, weight), (y, _) = operation.arrays(0), operation.arrays(1)
    both = function(2 * x + y, weight, **options)
    apart = 2 * function(x, weight, **options) + function(y, weight, **options)
    if both.size > 1 and np.ptp(both) == 0 and np.ptp(apart) == 0:
        return "Every value of your result is the same, whatever the input", "constant-result"
    if np.allclose(both, apart):
        return HOLDS
    return "Twice one input plus another does not give twice the one result plus the other", None


def _one_pixel(function: Function, operation: Operation, options: dict) -> Verdict:
    x, weight = operation.arrays(0)
    middle = (0,) * operation.channels + tuple(size // 2 for size in x.shape[operation.channels :])
    single = np.zeros_like(x)
    single[middle] = 1
    got = function(single, weight, **options)
    if np.allclose(got, operation.right(single, weight, options)):
        return HOLDS
    what = (
        "one stamp of the kernel as it stands"
        if operation.transposed
        else "the kernel, as the windows meet it"
    )
    return f"An input that is zero but for a single one should give {what}, and yours does not", None


def _adjoint(function: Function, operation: Operation, options: dict) -> Verdict:
    if isinstance(options.get("padding"), str):  # the partner's padding would have to be worked out first
        return HOLDS
    other = "conv" if operation.transposed else "conv_transpose"
    x, weight = operation.arrays(2)
    got = function(x, weight, **options)
    y = np.random.default_rng(3).integers(-5, 6, size=got.shape)
    back = {name: value for name, value in options.items() if name != "output_padding"}
    if not operation.transposed:
        lost = [
            (i + 2 * back.get("padding", 0) - k) % back.get("stride", 1)
            for i, k in _spatial(x, weight, operation)
        ]
        back["output_padding"] = tuple(lost)
    if np.isclose(np.sum(got * y), np.sum(x * operation.call(other, y, weight, back))):
        return HOLDS
    return f"The products ⟨yours(x), y⟩ and ⟨x, {other}(y)⟩ differ, so yours is not its transpose", None


def _fractions(function: Function, operation: Operation, options: dict) -> Verdict:
    x, weight = operation.arrays(4)
    got = function(x, weight + 0.5, **options)
    right = operation.right(x, weight + 0.5, options)
    if np.allclose(got, right):
        return HOLDS
    cut = np.abs(got - right).max() and np.array_equal(got, np.trunc(got))
    return "With a kernel of fractions some values are wrong", "dtype-truncated" if cut else None


def _everywhere(function: Function, operation: Operation, options: dict) -> Verdict:
    x, weight = operation.arrays(5)
    got, right = function(x, weight, **options), operation.right(x, weight, options)
    wrong = int(np.count_nonzero(~np.isclose(got, right)))
    return (f"{wrong} of {right.size} values are wrong", None) if wrong else HOLDS


def _spatial(x: np.ndarray, weight: np.ndarray, operation: Operation) -> list[tuple[int, int]]:
    return list(zip(x.shape[-operation.dims :], weight.shape[-operation.dims :], strict=True))


PROPERTIES: list[tuple[str, Callable[[Function, Operation, dict], Verdict]]] = [
    ("the shape is right", _shape),
    ("the input is left as it was", _kept),
    ("it is linear", _linear),
    ("a single pixel gives the right stamp", _one_pixel),
    ("it is the transpose of its partner", _adjoint),
    ("every value is right", _everywhere),
    ("fractions are kept", _fractions),
]
