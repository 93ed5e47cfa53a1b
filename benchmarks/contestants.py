"""What is compared: convlib, each of its methods, PyTorch, the bare matrix product, and what one writes without them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.signal
import torch
from layers import Layer

import convlib
from convlib import algorithms

Call = Callable[[], np.ndarray]
MOST_CHANNEL_PAIRS = 2**12  # beyond that SciPy, a call per pair of channels, takes minutes


def contestants(layer: Layer) -> dict[str, Call]:
    """A function without arguments for each way to compute the layer; all but "gemm alone" give its output."""
    x, weight = layer.arrays()
    calls = {"torch": by_torch(layer, x, weight), "convlib": by_convlib(layer, x, weight, "auto")}
    calls["gemm alone"] = bare_gemm(layer)
    if layer.transposed:
        return calls
    for method in ("direct", "gemm", "toeplitz", "fft", "winograd4"):
        if method == "toeplitz" and layer.c_out > 8 * layer.groups:
            continue  # many filters multiply the zeros many times
        if method == "fft" and layer.kernel**layer.rank * layer.groups < 64:
            continue  # transforms of every filter: hundreds of times slower, and no question
        try:
            steps = (layer.stride,) * layer.rank
            kernel, spread = layer.weight_shape[2:], (layer.dilation,) * layer.rank
            algorithms.check_method("", method, kernel, steps, spread, False)
        except ValueError:
            continue
        calls[f"convlib {method}"] = by_convlib(layer, x, weight, method)
    calls["windows + einsum"] = by_einsum(layer, x, weight)
    if layer.samples * layer.c_in // layer.groups * layer.c_out <= MOST_CHANNEL_PAIRS:
        calls["scipy per channel"] = by_scipy(layer, x, weight)
    onnx = by_onnx(layer, x, weight)
    return calls | ({"onnx reference": onnx} if onnx else {})


def by_convlib(layer: Layer, x: np.ndarray, weight: np.ndarray, method: str) -> Call:
    geometry = layer.stride, layer.padding
    if layer.transposed:
        function = getattr(convlib, f"conv_transpose{layer.rank}d")
        return lambda: function(x, weight, None, *geometry, 0, layer.groups, layer.dilation)
    function = getattr(convlib, f"conv{layer.rank}d")
    return lambda: function(x, weight, None, *geometry, layer.dilation, layer.groups, method=method)


def by_torch(layer: Layer, x: np.ndarray, weight: np.ndarray) -> Call:
    signal, kernel = torch.from_numpy(x), torch.from_numpy(weight)
    functional = torch.nn.functional
    if layer.transposed:
        function = getattr(functional, f"conv_transpose{layer.rank}d")
        options = layer.stride, layer.padding, 0, layer.groups, layer.dilation
        return lambda: function(signal, kernel, None, *options).numpy()
    function = getattr(functional, f"conv{layer.rank}d")
    low, high = layer.pads
    if low == high:
        return lambda: function(signal, kernel, None, layer.stride, low, layer.dilation, layer.groups).numpy()
    pads = (low, high) * layer.rank
    return lambda: function(
        functional.pad(signal, pads), kernel, None, layer.stride, 0, layer.dilation, layer.groups
    ).numpy()


def bare_gemm(layer: Layer) -> Call:
    """The layer's multiply-adds as matrix products alone: no columns are made, and no output is put in place."""
    count, rows, inner, columns = layer.matrices
    rng = np.random.default_rng(0)
    a = rng.normal(size=(rows, inner)).astype(np.float32)
    b = rng.normal(size=(inner, columns)).astype(np.float32)
    out = np.empty((rows, columns), np.float32)

    def multiply() -> np.ndarray:
        for _ in range(count):
            np.matmul(a, b, out=out)
        return out

    return multiply


def padded(layer: Layer, x: np.ndarray) -> np.ndarray:
    return np.pad(x, [(0, 0), (0, 0), *[layer.pads] * layer.rank])


def by_einsum(layer: Layer, x: np.ndarray, weight: np.ndarray) -> Call:
    """The two lines found in every answer: sliding windows and einsum with optimize=True."""
    axes = tuple(range(2, 2 + layer.rank))
    extent = (layer.dilation * (layer.kernel - 1) + 1,) * layer.rank
    steps, spread = (
        [slice(None, None, layer.stride)] * layer.rank,
        [slice(None, None, layer.dilation)] * layer.rank,
    )
    places, taps = "pqr"[: layer.rank], "uvw"[: layer.rank]
    kernel = weight.reshape(layer.groups, -1, *weight.shape[1:])

    def contract() -> np.ndarray:
        seen = np.lib.stride_tricks.sliding_window_view(padded(layer, x), extent, axes)
        seen = seen[(slice(None), slice(None), *steps, *spread)]
        seen = (
            seen.reshape(layer.samples, layer.groups, -1, *seen.shape[2:])
            if layer.groups > 1
            else seen[:, None]
        )
        out = np.einsum(f"ngi{places}{taps},goi{taps}->ngo{places}", seen, kernel, optimize=True)
        return out.reshape(layer.samples, layer.c_out, *out.shape[3:])

    return contract


def by_scipy(layer: Layer, x: np.ndarray, weight: np.ndarray) -> Call:
    """scipy.signal.correlate for each pair of an input and an output channel, summed."""
    per_group, filters = layer.c_in // layer.groups, layer.c_out // layer.groups
    extent = (layer.dilation * (layer.kernel - 1) + 1,) * layer.rank
    spread = np.zeros((*weight.shape[:2], *extent), weight.dtype)
    spread[(..., *[slice(None, None, layer.dilation)] * layer.rank)] = weight
    steps = (..., *[slice(None, None, layer.stride)] * layer.rank)

    def correlate() -> np.ndarray:
        signal = padded(layer, x)
        out = []
        for n, o in np.ndindex(layer.samples, layer.c_out):
            first = o // filters * per_group
            pairs = zip(signal[n, first : first + per_group], spread[o])
            out.append(sum(scipy.signal.correlate(a, b, "valid") for a, b in pairs)[steps])
        return np.stack(out).reshape(layer.samples, layer.c_out, *out[0].shape)

    return correlate


def by_onnx(layer: Layer, x: np.ndarray, weight: np.ndarray) -> Call | None:
    """The operator Conv in ONNX's reference evaluator, if onnx is installed."""
    try:
        from onnx import TensorProto, helper
        from onnx.reference import ReferenceEvaluator
    except ImportError:
        return None
    low, high = layer.pads
    node = helper.make_node(
        "Conv",
        ["x", "w"],
        ["y"],
        strides=[layer.stride] * layer.rank,
        dilations=[layer.dilation] * layer.rank,
        pads=[low] * layer.rank + [high] * layer.rank,
        group=layer.groups,
    )
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in "xw"]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    evaluator = ReferenceEvaluator(helper.make_model(helper.make_graph([node], layer.name, inputs, outputs)))
    return lambda: evaluator.run(None, {"x": x, "w": weight})[0]
