"""Python and the script draw, say and compute the same from the same state, and the numbers are convlib's."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import linalg
from scipy import signal as scipy_signal

from convlib import channel_shuffle, conv, conv_matrix, explore, receptive_field
from convlib.cost import arithmetic_intensity, conv_layer, memory_traffic, multiply_adds, parameters
from convlib.explore._kind import high, illegal, settle
from convlib.matrix import block_permutation
from convlib.separable import best_flattened, separable_rank, separable_terms
from convlib.shapes import ShapeError, half_padding, output_size, resolve_padding, transposed_output_size
from convlib.transpose import conv_transpose, overlap_count

DIALECTS = ("convlib", "torch", "keras")


def numbers(rng, *shape):
    """Small whole numbers, or numbers with decimals, of all magnitudes that are drawn."""
    way = rng.integers(4)
    if way == 0:
        return rng.integers(-9, 10, shape)
    return np.round(rng.normal(size=shape) * (1, 1, 30, 2000)[way], (0, 2, 3, 1)[way])


# ------------------------------------------------------------ one factory and one oracle per kind
def conv_explorer(rank):
    def make(rng):
        face, most = getattr(explore, f"conv{rank}d"), (0, 12, 8, 4)[rank]
        if rng.random() < 0.3:
            return face()
        x = numbers(rng, *rng.integers(1, most + 1, rank))
        return face(x, numbers(rng, *rng.integers(1, np.minimum(x.shape, (0, 6, 5, 3)[rank]) + 1)))

    return make


def conv_numbers(s, d):
    rank = d["rank"]
    x = np.array(d["x"], dtype=float)[(slice(s["size"]),) * rank]
    w = np.array(d["weight"], dtype=float)[(slice(s["kernel"]),) * rank]
    how = {name: s[name] for name in ("stride", "padding", "dilation", "padding_mode")}

    def apply(x):
        return conv(x[None, None], w[None, None], **how)[0, 0]

    # How often an input is read: what a kernel of ones makes of an input that is one there alone.
    units = np.eye(x.size).reshape(x.size, 1, *x.shape)
    reads = conv(units, np.ones((1, 1, *w.shape)), **how).reshape(x.size, -1).sum(axis=1)
    return {"y": apply(x).ravel(), "reads": reads}


def transposed_explorer(rng):
    if rng.random() < 0.3:
        return explore.transposed()
    rank = rng.integers(1, 3)
    x = numbers(rng, *rng.integers(1, (0, 7, 5)[rank], rank))
    weight = numbers(rng, *rng.integers(1, (0, 7, 5)[rank], rank))
    return explore.transposed(x, weight, stride=1, size=1, kernel=1)


def transposed_numbers(s, d):
    rank = d["rank"]
    x = np.array(d["x"], dtype=float)[(slice(s["size"]),) * rank]
    w = np.array(d["weight"], dtype=float)[(slice(s["kernel"]),) * rank]
    how = {name: s[name] for name in ("stride", "padding", "output_padding", "dilation")}

    def apply(x, w):
        return conv_transpose(x[None, None], w[None, None], **how).ravel()

    return {"y": apply(x, w), "overlap": apply(np.ones_like(x), np.ones_like(w))}


def arithmetic_explorer(rng):
    return explore.arithmetic()


def arithmetic_numbers(s, d):
    n, k, stride, dilation, named = s["size"], s["kernel"], s["stride"], s["dilation"], s["padding"]
    x, w, padding = (
        np.arange(n)[None],
        np.arange(1, k + 1)[None, None],
        s["p"] if named == "number" else named,
    )
    if named == "half":
        padding = half_padding(k, dilation)[0]
    if s["way"] == "transposed":
        y = conv_transpose(x, w, None, stride, padding, s["output_padding"], 1, dilation)[0]
        uncut = conv_transpose(x, w, None, stride, 0, 0, 1, dilation)[0]
        low = (
            max(dilation * (k - 1) + 1 - stride, 0) // 2
            if named == "same"
            else resolve_padding(padding, (n,), (k,), stride, dilation)[0][0]
        )
        high = uncut.size + s["output_padding"] - low - y.size
    else:
        y = conv(x, w, None, stride, padding, dilation)[0]
        ((low, high),) = resolve_padding(padding, (n,), (k,), stride, dilation)
    return {"sizes": [y.size, low, high], "solutions": solved(s) if s["target"] else [], "y": y}


def solved(s):
    """Every setting that reaches the target, by convlib's own sizes."""
    found, up = [], s["way"] == "transposed"
    for k, stride in product(range(1, 10), range(1, 7)):
        for p, more in product(
            range(s["dilation"] * (k - 1) + 1), range(max(stride, s["dilation"]) if up else 1)
        ):
            try:
                if up:
                    size = transposed_output_size(s["size"], k, stride, p, more, s["dilation"])
                else:
                    size = output_size(s["size"], k, stride, p, s["dilation"])
            except ShapeError:
                continue
            if size == s["target"]:
                found += [k, stride, p, more]
    return found


