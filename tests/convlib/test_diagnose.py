"""Every slip, for every kind it belongs to, is named, and no other is; a right result is right, an odd one is nobody's."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import convlib
from convlib import ShapeError, conv, conv2d, conv_transpose, conv_transpose2d, grad, separable
from convlib._arrays import to_numpy
from convlib._problem import KINDS, Asked, read_problem
from convlib._slips import SLIPS
from convlib.diagnose import LESS_EXACT, SLIP_IDS, Diagnosis, diagnose, results_of

# kind, rank, channels out and in (those of the group too), kernel, sizes, options.
# Sizes differ from each other, nothing is symmetric; together they give every slip an occasion.
CASES = [
    ("conv", (2, 3, 6, 7), (4, 3, 2, 3), {"stride": (2, 1), "padding": (1, 2), "bias": True}),
    ("conv", (2, 3, 8, 7), (5, 3, 3, 2), {"stride": 3}),
    ("conv", (1, 4, 9), (4, 4, 3), {"dilation": 2, "padding": 2, "bias": True}),
    ("conv", (1, 3, 8, 9), (4, 3, 3, 3), {"stride": 2, "padding": "same"}),
    ("conv", (2, 3, 8), (5, 3, 4), {"padding": "same"}),
    ("conv", (1, 2, 7, 7), (3, 2, 2, 2), {}),
    ("conv", (2, 6, 7, 8), (9, 2, 3, 2), {"groups": 3, "padding": 2, "bias": True}),
    ("conv", (1, 4, 7, 8), (8, 1, 3, 2), {"groups": 4, "padding": 1}),  # depthwise, two kernels a channel
    ("conv", (1, 2, 5, 6, 7), (3, 2, 2, 1, 3), {"stride": (1, 2, 3), "padding": (1, 0, 2), "dilation": (2, 1, 1)}),
    ("conv", (1, 2, 5, 6, 7), (3, 2, 3, 3, 3), {"padding": 2, "bias": True}),
    ("convolve", (2, 3, 6, 7), (4, 3, 2, 3), {"padding": 2, "bias": True}),
    ("convolve", (1, 3, 8, 9), (3, 3, 3, 3), {"stride": 2, "padding": "same", "dilation": (1, 2)}),
    ("convolve", (1, 4, 8, 7), (6, 2, 3, 2), {"stride": (3, 2), "groups": 2, "padding": (2, 3)}),
    ("convolve", (1, 2, 10), (3, 2, 3), {"stride": 2, "dilation": 2}),
    ("convolve", (1, 2, 9), (3, 2, 4), {"padding": "same"}),
    ("shuffle", (2, 6, 6, 7), (6, 2, 2, 3), {"groups": 3, "stride": (2, 1), "padding": (1, 2), "bias": True}),
    ("shuffle", (1, 4, 8, 9), (8, 2, 3, 3), {"groups": 2, "stride": 2, "padding": "same"}),
    ("shuffle", (1, 8, 9), (8, 2, 3), {"groups": 4, "dilation": 2, "stride": 3}),
    ("shuffle", (1, 6, 9), (12, 1, 4), {"groups": 6, "padding": "same"}),
    ("shuffle", (1, 6, 6, 7), (6, 2, 3, 3), {"groups": 3}),
    ("shuffle", (1, 4, 5, 9), (4, 4, 3, 3), {"padding": 2}),
    ("conv_transpose", (2, 3, 4, 5), (3, 4, 3, 5), {"stride": (2, 3), "padding": (1, 2), "output_padding": 1, "bias": True}),
    ("conv_transpose", (2, 3, 4, 5), (3, 2, 4, 3), {"stride": (3, 2), "padding": 2}),
    ("conv_transpose", (1, 3, 4, 5), (3, 3, 3, 3), {"stride": 2, "padding": "same"}),
    ("conv_transpose", (1, 4, 5), (4, 4, 3), {"stride": 3, "dilation": 2, "bias": True}),
    ("conv_transpose", (1, 6, 4, 5), (6, 2, 3, 2), {"stride": (2, 3), "groups": 3}),
    ("conv_transpose", (1, 2, 2, 3, 4), (2, 3, 4, 3, 3), {"stride": 2, "padding": 2, "output_padding": 1}),
    ("input_gradient", (2, 4, 9, 8), (3, 4, 3, 5), {"stride": (2, 3), "padding": (1, 2)}),
    ("input_gradient", (2, 3, 8, 9), (4, 3, 3, 3), {"padding": 2, "dilation": (1, 2)}),
    ("input_gradient", (1, 3, 9), (3, 3, 2), {"stride": 3}),
    ("input_gradient", (1, 4, 8, 9), (6, 2, 3, 2), {"groups": 2, "stride": 2, "dilation": (1, 2)}),
    ("input_gradient", (1, 2, 9, 9), (3, 2, 3, 3), {"stride": (2, 3)}),
    ("weight_gradient", (2, 3, 8, 9), (4, 3, 3, 2), {"stride": (2, 3), "padding": (1, 2), "dilation": (1, 2)}),
    ("weight_gradient", (2, 3, 8, 9), (3, 3, 3, 2), {"padding": 2}),
    ("weight_gradient", (2, 6, 8), (9, 2, 3), {"groups": 3, "stride": 2}),
]  # fmt: skip


def drawn(case, seed=20261):
    """Arguments of `diagnose` but for the result: no number twice, so nothing cancels."""
    kind, x_shape, w_shape, options = case
    rng = np.random.default_rng(seed)
    options = dict(options)
    x, weight = 3 * rng.normal(size=x_shape), 3 * rng.normal(size=w_shape)
    channels = w_shape[1] * options.get("groups", 1) if kind == "conv_transpose" else w_shape[0]
    bias = 3 * rng.normal(size=channels) if options.pop("bias", False) else None
    options["kind"] = kind
    if "gradient" in kind:
        given = [
            options.get(name, default)
            for name, default in (("stride", 1), ("padding", 0), ("dilation", 1), ("groups", 1))
        ]
        options["grad_output"] = 3 * rng.normal(size=conv(x, weight, None, *given).shape)
    return (x, weight, bias), options


def problem_of(case):
    (x, weight, bias), options = drawn(case)
    full = {
        "stride": 1,
        "padding": 0,
        "dilation": 1,
        "groups": 1,
        "output_padding": 0,
        "padding_mode": "zeros",
    }
    full.update(options)
    grad_output = full.pop("grad_output", None)
    return read_problem(Asked(**full), x, weight, bias, grad_output)


def right_of(case):
    """The right result, by the library's own functions."""
    (x, weight, bias), options = drawn(case)
    kind = options.pop("kind")
    if kind == "conv_transpose":
        return conv_transpose(x, weight, bias, **options)
    if kind == "convolve":
        weight = np.flip(weight, tuple(range(2, weight.ndim)))
    if "gradient" in kind:
        g = options.pop("grad_output")
        if kind == "input_gradient":
            return grad.conv_input(x.shape, weight, g, **options)
        return grad.conv_weight(x, weight.shape, g, **options)
    y = conv(x, weight, bias, **options)
    return convlib.channel_shuffle(y, options.get("groups", 1)) if kind == "shuffle" else y


