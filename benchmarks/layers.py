"""The layer set: layers of published networks and a few that are hard, with the sizes they have there."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np


@dataclass(frozen=True)
class Layer:
    """One workload. Spatial sizes are the same on every axis."""

    name: str
    samples: int
    c_in: int
    size: int
    c_out: int
    kernel: int
    stride: int = 1
    padding: int | str = 0
    dilation: int = 1
    groups: int = 1
    rank: int = 2
    transposed: bool = False

    @property
    def x_shape(self) -> tuple[int, ...]:
        return (self.samples, self.c_in, *[self.size] * self.rank)

    @property
    def weight_shape(self) -> tuple[int, ...]:
        ends = (
            (self.c_in, self.c_out // self.groups)
            if self.transposed
            else (self.c_out, self.c_in // self.groups)
        )
        return (*ends, *[self.kernel] * self.rank)

    @property
    def pads(self) -> tuple[int, int]:
        """Padding at the start and at the end of every axis."""
        if self.padding == "causal":
            return self.dilation * (self.kernel - 1), 0
        return int(self.padding), int(self.padding)

    @property
    def out_size(self) -> int:
        reach = self.dilation * (self.kernel - 1)
        if self.transposed:
            return (self.size - 1) * self.stride + reach + 1 - sum(self.pads)
        return (self.size + sum(self.pads) - reach - 1) // self.stride + 1

    @property
    def multiply_adds(self) -> int:
        positions = (self.size if self.transposed else self.out_size) ** self.rank
        return self.samples * positions * self.c_in * self.c_out // self.groups * self.kernel**self.rank

    @property
    def matrices(self) -> tuple[int, int, int, int]:
        """How many matrix products the layer is, and their (rows, inner, columns): the bare GEMM."""
        taps = self.kernel**self.rank
        if self.transposed:
            rows, inner, columns = (
                self.c_out // self.groups * taps,
                self.c_in // self.groups,
                self.size**self.rank,
            )
        else:
            rows, inner = self.c_out // self.groups, self.c_in // self.groups * taps
            columns = self.out_size**self.rank
        return self.samples * self.groups, rows, inner, columns

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """An input and a weight in float32, the same on every run."""
        rng = np.random.default_rng(prod(self.x_shape))
        shapes = self.x_shape, self.weight_shape
        return tuple(rng.normal(size=shape).astype(np.float32) for shape in shapes)  # type: ignore[return-value]


LAYERS = [
    Layer("vgg1", 1, 3, 224, 64, 3, 1, 1),
    Layer("vgg3", 1, 256, 56, 256, 3, 1, 1),
    Layer("vgg5", 1, 512, 14, 512, 3, 1, 1),
    Layer("res2", 1, 64, 56, 64, 3, 1, 1),
    Layer("res5", 8, 512, 7, 512, 3, 1, 1),
    Layer("stem", 1, 3, 224, 64, 7, 2, 3),
    Layer("down", 4, 128, 56, 128, 3, 2, 1),
    Layer("pw1", 1, 256, 56, 64, 1),
    Layer("pw2", 8, 512, 14, 512, 1),
    Layer("proj", 1, 256, 56, 512, 1, 2),
    Layer("dil2", 1, 256, 28, 256, 3, 1, 2, 2),
    Layer("dil12", 1, 256, 33, 256, 3, 1, 12, 12),
    Layer("dw3a", 1, 128, 112, 128, 3, 1, 1, 1, 128),
    Layer("dw3b", 8, 512, 14, 512, 3, 1, 1, 1, 512),
    Layer("dw3s2", 1, 96, 112, 96, 3, 2, 1, 1, 96),
    Layer("dw7", 1, 96, 56, 96, 7, 1, 3, 1, 96),
    Layer("dw31", 1, 64, 56, 64, 31, 1, 15, 1, 64),
    Layer("resnext", 1, 128, 56, 128, 3, 1, 1, 1, 32),
    Layer("alex2", 1, 96, 27, 256, 5, 1, 2, 1, 2),
    Layer("gpw", 1, 240, 28, 240, 1, groups=3),
    Layer("up4", 1, 256, 28, 128, 4, 2, 1, transposed=True),
    Layer("up2", 1, 512, 28, 256, 2, 2, 0, transposed=True),
    Layer("fcn", 1, 21, 16, 21, 64, 32, 16, 1, 21, transposed=True),
    Layer("audio", 1, 64, 16384, 64, 9, 1, 4, rank=1),
    Layer("wavenet", 1, 64, 16384, 128, 2, 1, "causal", 512, rank=1),
    Layer("vol", 1, 16, 32, 32, 3, 1, 1, rank=3),
]
