"""The puzzles of the page on what layers cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from convgrader.puzzle import Puzzle
from convlib.cost import arithmetic_intensity, conv_layer

LAYERS = [(4, 4, 1, 8, 1), (4, 4, 3, 8, 1), (4, 4, 3, 8, 4), (8, 2, 1, 10, 1), (6, 12, 5, 2, 3)]
CASES = [
    (64, 64, 3, 56, 1, 1),
    (64, 64, 3, 56, 64, 1),
    (256, 128, 1, 14, 1, 8),
    (32, 64, 5, 7, 4, 16),
    (256, 256, 3, 28, 256, 4),
]
Work = Sequence[tuple[float, float]]


def _parts(c_in: int, c_out: int, k: int, side: int, groups: int) -> tuple[int, int, int]:
    """Return the numbers of the input, of the weights and of the output."""
    return c_in * side**2, c_out * (c_in // groups) * k**2, c_out * side**2


def _moved(
    rule: Callable[[int, int, int], int] = lambda x, w, y: x + w + y,
    adds: int = 1,
    framed: bool = False,
    dense: bool = False,
) -> list[tuple[int, int]]:
    """Return (numbers moved, multiply-adds) of the layers; the options are the slips."""
    rows = []
    for c_in, c_out, k, side, groups in LAYERS:
        x, w, y = _parts(c_in, c_out, k, side, 1 if dense else groups)
        read = c_in * (side + k - 1) ** 2 if framed else x
        rows.append((rule(read, w, y), adds * w * side**2))
    return rows


def intensity(c_in: int, c_out: int, k: int, side: int, groups: int, batch: int) -> float:
    """Return the operations per byte."""
    layer = conv_layer(c_in, c_out, k, side, padding=k // 2, groups=groups)
    return arithmetic_intensity(layer, batch=batch)


def _ratio(
    rule: Callable[[int, int, int, int], float], dense: bool = False
) -> Callable[[int, int, int, int, int, int], float]:
    """Return operations per byte with another rule for the bytes of (input, weights, output, batch)."""

    def slip(c_in: int, c_out: int, k: int, side: int, groups: int, batch: int) -> float:
        x, w, y = _parts(c_in, c_out, k, side, 1 if dense else groups)
        return 2 * batch * w * side**2 / rule(x, w, y, batch)

    return slip


def _time(
    both: Callable[[float, float], float],
    over: Callable[[list[float]], float] = sum,
    twice: int = 2,
    size: int = 4,
) -> Callable[[Work, float, float], float]:
    """Return the time with a rule for the two clocks of a layer and one for the layers."""
    return lambda layers, rate, width: float(
        over([both(twice * n / rate, size * m / width) for n, m in layers])
    )


def _at_once(layers: Work, rate: float, width: float) -> float:
    """Return the larger of both clocks over all layers together."""
    return max(2 * sum(n for n, _ in layers) / rate, 4 * sum(m for _, m in layers) / width)


def resnet50(
    stride_in: str,
    *,
    shortcut: str = "first",
    classifier: bool = True,
    stem: bool = True,
    pooled: bool = True,
    inside: int = 9,
) -> int:
    """Return ResNet-50's multiply-adds; the options are the slips."""
    side = 56 if pooled else 112
    total, channels = 112**2 * 49 * 3 * 64 * stem, 64
    for stage, count in enumerate((3, 4, 6, 3)):
        inner, outer = 64 * 2**stage, 256 * 2**stage
        for block in range(count):
            before, side = side, side // 2 if stage and not block else side
            total += (side if stride_in == "1x1" else before) ** 2 * channels * inner
            total += side**2 * (inside * inner + outer) * inner
            counted = {"first": not block, "none": False, "all": True, "strided": stage and not block}[
                shortcut
            ]
            total += side**2 * channels * outer if counted else 0
            channels = outer
    return total + 2048 * 1000 * classifier


OTHER = {"1x1": "3x3", "3x3": "1x1"}

PUZZLES = {
    "cost-moved": Puzzle(
        _moved,
        (),
        [()],
        {
            "output-not-moved": partial(_moved, lambda x, w, y: x + w),
            "weights-not-moved": partial(_moved, lambda x, w, y: x + y),
            "input-not-moved": partial(_moved, lambda x, w, y: w + y),
            "padding-moved": partial(_moved, framed=True),
            "flops-are-macs": partial(_moved, adds=2),
            "groups-ignored": partial(_moved, dense=True),
            "bytes-for-numbers": partial(_moved, lambda x, w, y: 4 * (x + w + y)),
        },
        [("Five pairs are asked for.", lambda got: got.shape == (5, 2), "wrong-shape")],
    ),
    "cost-intensity": Puzzle(
        intensity,
        ("c_in", "c_out", "kernel_size", "side", "groups", "batch"),
        CASES,
        {
            "flops-are-macs": lambda *case: intensity(*case) / 2,
            "bytes-for-numbers": lambda *case: intensity(*case) * 4,
            "weights-read-per-image": _ratio(lambda x, w, y, n: 4 * n * (x + w + y)),
            "batch-moves-nothing": _ratio(lambda x, w, y, n: 4 * (x + w + y)),
            "groups-ignored": _ratio(lambda x, w, y, n: 4 * (n * (x + y) + w), dense=True),
            "output-not-moved": _ratio(lambda x, w, y, n: 4 * (n * x + w)),
            "weights-not-moved": _ratio(lambda x, w, y, n: 4 * n * (x + y)),
            "ratio-upside-down": lambda *case: 1 / intensity(*case),
        },
    ),
    "cost-roof": Puzzle(
        _time(max),
        ("layers", "operations_per_second", "bytes_per_second"),
        [
            ([(1000, 10)], 20.0, 1.0),
            ([(10, 1000)], 20.0, 1.0),
            ([(4000, 100), (300, 200)], 16.0, 2.0),
            ([(900, 100), (50, 70), (9000, 30)], 10.0, 1.0),
            ([(1003, 10), (7, 31), (45, 90)], 16.0, 8.0),
            ([(2, 1), (1, 1)], 10.0, 9.0),
        ],
        {
            "clocks-added": _time(lambda a, b: a + b),
            "faster-clock": _time(min),
            "fewer-flops-faster": _time(lambda a, b: a),
            "arithmetic-is-free": _time(lambda a, b: b),
            "flops-are-macs": _time(max, twice=1),
            "bytes-for-numbers": _time(max, size=1),
            "layers-at-once": _at_once,
            "slowest-layer-only": _time(max, max),
        },
    ),
    "cost-resnet": Puzzle(
        resnet50,
        ("stride_in",),
        [("1x1",), ("3x3",)],
        {
            "stride-at-the-wrong-layer": lambda stride_in: resnet50(OTHER[stride_in]),
            "shortcut-not-counted": partial(resnet50, shortcut="none"),
            "shortcut-everywhere": partial(resnet50, shortcut="all"),
            "classifier-left-out": partial(resnet50, classifier=False),
            "first-layer-left-out": partial(resnet50, stem=False),
            "pooling-halves-the-map": partial(resnet50, pooled=False),
            "kernel-side-counted": partial(resnet50, inside=3),
            "flops-are-macs": lambda stride_in: 2 * resnet50(stride_in),
        },
        [
            (
                "With the stride in the 3×3 layer the first 1×1 layers run on larger maps.",
                lambda got, stride_in: stride_in == "1x1" or int(got) != resnet50("1x1"),
                "stride-at-the-wrong-layer",
            )
        ],
    ),
}