@cache
def verdicts(number):
    """Every result that every slip leads to in this case, and what `diagnose` says of it."""
    problem, right, _ = problem_of(CASES[number])
    np.testing.assert_allclose(right, right_of(CASES[number]), atol=1e-9)
    arguments, options = drawn(CASES[number])
    assert diagnose(right, *arguments, **options).correct
    return [
        (id, diagnose(wrong, *arguments, **options))
        for id in SLIPS
        for wrong in results_of(id, problem, right)
    ]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_each_slip_is_named_and_no_other(number):
    for id, found in verdicts(number):
        assert found.also == (), f"what {id} leads to could be {found.id} or {found.also}"
        assert found.id == id or id in LESS_EXACT, f"what {id} leads to is called {found.id}"


def test_every_slip_is_named_for_every_kind_it_belongs_to():
    wanted = {(id, kind) for id, entry in SLIPS.items() for kind in entry[0]}
    named = {(id, CASES[n][0]) for n in range(len(CASES)) for id, found in verdicts(n) if found.id == id}
    assert named == wanted
    assert len(SLIPS) >= 40
    assert {kind for _, kind in wanted} == set(KINDS)


# Programs that students write, and one edit of each that is the slip.

CONV = """
def conv(x, w, b, stride, pad, dilation, groups):
    n, c, h, v = x.shape
    o, i, p, q = w.shape
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    H = (h + 2 * pad - dilation * (p - 1) - 1) // stride + 1
    V = (v + 2 * pad - dilation * (q - 1) - 1) // stride + 1
    y = np.zeros((n, o, H, V))
    for a, f, r, s in np.ndindex(y.shape):
        first = f // (o // groups) * i
        total = 0
        for d, j, k in np.ndindex(i, p, q):
            total += w[f, d, j, k] * x[a, first + d, r * stride + j * dilation, s * stride + k * dilation]
        y[a, f, r, s] = total + b[f]
    return y
"""
TRANSPOSED = """
def conv(x, w, b, stride, pad, extra, dilation):
    n, c, h, v = x.shape
    _, o, p, q = w.shape
    H = (h - 1) * stride + dilation * (p - 1) + 1 + extra
    V = (v - 1) * stride + dilation * (q - 1) + 1 + extra
    y = np.zeros((n, o, H, V))
    for a, i, r, s in np.ndindex(x.shape):
        for f, j, k in np.ndindex(o, p, q):
            y[a, f, r * stride + j * dilation, s * stride + k * dilation] += x[a, i, r, s] * w[i, f, j, k]
    y = y[:, :, pad : H - pad, pad : V - pad]
    return y + b[:, None, None]
"""
GRADIENT = """
def gradient(x, g, stride, pad, dilation, p, q):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    w = np.zeros((g.shape[1], x.shape[1], p, q))
    for f, d, j, k in np.ndindex(w.shape):
        for a, r, s in np.ndindex(g.shape[0], *g.shape[2:]):
            w[f, d, j, k] += g[a, f, r, s] * x[a, d, r * stride + j * dilation, s * stride + k * dilation]
    return w
"""
CONV_EDITS = [
    ("kernel-reversed", {}, "w[f, d, j, k] *", "w[f, d, p - 1 - j, q - 1 - k] *"),
    ("padding-ignored", {}, "(pad, pad), (pad, pad)))", "(0, 0), (0, 0))); pad = 0"),
    ("padding-one-side", {}, "(pad, pad), (pad, pad)))", "(2 * pad, 0), (2 * pad, 0)))"),
    ("padding-one-side", {}, "(pad, pad), (pad, pad)))", "(0, 2 * pad), (0, 2 * pad)))"),
    ("padding-wrong-values", {}, "(pad, pad)))", "(pad, pad)), mode='edge')"),
    ("padding-wrong-values", {}, "(pad, pad)))", "(pad, pad)), constant_values=1)"),
    ("padding-total-per-side", {}, "x = np.pad", "pad = 2 * pad; x = np.pad"),
    ("ceil-for-floor", {"stride": 3, "pad": 0}, "- 1) // stride + 1", "- 1 + stride - 1) // stride + 1; "
     "x = np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1)))"),
    ("last-column-dropped", {}, "- 1) // stride + 1", "- 1) // stride"),
    ("stride-ignored", {"stride": 2}, "r * stride + j * dilation, s * stride", "r + j * dilation, s"),
    ("dilation-ignored", {"dilation": 2}, "stride + j * dilation, s * stride + k * dilation", "stride + j, s * stride + k"),
    ("dilation-counts-zeros", {"dilation": 1}, "x = np.pad", "dilation = dilation + 1; x = np.pad"),
    ("bias-missing", {}, "total + b[f]", "total"),
    ("bias-per-input", {}, "total += w", "total += b[f] / (p * q) + w"),
    ("bias-per-input", {}, "total += ", "total += b[f] * (d + j + k > 0) + "),
    ("mean-for-sum", {}, "total + b", "total / (p * q) + b"),
    ("channels-not-summed", {}, "total + b", "total / i + b"),
    ("single-channel-only", {}, "np.ndindex(i, p, q)", "np.ndindex(1, p, q)"),
    ("sign-flipped", {}, "return y", "return -y"),
    ("channel-order-reversed", {}, "y[a, f, r, s] =", "y[a, o - 1 - f, r, s] ="),
    ("batch-axis-mixed", {}, "x[a, first", "x[n - 1 - a, first"),
    ("batch-axis-mixed", {}, "x[a, first", "x[0, first"),
    ("wrong-group-slice", {"groups": 3}, "f // (o // groups) * i", "f % groups * i"),
    ("wrong-group-slice", {"groups": 3}, "f // (o // groups) * i", "0"),
    ("dtype-truncated", {}, "y = np.zeros((n, o, H, V))", "y = np.zeros((n, o, H, V), int)"),
    ("axes-swapped", {}, "return y", "return y.transpose(0, 1, 3, 2)"),
    ("off-by-one", {"pad": 0}, "x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))",
     "x = np.pad(x[:, :, 1:, 1:], ((0, 0), (0, 0), (0, 1), (0, 1)))"),
    ("constant-result", {}, "return y", "return np.ones(y.shape)"),
    ("scaled", {}, "return y", "return 3 * y"),
    ("shifted", {"pad": 0}, "return y", "return np.roll(y, 1, axis=3)"),
    ("wrong-shape", {}, "return y", "return np.pad(y, 2)[2:-2, 2:-2]"),
    (None, {}, "return y", "return y + r * s"),
    (None, {}, "return y", "return np.sort(y)"),
]  # fmt: skip
TRANSPOSED_EDITS = [
    ("transposed-kernel-reversed", {}, "w[i, f, j, k]", "w[i, f, p - 1 - j, q - 1 - k]"),
    ("accumulation-overwrites", {}, "for a, i, r, s in np.ndindex(x.shape):\n        for f, j, k in np.ndindex(o, p, q):\n"
     "            y[a, f, r * stride + j * dilation, s * stride + k * dilation] += x[a, i, r, s] * w[i, f, j, k]",
     "for a, r, s in np.ndindex(n, h, v):\n        for f, j, k in np.ndindex(o, p, q):\n"
     "            y[a, f, r * stride + j * dilation, s * stride + k * dilation] = x[a, :, r, s] @ w[:, f, j, k]"),
    ("accumulation-overwrites", {}, "+= x[a, i", "= x[a, i"),
    ("output-padding-ignored", {"extra": 1}, "H =", "extra = 0; H ="),
    ("output-padding-adds-zeros", {"extra": 1}, "y = y[", "y = np.pad(y[:, :, : H - pad - extra, : V - pad - extra], ((0, 0), (0, 0),"
     " (0, extra + pad), (0, extra + pad))); y = y["),
    ("output-padding-at-start", {"extra": 1}, "y = y[:, :, pad : H - pad, pad : V - pad]",
     "y = y[:, :, pad - extra : H - pad - extra, pad - extra : V - pad - extra]"),
    ("padding-ignored", {}, "y = y[:, :, pad : H - pad, pad : V - pad]", ""),
    ("padding-one-side", {}, "pad : H - pad, pad : V - pad", "2 * pad : H, 2 * pad : V"),
    ("stride-ignored", {}, "n, c, h", "stride = 1; n, c, h"),
    ("zeros-count-wrong", {}, "n, c, h", "stride = stride + 1; n, c, h"),
    ("dilation-ignored", {"dilation": 2}, "n, c, h", "dilation = 1; n, c, h"),
    ("bias-missing", {}, "return y + b[:, None, None]", "return y"),
    ("transposed-padding-pads-input", {}, "n, c, h", "x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))); pad = 0; n, c, h"),
    ("repeat-for-zeros", {}, "n, c, h", "x = x.repeat(stride, 2).repeat(stride, 3); stride = 1; n, c, h"),
    ("sign-flipped", {"bias": False}, "return y", "return -y"),
]  # fmt: skip
GRADIENT_EDITS = [
    ("gradient-not-summed", "a, r, s in np.ndindex(g.shape[0], *g.shape[2:])", "a, r, s in np.ndindex(1, *g.shape[2:])"),
    ("gradient-not-summed", "a, r, s in np.ndindex(g.shape[0], *g.shape[2:])", "a, r, s in np.ndindex(g.shape[0], 1, 1)"),
    ("gradient-not-summed", "return w", "return w / len(x)"),
    ("kernel-reversed", "w[f, d, j, k] +=", "w[f, d, p - 1 - j, q - 1 - k] +="),
    ("stride-ignored", "r * stride + j * dilation, s * stride", "r + j * dilation, s"),
    ("dilation-ignored", "stride + j * dilation, s * stride + k * dilation", "stride + j, s * stride + k"),
    ("sign-flipped", "return w", "return -w"),
]  # fmt: skip


