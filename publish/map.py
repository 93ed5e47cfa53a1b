"""The map of every convolution: one picture, drawn from `book/map.json`.

A node's wires are the nonzeros of its matrix, so the picture can't say what the library doesn't do; an
edge "equals" is asserted on the matrices themselves before anything is drawn.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from convlib import channel_shuffle, conv_matrix

CHANNELS, GROUPS, SIDE = 8, 4, 7
Node = dict[str, Any]


def load(path: Path) -> dict[str, Any]:
    """Read the map's data; every "equals" edge must hold, and every edge must join two nodes."""
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    nodes = {node["id"]: node for node in data["nodes"] + data["composites"]}
    for edge in data["edges"]:
        for end in ("from", "to"):
            if edge[end] not in nodes:
                raise ValueError(f"{path}: an edge's '{end}' is {edge[end]!r}, and no node has this id")
        if edge["kind"] == "equals":
            left = matrix([{**layer, **edge["when"]} for layer in nodes[edge["from"]]["layers"]])
            right = matrix(nodes[edge["to"]]["layers"])
            if left.shape != right.shape or not np.array_equal(left, right):
                raise ValueError(
                    f"{path}: {edge['from']} with {edge['label']} is not {edge['to']}: their matrices "
                    f"{left.shape} and {right.shape} differ"
                )
    return data


def matrix(layers: list[Node]) -> np.ndarray:
    """The matrix of a stack of layers on 8 channels, all weights different within a layer."""
    product: np.ndarray | None = None
    for layer in layers:
        own = _layer_matrix(layer)
        product = own if product is None else own @ product
    assert product is not None
    return product


def _layer_matrix(layer: Node) -> np.ndarray:
    deep = layer["kernel"] == "deep"
    kernel = (CHANNELS, 3, 3) if deep else tuple(layer["kernel"])
    groups = {None: 1, True: GROUPS, "channels": CHANNELS}[layer.get("groups")]
    dilation = layer.get("dilation", 1)
    size = (CHANNELS if deep else 3,) * (len(kernel) - 2) + (SIDE, SIDE)
    padding = tuple(0 if deep and axis == 0 else (k - 1) // 2 * dilation for axis, k in enumerate(kernel))
    shape = (CHANNELS, (1 if deep else CHANNELS) // groups, *kernel)
    weight = np.arange(1.0, 1 + math.prod(shape)).reshape(shape)
    wires = conv_matrix(weight, size, padding=padding, dilation=dilation, groups=groups)
    if layer.get("shuffle"):
        order = channel_shuffle(np.arange(CHANNELS).reshape(1, CHANNELS, 1, 1), GROUPS).ravel()
        wires = wires.reshape(CHANNELS, -1, wires.shape[1])[order].reshape(wires.shape)
    return wires.T if layer.get("reversed") else wires


def channel_pattern(node: Node) -> np.ndarray:
    """Which input channel reaches which output channel: (8, 8), True where there is a wire."""
    wires = matrix(node["layers"]) != 0
    rows, columns = (n // CHANNELS for n in wires.shape)
    return wires.reshape(CHANNELS, rows, CHANNELS, columns).any(axis=(1, 3))


def taps(node: Node) -> np.ndarray:
    """Which pixels the middle output reads: (slices, 7, 7), True where it reads."""
    wires = matrix(node["layers"]) != 0
    rows, columns = (n // CHANNELS for n in wires.shape)
    middle = wires.reshape(CHANNELS, rows, CHANNELS, columns)[:, rows // 2].any(axis=(0, 1))
    return middle.reshape(-1, SIDE, SIDE)


def parameters(node: Node, size: dict[str, int]) -> int:
    """Weights at the map's size, without biases."""
    total = 0
    for layer in node["layers"]:
        kernel = [size["kernel"] if k == 3 else k for k in layer["kernel"]]
        groups = {None: 1, True: size["groups"], "channels": size["channels"]}[layer.get("groups")]
        total += size["channels"] * (size["channels"] // groups) * math.prod(kernel)
    return total