def correlation_explorer(rng):
    if rng.random() < 0.3:
        return explore.correlation()
    if rng.random() < 0.5:
        return explore.correlation(
            rng.integers(-4, 9, rng.integers(1, 13)), rng.integers(-4, 9, rng.integers(1, 7))
        )
    return explore.correlation(numbers(rng, *rng.integers(1, 9, 2)), numbers(rng, *rng.integers(1, 6, 2)))


def correlation_numbers(s, d):
    x, w = (s["signal"], s["kernel"]) if s["view"] == "signal" else (d["page"], d["letter"])
    x, w = np.atleast_2d(x).astype(float), np.atleast_2d(w).astype(float)
    return {"y": scipy_signal.correlate2d(x, w[::-1, ::-1] if s["reverse"] else w).ravel()}


def wiring_explorer(rng):
    if rng.random() < 0.6:
        return explore.wiring(channels=int(rng.integers(1, 5)))
    return explore.wiring(numbers(rng, *rng.integers(1, 5, 3)), size=6)


def wiring_numbers(s, d):
    weight = np.array(d["weight"], dtype=float) if d["weight"] else None
    if weight is None:
        shape = (s["channels"], s["channels"] // s["groups"], s["kernel"])
        weight = np.arange(1.0, np.prod(shape) + 1).reshape(shape)
    n, c = s["size"], weight.shape[1] * s["groups"]
    columns = []
    for unit in np.eye(c * n):
        y = conv(unit.reshape(1, c, n), weight, None, s["stride"], s["padding"], s["dilation"], s["groups"])
        columns.append((channel_shuffle(y, s["groups"]) if s["shuffle"] else y).ravel())
    C = np.stack(columns, axis=1)
    blocks = block_permutation(C)
    rows, cols = (blocks.rows, blocks.columns) if s["sort"] else map(np.arange, C.shape)
    to = C.T if s["turn"] else C
    return {"C": C.ravel(), "order": [*rows, *cols], "y": to @ np.arange(1.0, to.shape[1] + 1)}


def channels_explorer(rng):
    if rng.random() < 0.6:
        return explore.channels()
    c, size, k = rng.integers(1, 5), rng.integers(1, 6, 2), rng.integers(1, 4, 2)
    x, weight = numbers(rng, c, *size), numbers(rng, rng.integers(1, 5), c, *np.minimum(size, k))
    return explore.channels(x, weight)


def channels_numbers(s, d):
    x = np.array(d["x"], dtype=float)[: s["channels"], : s["size"], : s["size"]]
    w = np.array(d["weight"], dtype=float)
    w = w[: s["filters"], : s["channels"] // s["groups"], : s["kernel"], : s["kernel"]]

    def shuffled(y):
        return channel_shuffle(y, s["groups"]) if s["shuffle"] else y

    y = shuffled(conv(x[None], w, None, 1, s["padding"], 1, s["groups"]))
    ways = np.eye(s["channels"])[:, :, None]  # one picture per input channel, of one pixel
    for _ in range(s["layers"]):
        ways = shuffled(conv(ways, np.ones((*w.shape[:2], 1)), groups=s["groups"]))
    return {"y": y.ravel(), "ways": ways[:, :, 0].T.ravel()}


def checkerboard_explorer(rng):
    return explore.checkerboard(rng.integers(-4, 9, rng.integers(1, 7)))


def checkerboard_numbers(s, d):
    w, t, n = np.array(s["weights"][: s["kernel"]], dtype=float), s["stride"], s["size"]
    return {
        "y": conv_transpose(np.ones((1, n)), w[None, None], stride=t).ravel(),
        "phases": [w[p::t].sum() for p in range(t)],
        "overlap": overlap_count(n, len(w), t),
        "resized": np.convolve(np.ones(n * t), w),
    }


def receptive_explorer(rng):
    return explore.receptive()


def receptive_numbers(s, d):
    """The product of the layers' matrices, and the four numbers of `receptive_field`."""
    layers, product_, n = [], np.eye(s["size"]), s["size"]
    for k, stride, dilation in list(zip(s["kernels"], s["strides"], s["dilations"]))[: s["layers"]]:
        pads = {"valid": (0, 0), "half": half_padding(k, dilation), "causal": (dilation * (k - 1), 0)}[
            s["padding"]
        ]
        product_ = conv_matrix(np.ones(k), n, stride, [pads], dilation) @ product_
        layers.append((k, stride, pads, dilation))
        n = len(product_)
    return {"y": product_[s["step"]], "field": receptive_field(layers)}


def ink_explorer(rng):
    return explore.ink()


def ink_numbers(s, d):
    """One picture for each channel, of one pixel, through convlib's layers: how many ways lead where."""
    ways, weight = (
        np.eye(s["channels"])[:, :, None],
        np.ones((s["channels"], s["channels"] // s["groups"], 1)),
    )
    after = [ways]
    for n in range(s["layers"]):
        dealt = channel_shuffle(after[-1], s["groups"]) if n and s["shuffle"] else after[-1]
        after.append(conv(dealt, weight, groups=s["groups"]))
    ways = after[s["step"]][:, :, 0].T
    counts = [np.count_nonzero(ways[s["pour"]]) for ways in after]
    return {"ways": ways.ravel(), "counts": counts, "y": ways[:, s["pour"]]}


def cost_explorer(rng):
    return explore.cost()


def cost_numbers(s, d):
    """Every kind as convlib counts it; a factorised kind is a list of layers."""
    c, f, k, g, n = (s[name] for name in ("channels", "filters", "kernel", "groups", "size"))

    def layer(c, f, k, groups=1):
        return conv_layer(c, f, k, n, padding="same", groups=groups)

    kinds = [
        [layer(c, f, k)],
        [layer(c, f, (k, 1)), layer(f, f, (1, k))],
        [layer(c, f, k, g)],
        [layer(c, c, k, c), layer(c, f, 1)],
        [layer(c, f, 1), layer(f, f, (k, 1), f), layer(f, f, (1, k), f)],
        [layer(c, f, 1)],
        [layer(c, f, 1, g)],
        [layer(c, c, k, c)],
    ]
    measures = parameters, multiply_adds, memory_traffic, arithmetic_intensity
    table = np.array([[measure(layers) for measure in measures] for layers in kinds])
    return {"all": table.ravel(), "y": table[s["step"]]}


def matrix_explorer(rng):
    if rng.random() < 0.6:
        return explore.matrix(
            channels=int(rng.integers(1, 5)), filters=int(rng.integers(1, 5)), size=2, kernel=1
        )
    x, weight = numbers(rng, rng.integers(1, 4), *rng.integers(1, 5, 2)), numbers(rng, *rng.integers(1, 4, 4))
    return explore.matrix(x, weight, channels=1, filters=1, size=1, kernel=1)


def matrix_numbers(s, d):
    """C column by column: what a one at each input becomes."""
    flat = s["flat"]
    x = np.array(d["x"], dtype=float)[: s["channels"], : 1 if flat else s["size"], : s["size"]]
    w = np.array(d["weight"], dtype=float)[: s["filters"], : s["channels"] // s["groups"]]
    w, padding = (
        w[:, :, : 1 if flat else s["kernel"], : s["kernel"]],
        (0 if flat else s["padding"], s["padding"]),
    )
    y = conv(np.eye(x.size).reshape(-1, *x.shape), w, None, s["stride"], padding, s["dilation"], s["groups"])
    if s["shuffle"]:
        y = channel_shuffle(y, s["groups"])
    C = y.reshape(x.size, -1).T
    blocks = block_permutation(C)
    rows, cols = (blocks.rows, blocks.columns) if s["sort"] else map(np.arange, C.shape)

    def diagonal(part):
        return np.array_equal(part, linalg.toeplitz(part[:, 0], part[0]))

    out, n = y.shape[-1], x.shape[-1]
    parts = [C[r : r + out, c : c + n] for r in range(0, len(C), out) for c in range(0, C.shape[1], n)]
    toeplitz = 2 if diagonal(C) else int(all(map(diagonal, parts)))
    product = C.T @ np.arange(1.0, len(C) + 1) if s["turn"] else C @ x.ravel()
    return {"C": C.ravel(), "order": [*rows, *cols], "toeplitz": [toeplitz], "y": product}


def backward_explorer(rng):
    if rng.random() < 0.3:
        return explore.backward()
    rank = rng.integers(1, 3)
    x = numbers(rng, *rng.integers(1, 7, rank))
    weight, grad = numbers(rng, *rng.integers(1, 5, rank)), numbers(rng, *[12] * rank)
    return explore.backward(x, weight, grad[(slice(8),) * rank], size=1, kernel=1)


def backward_numbers(s, d):
    """Each derivative on its own: the loss is linear, so that moving one number by one gives it exactly."""
    rank = d["rank"]
    x = np.array(d["x"], dtype=float)[(slice(s["size"]),) * rank]
    w = np.array(d["weight"], dtype=float)[(slice(s["kernel"]),) * rank]
    how = {name: s[name] for name in ("stride", "padding", "dilation")}
    of_x = conv(np.eye(x.size).reshape(-1, 1, *x.shape), w[None, None], **how)[:, 0]
    of_w = np.stack(
        [conv(x[None, None], unit[None, None], **how)[0, 0] for unit in np.eye(w.size).reshape(-1, *w.shape)]
    )
    g = np.array(d["grad"], dtype=float)[tuple(map(slice, of_x.shape[1:]))]
    return {
        "dx": (of_x * g).reshape(x.size, -1).sum(axis=1),
        "dw": (of_w * g).reshape(w.size, -1).sum(axis=1),
    }


def separable_explorer(rng):
    if rng.random() < 0.3:
        return explore.separable()
    rank = int(rng.integers(2, 4))
    kernel = rng.integers(1, 5, rng.integers(2 if rank > 2 else 1, (0, 0, 6, 4)[rank], rank))
    return explore.separable(kernel)


def separable_numbers(s, d):
    kernel = np.reshape(np.array(s["weights"], dtype=float), d["shape"])
    if kernel.ndim == 2:
        terms, singular = separable_terms(kernel, s["step"] + 1), np.linalg.svd(kernel)[1]
        near = sum(np.outer(*term) for term in terms)
        error = [np.linalg.norm(kernel - near) / np.linalg.norm(kernel)]
        return {"near": near.ravel(), "errors": error, "singular": singular, "rank": [separable_rank(kernel)]}
    after = [best_flattened(kernel, steps=t + 1) for t in range(s["step"] + 1)]
    return {"near": after[-1].kernel.ravel(), "errors": [a.error for a in after], "singular": [], "rank": []}


@dataclass(frozen=True)
class Case:
    make: Any
    oracle: Any
    count: int = 950


CASES = {f"conv{rank}d": Case(conv_explorer(rank), conv_numbers) for rank in (1, 2, 3)} | {
    "arithmetic": Case(arithmetic_explorer, arithmetic_numbers),
    "correlation": Case(correlation_explorer, correlation_numbers),
    "checkerboard": Case(checkerboard_explorer, checkerboard_numbers),
    "channels": Case(channels_explorer, channels_numbers),
    "wiring": Case(wiring_explorer, wiring_numbers),
    "backward": Case(backward_explorer, backward_numbers),
    "separable": Case(separable_explorer, separable_numbers),
    "matrix": Case(matrix_explorer, matrix_numbers),
    "transposed": Case(transposed_explorer, transposed_numbers),
    "receptive": Case(receptive_explorer, receptive_numbers),
    "ink": Case(ink_explorer, ink_numbers),
    "cost": Case(cost_explorer, cost_numbers),
}


# ------------------------------------------------------------ random states
def wander(explorer, chance):
    """A random state of an explorer: any value of every control, legal or not."""
    kind, controls, s, d = explorer._kind, explorer._controls, explorer.state, explorer._data
    for name, _, low, *rest in controls:
        if isinstance(low, dict):
            continue
        if isinstance(low, bool):
            s[name] = chance.random() < 0.5
        elif low and isinstance(low, list) and isinstance(low[0], str):
            s[name] = chance.choice(low)
        elif isinstance(low, list):
            s[name] = [chance.randint(low[0], low[1]) for _ in s[name]]
        elif isinstance(rest[0], int):
            s[name] = chance.randint(low, rest[0] if chance.random() < 0.3 else min(rest[0], low + 9))
    if kind.check(s, d):
        return s
    for control in controls:
        if len(control) > 3 and isinstance(control[3], str):
            s[control[0]] = control[2]
            top = high(kind, control, s, d)
            often = chance.random() < 0.5 or control[2] == 0
            s[control[0]] = chance.randint(control[2], top) if often else control[2]
    return settle(kind, controls, s, d)


@cache
def states(name):
    """Distinct states of a kind; one in ten is illegal."""
    case, rng, chance, seen, found = CASES[name], np.random.default_rng(7), random.Random(7), set(), []
    illegals = 0
    while len(found) < case.count:
        explorer = case.make(rng)
        for _ in range(6):
            s = wander(explorer, chance)
            key = json.dumps([s, explorer._data], sort_keys=True)
            why = illegal(explorer._kind, explorer._controls, s, explorer._data)
            if key in seen or (why and illegals > case.count / 10):
                continue
            seen.add(key)
            illegals += bool(why)
            found.append((explorer, s, why))
    return found


@pytest.mark.parametrize("name", CASES)
def test_python_and_script_agree(name, script):
    found = states(name)
    for control in found[0][0]._controls:
        if isinstance(control[2], dict):
            continue
        assert len({str(s[control[0]]) for _, s, why in found if not why}) > 1, f"{control[0]} never varied"
    asked = [{"kind": e.kind, "controls": e._controls, "s": s, "d": e._data} for e, s, _ in found]
    for (explorer, s, why), answer in zip(found, script(asked), strict=True):
        assert answer["why"] == why, s
        if why:
            continue
        scene, d = explorer._kind.draw(s, explorer._data), explorer._data
        assert answer["say"] == scene.say, s
        assert answer["sum"] == scene.sum, s
        assert answer["labels"] == scene.labels, s
        assert answer["rest"] == scene.rest, s
        assert answer["draw"] == scene.html(), s
        assert answer["code"] == [explorer._kind.code(s, d, dialect) for dialect in DIALECTS], s
        expected = CASES[name].oracle(s, d)
        for key, values in answer["numbers"].items():
            np.testing.assert_allclose(values, expected[key], rtol=1e-10, atol=1e-9, err_msg=f"{key} {s}")


def test_the_sets_are_many():
    """At least 10,000 distinct legal parameter sets over all explorers, and 500 for every single one."""
    legal = {
        name: len({json.dumps([s, e._data], sort_keys=True) for e, s, why in states(name) if not why})
        for name in CASES
    }
    print(f"{sum(legal.values()):,} distinct parameter sets: {legal}")
    assert set(legal) == set(explore.__all__) - {"Explorer", "script", "style"}
    assert min(legal.values()) >= 500
    assert sum(legal.values()) >= 10_000


@pytest.mark.parametrize("name", CASES)
def test_a_step_is_fast(name, script):
    """The drawing of a default state takes less than 16 ms in the script."""
    e = CASES[name].make(np.random.default_rng(0))
    start = getattr(explore, name)()
    (answer,) = script(
        [{"kind": e.kind, "controls": start._controls, "s": start.state, "d": start._data, "times": 50}]
    )
    assert answer["ms"] < 16


@pytest.mark.parametrize("name", CASES)
def test_the_largest_step_is_fast_enough(name, script):
    """The longest drawing of many states takes less than 50 ms."""
    legal = [(e, s) for e, s, why in states(name) if not why][:150]
    e, s = max(legal, key=lambda pair: len(pair[0]._kind.draw(pair[1], pair[0]._data).html()))
    (answer,) = script([{"kind": e.kind, "controls": e._controls, "s": s, "d": e._data, "times": 30}])
    assert answer["ms"] < 50


# ------------------------------------------------------------ the code of a state
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dialect", ["convlib", "torch"])
def test_code_runs_and_gives_the_numbers(name, dialect):
    if dialect == "torch":
        pytest.importorskip("torch")
    legal = [(e, s) for e, s, why in states(name) if not why]
    for explorer, s in legal[:60]:
        scope: dict[str, Any] = {}
        exec(explorer._kind.code(s, explorer._data, dialect), scope)
        expected = CASES[name].oracle(s, explorer._data)
        made = [key for key in ("y", "dx", "dw", "near") if key in expected]
        assert made
        for key in made:
            np.testing.assert_allclose(np.asarray(scope[key]).ravel(), expected[key], rtol=1e-10, atol=1e-9)