def program(source, name, edit=None):
    if edit:
        assert source.count(edit[0]) >= 1, f"nothing to edit: {edit[0]}"
        source = source.replace(*edit)
    scope = {"np": np}
    exec(source, scope)
    return scope[name]


@pytest.mark.parametrize(("slip", "options", "old", "new"), CONV_EDITS)
def test_a_students_convolution(rng, slip, options, old, new):
    o = {"stride": 1, "pad": 2, "dilation": 1, "groups": 1, **options}
    x = 3 * rng.normal(size=(2, 3 * o["groups"], 6, 7))
    weight, bias = 3 * rng.normal(size=(6, 3, 2, 4)), 3 * rng.normal(size=6)
    arguments = x, weight, bias, o["stride"], o["pad"], o["dilation"], o["groups"]
    right = program(CONV, "conv")(*arguments)
    assert diagnose(right, *arguments).correct
    found = diagnose(program(CONV, "conv", (old, new))(*arguments), *arguments)
    assert (found.id, found.also, found.correct) == (slip, (), False)


@pytest.mark.parametrize(("slip", "options", "old", "new"), TRANSPOSED_EDITS)
def test_a_students_transposed_convolution(rng, slip, options, old, new):
    o = {"stride": 2, "pad": 2, "extra": 0, "dilation": 1, "bias": True, **options}
    x, weight = 3 * rng.normal(size=(2, 3, 4, 5)), 3 * rng.normal(size=(3, 4, 3, 5))
    bias = 3 * rng.normal(size=4) * o["bias"]
    arguments = x, weight, bias, o["stride"], o["pad"], o["extra"], o["dilation"]
    asked = {
        "stride": o["stride"],
        "padding": o["pad"],
        "output_padding": o["extra"],
        "dilation": o["dilation"],
    }
    right = program(TRANSPOSED, "conv")(*arguments)
    assert diagnose(right, x, weight, bias, transposed=True, **asked).correct
    wrong = program(TRANSPOSED, "conv", (old, new))(*arguments)
    found = diagnose(wrong, x, weight, bias, transposed=True, **asked)
    assert (found.id, found.also) == (slip, ())


