"""The puzzles of the page on one and three dimensions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from convgrader.puzzle import Puzzle
from convlib import conv1d, conv3d, output_size

HAND_X, HAND_KERNEL = np.array([2, 0, 3, 1, 4]), np.array([1, 2, -1])
_random = np.random.default_rng(3)
SIGNAL, TAPS = _random.integers(-4, 5, (2, 9)), _random.integers(1, 9, (3, 2, 3)) / 2
VOLUME, BLOCK = _random.integers(-4, 5, (5, 6, 7)), _random.integers(1, 9, (3, 2, 4)) / 2
SHAPES = [
    ((3, 20), (5, 3, 4), 1, 0),
    ((1, 9, 7), (4, 1, 3, 2), 1, 0),
    ((6, 12, 30, 17), (8, 6, 3, 5, 2), 2, 1),
    ((2, 6, 7, 8), (1, 2, 6, 7, 8), 1, 0),
    ((4, 33), (2, 4, 7), 3, 2),
    ((2, 20), (3, 2, 4), 2, 3),
]
STREAM = [
    (SIGNAL, TAPS, [4, 5]),
    (SIGNAL, TAPS, [1, 3, 2, 3]),
    (SIGNAL[:, :6], TAPS, [2, 2, 2]),
    (SIGNAL, TAPS, [4, 1, 4]),
]
"""In the last one a piece in the middle is shorter than the memory."""


def _causal(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the causal convolution of a signal (C_in, L)."""
    return conv1d(np.pad(x, ((0, 0), (weight.shape[-1] - 1, 0))), weight)


def _hand(kernel: np.ndarray = HAND_KERNEL, ends: tuple[int, int] = (2, 0)) -> np.ndarray:
    return np.correlate(np.pad(HAND_X, ends), kernel, "valid")


def _shape(
    size: Callable[[int, int, int, int], int], channels: Callable[[tuple, tuple], int]
) -> Callable[..., tuple[int, ...]]:
    """Return the function that predicts an output's shape."""

    def shape(x: tuple, weight: tuple, stride: int, padding: int) -> tuple[int, ...]:
        return channels(x, weight), *(
            size(i, k, stride, padding) for i, k in zip(x[1:], weight[2:], strict=True)
        )

    return shape


def _out(x: tuple, weight: tuple) -> int:
    return weight[0]


def slices(x: np.ndarray, block: np.ndarray) -> np.ndarray:
    """Return the 3-D convolution of one volume with one kernel."""
    return conv3d(x[None], block[None, None])[0]


def _stream(kept: Callable[[int], int], zero_again: bool = False) -> Callable[..., np.ndarray]:
    """Return a causal convolution in pieces that keeps ``kept(k)`` inputs of the piece before."""

    def answer(x: np.ndarray, weight: np.ndarray, pieces: list[int]) -> np.ndarray:
        k = weight.shape[-1]
        memory, done, start = np.zeros((len(x), k - 1)), [], 0
        for length in pieces:
            piece = np.concatenate([memory, x[:, start : start + length]], axis=1)
            done.append(conv1d(piece, weight))
            keep = kept(k)
            memory = (
                np.zeros_like(memory)
                if zero_again
                else np.pad(piece[:, piece.shape[1] - keep :], ((0, 0), (k - 1 - keep, 0)))
            )
            start += length
        return np.concatenate(done, axis=1)

    return answer


def _last_piece(x: np.ndarray, weight: np.ndarray, pieces: list[int]) -> np.ndarray:
    """Return a causal convolution in pieces that keeps the end of one piece, and zeros where that is short."""
    k = weight.shape[-1]
    memory, done, start = np.zeros((len(x), k - 1)), [], 0
    for length in pieces:
        piece = x[:, start : start + length]
        done.append(conv1d(np.concatenate([memory, piece], axis=1), weight))
        end = piece[:, max(length - k + 1, 0) :]
        memory = np.pad(end, ((0, 0), (k - 1 - end.shape[1], 0)))
        start += length
    return np.concatenate(done, axis=1)


def _depth(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Return the 3-D convolution with a changed kernel."""
    return lambda x, block: slices(x, change(block))


PUZZLES = {
    "causal-by-hand": Puzzle(
        _hand,
        (),
        [()],
        {
            "causal-looks-ahead": lambda: _hand(ends=(1, 1)),
            "shifted": lambda: _hand(ends=(0, 2)),
            "kernel-reversed": lambda: _hand(HAND_KERNEL[::-1]),
            "padding-ignored": lambda: _hand(ends=(0, 0)),
            "padding-total-per-side": lambda: _hand(ends=(2, 2)),
            "mean-for-sum": lambda: _hand() / 3,
            "padding-wrong-values": lambda: np.correlate(
                np.pad(HAND_X, (2, 0), mode="edge"), HAND_KERNEL, "valid"
            ),
        },
    ),
    "shape": Puzzle(
        _shape(lambda i, k, s, p: output_size(i, k, s, p), _out),
        ("x_shape", "weight_shape", "stride", "padding"),
        SHAPES,
        {
            "ceil-for-floor": _shape(lambda i, k, s, p: -((i + 2 * p - k) // -s) + 1, _out),
            "last-column-dropped": _shape(lambda i, k, s, p: (i + 2 * p - k) // s, _out),
            "padding-one-side": _shape(lambda i, k, s, p: (i + p - k) // s + 1, _out),
            "padding-ignored": _shape(lambda i, k, s, p: (i - k) // s + 1, _out),
            "stride-ignored": _shape(lambda i, k, s, p: i + 2 * p - k + 1, _out),
            "rgb-filtered-apart": _shape(lambda i, k, s, p: output_size(i, k, s, p), lambda x, w: x[0]),
            "channels-are-an-axis": _shape(lambda i, k, s, p: output_size(i, k, s, p), lambda x, w: 1),
            "same-pads-half": _shape(lambda i, k, s, p: -(i // -s), _out),
        },
    ),
    "slices": Puzzle(
        slices,
        ("x", "block"),
        [(VOLUME, BLOCK), (VOLUME[:4, :5], BLOCK)],
        {
            "kernel-reversed": _depth(lambda block: block[::-1, ::-1, ::-1]),
            "kernel-half-reversed": _depth(lambda block: block[::-1]),
            "mean-for-sum": _depth(lambda block: block / len(block)),
            "channels-are-an-axis": lambda x, block: slices(x, block).sum(axis=0),
            "last-column-dropped": lambda x, block: slices(x, block)[:-1],
            "volume-slice-by-slice": lambda x, block: slices(x[: 1 - len(block)], block[:1]),
            "axes-swapped": lambda x, block: slices(x, block).swapaxes(1, 2),
        },
        [("A volume with three axes is asked for.", lambda got, x, block: got.ndim == 3, "wrong-shape")],
    ),
    "stream": Puzzle(
        _stream(lambda k: k - 1),
        ("x", "weight", "pieces"),
        STREAM,
        {
            "stream-forgets": [_stream(lambda k: 0, zero_again=True), _stream(lambda k: k - 2), _last_piece],
            "kernel-reversed": lambda x, w, pieces: _causal(x, w[..., ::-1]),
            "causal-looks-ahead": lambda x, w, pieces: conv1d(x, w, padding="same"),
        },
        [
            (
                "In all there has to be an output for each moment.",
                lambda got, x, w, p: got.shape == (len(w), x.shape[1]),
                "wrong-shape",
            )
        ],
    ),
}