@pytest.mark.parametrize(("slip", "old", "new"), GRADIENT_EDITS)
def test_a_students_gradient(rng, slip, old, new):
    x, weight = 3 * rng.normal(size=(2, 3, 8, 9)), np.zeros((4, 3, 3, 2))
    asked = {"stride": 2, "padding": 1, "dilation": 2}
    g = rng.normal(size=conv(x, weight, None, **asked).shape)
    options = {"kind": "weight_gradient", "grad_output": g, **asked}
    assert diagnose(program(GRADIENT, "gradient")(x, g, 2, 1, 2, 3, 2), x, weight, **options).correct
    wrong = program(GRADIENT, "gradient", (old, new))(x, g, 2, 1, 2, 3, 2)
    found = diagnose(wrong, x, weight, **options)
    assert (found.id, found.also) == (slip, ())


def test_same_padding_at_the_start(rng):
    x, weight = rng.normal(size=(1, 2, 8, 8)), rng.normal(size=(3, 2, 3, 3))
    ported = conv2d(x, weight, stride=2, padding=1)  # what a port to one padding number computes
    assert diagnose(ported, x, weight, stride=2, padding="same").id == "same-padded-at-start"
    right = conv2d(x, weight[:, :, :, :2], stride=2, padding=((1, 0), (0, 0)))
    assert diagnose(right, x, weight[:, :, :, :2], stride=2, padding="same").id == "same-padded-at-start"
    wide = rng.normal(size=(3, 2, 5, 5))  # a total of 3
    for pads, id in (((3, 0), "same-padded-at-start"), ((0, 3), "padding-one-side")):
        assert (
            diagnose(conv2d(x, wide, stride=2, padding=(pads, pads)), x, wide, stride=2, padding="same").id
            == id
        )
    small, back = rng.normal(size=(1, 2, 4, 5)), rng.normal(size=(2, 3, 3, 3))
    ported = conv_transpose2d(small, back, stride=2, padding=1, output_padding=1)
    assert (
        diagnose(ported, small, back, stride=2, padding="same", transposed=True).id == "same-padded-at-start"
    )


def test_shuffle_alone(rng):
    x, weight = rng.normal(size=(1, 6, 4, 5)), rng.normal(size=(6, 2, 1, 1))
    y = conv2d(x, weight, groups=3)
    options = {"groups": 3, "kind": "shuffle"}
    assert diagnose(convlib.channel_shuffle(y, 3), x, weight, **options).correct
    assert diagnose(y, x, weight, **options).id == "shuffle-missing"
    assert diagnose(convlib.channel_shuffle(y, 2), x, weight, **options).id == "shuffle-inverted"


def test_symmetric_inputs_hide_differences_and_it_says_so():
    x, weight = np.arange(10.0).reshape(1, 10) ** 2, np.array([[[1.0, 0.0, -1.0]]])
    found = diagnose(-conv(x, weight), x, weight)  # an odd kernel reversed is its negative
    assert (found.id, found.also) == ("kernel-reversed", ("sign-flipped",))
    assert "sign-flipped" in str(found)


def test_without_batch_and_from_torch_and_in_whole_numbers():
    torch = pytest.importorskip("torch")
    x, weight = np.arange(20).reshape(2, 10) ** 2 % 17, np.arange(12).reshape(2, 2, 3)
    wrong = conv(x, weight[:, :, ::-1])
    assert diagnose(wrong, x, weight).id == "kernel-reversed"
    assert diagnose(torch.tensor(wrong), torch.tensor(x), torch.tensor(weight)).id == "kernel-reversed"
    assert diagnose(wrong.astype(np.float32), x, weight).id == "kernel-reversed"


def test_every_id_is_in_the_table_of_misconceptions():
    table = json.loads((Path(convlib.__file__).parent / "misconceptions.json").read_text(encoding="utf-8"))
    assert set(SLIP_IDS) <= set(table)
    assert len(set(SLIP_IDS)) == len(SLIP_IDS)


def test_nan_and_nothing():
    x, weight = np.array([[1.0, np.nan, 3, 4, 7]]), np.array([[[1.0, 2.0]]])
    assert diagnose(conv(x, weight), x, weight).correct
    assert diagnose(conv(x, weight[:, :, ::-1]), x, weight).id == "kernel-reversed"
    empty = np.zeros((0, 1, 5)), np.ones((1, 1, 2))
    assert diagnose(np.zeros((0, 1, 4)), *empty).correct


def test_what_rounding_leaves_of_sums_that_cancel_is_right():
    torch = pytest.importorskip("torch")
    x = torch.full((1, 1, 16, 16), 0.7)
    kernel = separable.gaussian(9, sigma=1) - separable.gaussian(9, sigma=2)
    weight = torch.tensor(kernel[None, None]).float()
    assert diagnose(torch.conv2d(x, weight), x, weight).correct
    assert diagnose(3 * torch.conv2d(x, weight), x, weight).correct  # only rounding is left to be scaled


@pytest.mark.parametrize("offset", [1000, 100000])
@pytest.mark.parametrize("transposed", [False, True])
def test_slips_are_told_apart_where_sums_cancel(rng, offset, transposed):
    x = (rng.normal(size=(1, 3, 20, 19)) + offset).astype(np.float32)
    weight = rng.normal(size=(3, 3, 3, 3))
    weight = (weight - weight.mean((2, 3), keepdims=True)).astype(np.float32)
    operation = conv_transpose2d if transposed else conv2d
    right, reverse = operation(x, weight), "transposed-kernel-reversed" if transposed else "kernel-reversed"
    found = [
        diagnose(got, x, weight, transposed=transposed)
        for got in (right, operation(x, weight[..., ::-1, ::-1]), 2 * right, np.zeros_like(right))
    ]
    assert found[0].correct
    assert [one.id for one in found] == [None, reverse, "scaled", "constant-result"]


def in_precision(array, name):
    if name != "bfloat16":
        return array.astype(name)
    torch = pytest.importorskip("torch")
    return torch.tensor(np.ascontiguousarray(array)).bfloat16()


@pytest.mark.parametrize("name", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("number", range(0, len(CASES), 3))
def test_the_tolerance_follows_the_precision_of_the_result(number, name):
    problem, right, _ = problem_of(CASES[number])
    arguments, options = drawn(CASES[number])
    assert diagnose(in_precision(right, name), *arguments, **options).correct
    for id in SLIPS:
        if (name, id) == ("bfloat16", "dtype-truncated"):
            continue  # it has no room for the fractions of large numbers
        for wrong in results_of(id, problem, right):
            found = diagnose(in_precision(wrong, name), *arguments, **options)
            assert found.id == id or id in LESS_EXACT, f"what {id} leads to is called {found.id}"


@pytest.mark.parametrize(
    ("library", "name"), [("numpy", "float16"), ("torch", "float16"), ("torch", "bfloat16")]
)
def test_results_in_16_bits(rng, library, name):
    torch = pytest.importorskip("torch")
    x, weight = (
        torch.tensor(rng.normal(size=size)).to(getattr(torch, name))
        for size in ((1, 30, 9, 8), (4, 30, 3, 3))
    )
    wrong = conv2d(x, weight.flip(2, 3))
    back = weight.swapaxes(0, 1)
    if library == "numpy":
        x, weight, wrong, back = (array.numpy() for array in (x, weight, wrong, back))
    right, stamped = conv2d(x, weight), conv_transpose2d(x, back, stride=2)
    assert diagnose(right, x, weight).correct
    assert diagnose(to_numpy(right).astype(float), x, weight).correct  # the inputs say how it was computed
    assert diagnose(stamped, x, back, stride=2, transposed=True).correct
    assert diagnose(wrong, x, weight).id == "kernel-reversed"


def test_small_numbers_are_told_apart(rng):
    x, weight = 1e-10 * rng.normal(size=(1, 2, 7)), 1e-10 * rng.normal(size=(3, 2, 3))
    assert diagnose(conv(x, weight), x, weight).correct
    assert diagnose(conv(x, weight[..., ::-1]), x, weight).id == "kernel-reversed"


def complex_normal(rng, size):
    return rng.normal(size=size) + 1j * rng.normal(size=size)


COMPLEX = [("conv", "xw"), ("conv", "w"), ("conv_transpose", "xw"), ("conv_transpose", "w"), ("conv_transpose", "x"),
           ("input_gradient", "w"), ("input_gradient", "g"), ("input_gradient", "wg"),
           ("weight_gradient", "x"), ("weight_gradient", "g"), ("weight_gradient", "xg")]  # fmt: skip


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("kind", "which"), COMPLEX)
def test_complex_numbers(rng, kind, which):
    sizes = {"x": (2, 3, 9), "w": (3, 4, 3) if kind == "conv_transpose" else (4, 3, 3), "g": (2, 4, 7)}
    x, w, g = (
        complex_normal(rng, size) if name in which else rng.normal(size=size) for name, size in sizes.items()
    )
    options = {"kind": kind, **({"grad_output": g} if "gradient" in kind else {})}
    compute = {
        "conv": lambda w, g: conv(x, w),
        "conv_transpose": lambda w, g: conv_transpose(x, w),
        "input_gradient": lambda w, g: grad.conv1d_input(x.shape, w, g),
        "weight_gradient": lambda w, g: grad.conv1d_weight(x, w.shape, g),
    }[kind]
    first = g * (np.arange(2) == 0)[:, None, None]
    slip, wrong = {
        "conv": ("kernel-reversed", compute(w[..., ::-1], g)),
        "conv_transpose": ("transposed-kernel-reversed", compute(w[..., ::-1], g)),
        "input_gradient": ("transposed-kernel-reversed", compute(w[..., ::-1], g)),
        "weight_gradient": ("gradient-not-summed", compute(w, first)),
    }[kind]
    assert diagnose(compute(w, g), x, w, **options).correct
    assert diagnose(wrong, x, w, **options).id == slip
    assert diagnose((2 + 1j) * compute(w, g), x, w, **options).id == "scaled"


def test_of_a_gradients_own_array_only_the_shape_counts(rng):
    x, w, g = rng.normal(size=(1, 2, 7)), rng.normal(size=(3, 2, 3)), rng.normal(size=(1, 3, 5))
    g[0, 0, 0] = np.inf
    of_input, of_weight = grad.conv1d_input(x.shape, w, g), grad.conv1d_weight(x, w.shape, g)
    assert diagnose(of_input, 1j * x, w, kind="input_gradient", grad_output=g).correct
    assert diagnose(of_weight, x, 1j * w, kind="weight_gradient", grad_output=g).correct


def test_a_gradient_that_was_not_conjugated(rng):
    x, w, g = rng.normal(size=(1, 2, 7)), complex_normal(rng, (3, 2, 3)), rng.normal(size=(1, 3, 5))
    wrong = grad.conv1d_input(x.shape, w.conj(), g)
    assert diagnose(wrong, x, w, kind="input_gradient", grad_output=g) == Diagnosis(None)


def test_zeros_are_a_constant_and_not_truncated(rng):
    x, weight = rng.uniform(size=(1, 1, 9, 9)), separable.gaussian(3, sigma=1)[None, None]
    right = conv2d(x, weight)
    assert diagnose(np.zeros(right.shape), x, weight).id == "constant-result"
    assert diagnose(np.floor(9 * right), 9 * x, weight).id == "dtype-truncated"
    flat = np.ones((1, 1, 9, 9))  # then the right result is constant as well
    assert diagnose(np.zeros(right.shape), 0.7 * flat, weight).id == "dtype-truncated"


@pytest.mark.parametrize("padding", ["same", ("same",), ("same", "same"), ["same", "same"]])
def test_every_way_to_write_same(rng, padding):
    x, weight = rng.normal(size=(1, 2, 8, 8)), rng.normal(size=(3, 2, 2, 2))
    wrong = conv2d(x, weight, padding=((1, 0), (1, 0)))
    assert diagnose(wrong, x, weight, padding=padding).id == "same-padded-at-start"
    small, back = rng.normal(size=(1, 2, 4, 5)), rng.normal(size=(2, 3, 3, 3))
    ported = conv_transpose2d(small, back, stride=2, padding=1, output_padding=1)
    found = diagnose(ported, small, back, stride=2, padding=padding, transposed=True)
    assert found.id == "same-padded-at-start"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan, 1e300])
@pytest.mark.parametrize("kind", ["conv", "conv_transpose", "input_gradient", "weight_gradient"])
def test_one_number_that_is_none(rng, kind, value):
    x, weight, g = (rng.normal(size=size) for size in ((1, 2, 9), (2, 2, 3), (1, 2, 7)))
    x[:, :, :4] = g[:, :, :4] = g[:, 0] = 0  # Inf times 0 is what warns
    options = {"kind": kind, **({"grad_output": g} if "gradient" in kind else {})}
    right = {
        "conv": conv(x, weight),
        "conv_transpose": conv_transpose(x, weight),
        "input_gradient": grad.conv_input(x.shape, weight, g),
        "weight_gradient": grad.conv_weight(x, weight.shape, g),
    }[kind]
    assert (right == 0).any()
    right[0, 0, 1] = value
    for got in (right, right + 1j, np.full(right.shape, value)):
        found = diagnose(got, x, weight, **options)
        assert not found.correct
        assert found.id in (None, "constant-result")


@pytest.mark.filterwarnings("error")
def test_a_number_of_the_input_that_is_none():
    x, weight = np.array([[[0.0, np.inf, 3, 4, 7, -np.inf, 2, 1]]]), np.array([[[1.0, 0.0, 2.0]]])
    with np.errstate(invalid="ignore"):
        right, wrong = conv(x, weight), conv(x, weight[..., ::-1])
    assert diagnose(right, x, weight).correct
    assert diagnose(wrong, x, weight).id == "kernel-reversed"


def test_wrong_shapes_where_nothing_is_right():
    assert diagnose(np.zeros((1, 1, 4)), np.zeros((0, 1, 5)), np.ones((1, 1, 2))).id == "wrong-shape"
    options = {"kind": "weight_gradient", "grad_output": np.zeros((0, 3, 5))}
    x, weight = np.zeros((0, 2, 7)), np.ones((3, 2, 3))
    assert diagnose(weight, x, weight, **options) == Diagnosis(None)
    assert diagnose(0 * weight, x, weight, **options).correct


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: diagnose([1], [[1, 2]], [[[1]]], kind="pool"),
            ValueError,
            "diagnose: kind must be one of 'conv', 'convolve', 'conv_transpose', 'shuffle', 'input_gradient',"
            " 'weight_gradient', not 'pool'.",
        ),
        (
            lambda: diagnose([1], [[1, 2]], [[[1]]], kind="weight_gradient"),
            TypeError,
            "diagnose: the gradients need grad_output, and only they; kind is 'weight_gradient'.",
        ),
        (
            lambda: diagnose([1], [[1, 2]], [[[1], [2]]]),
            ShapeError,
            "diagnose: weight expects 2 input channels but x has 1; x (N, C_in, L) = (1, 1, 2), weight (C_out,"
            " C_in/groups, kL) = (1, 2, 1).",
        ),
        (
            lambda: diagnose(["a"], [[1, 2]], [[[1]]]),
            TypeError,
            "diagnose: got must hold numbers, but its dtype is <U1.",
        ),
        (
            lambda: diagnose([[1, 2]], [[1, 2]], [[[1]]], padding_mode="bogus"),
            ValueError,
            "diagnose: padding_mode must be one of 'zeros', 'reflect', 'replicate', 'circular', not 'bogus'.",
        ),
        (
            lambda: diagnose([[1, 2]], [[1, 2]], [[[1]]], transposed=True, padding_mode="reflect"),
            ValueError,
            "diagnose: padding_mode has no meaning for kind='conv_transpose'; it must be 'zeros', not 'reflect'.",
        ),
        (
            lambda: diagnose(
                [[[1]]], [[1, 2]], [[[1]]], kind="input_gradient", padding_mode=2, grad_output=[[1, 2]]
            ),
            ValueError,
            "diagnose: padding_mode has no meaning for kind='input_gradient'; it must be 'zeros', not 2.",
        ),
        (
            lambda: diagnose([[1, 2]], np.ones((1, 0)), [[[1]]], padding=1, padding_mode="reflect"),
            ShapeError,
            "diagnose: 'reflect' padding has nothing to continue: x has (1, 1, 0).",
        ),
        (
            lambda: diagnose([[[1]]], [[1, 2]], [[[1]]], kind="weight_gradient", grad_output=[[1, 2, 3]]),
            ShapeError,
            "diagnose: grad_output must have the output's shape (1, 2), but its shape is (1, 3).",
        ),
        (
            lambda: diagnose([[[1]]], [[[1, 2]]], [[[1]]], kind="input_gradient", grad_output=[[1, 2]]),
            ShapeError,
            "diagnose: grad_output must have the output's shape (1, 1, 2), but its shape is (1, 2).",
        ),
    ],
)
def test_errors_say_what_is_wrong(call, kind, message):
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == message


def test_two_numbers_that_happen_to_agree_are_not_shifted():
    x, weight = np.arange(16.0).reshape(1, 4, 4) % 5, np.array([[[[1.0, -1, 2], [0, 3, 1], [2, 1, -2]]]])
    right = conv2d(x, weight)  # (1, 2, 2)
    got = np.zeros_like(right)
    got[..., 1] = right[..., 0]
    assert diagnose(got, x, weight).id is None


@pytest.mark.parametrize("axis", [0, 1])
def test_a_transposed_convolution_cropped_at_one_end_is_named(axis):
    x, weight = np.array([[[3.0, 1], [4, 1]]]), np.array([[[[1.0, 2, 5], [3, 7, 1], [2, 1, 4]]]])
    got = conv_transpose2d(x, weight, stride=3)
    got = got[:, 1:, 1:] if axis else got[:, :-1, :-1]
    found = diagnose(got, x, weight, stride=3, padding=1, transposed=True)
    assert found.id == "padding-one-side"
