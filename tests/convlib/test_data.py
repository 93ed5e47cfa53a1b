"""The inputs of the chapters: their shapes, ranges and sources."""

import sys

import numpy as np
import pytest

from convlib import data


def test_the_photograph_is_grey_or_colour_and_within_zero_and_one():
    grey, colour = data.photograph(128), data.photograph(64, colour=True)
    assert grey.shape == (128, 128)
    assert colour.shape == (3, 64, 64)
    for picture in (grey, colour):
        assert picture.dtype == np.float64
        assert 0 <= picture.min() < 0.05
        assert 0.9 < picture.max() <= 1
    np.testing.assert_allclose(np.tensordot((0.299, 0.587, 0.114), colour, axes=1), data.photograph(64))


def test_a_smaller_photograph_is_the_mean_of_squares_of_the_larger():
    blocks = data.photograph(256).reshape(64, 4, 64, 4)
    np.testing.assert_allclose(blocks.mean(axis=(1, 3)), data.photograph(64))


@pytest.mark.parametrize("size", [0, -4, 100, 1024, 2.0, True])
def test_a_size_that_does_not_divide_512_is_refused(size):
    with pytest.raises(ValueError, match=r"photograph: size must be a positive divisor of 512, got size="):
        data.photograph(size)


def test_without_matplotlib_the_photograph_says_what_is_missing(monkeypatch):
    for name in ("matplotlib", "matplotlib.cbook", "matplotlib.image"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r"grace_hopper.jpg ships inside matplotlib"):
        data.photograph()


def test_the_letter_has_no_symmetry():
    f = data.letter_f()
    for other in (f[::-1], f[:, ::-1], f[::-1, ::-1]):
        assert not np.array_equal(f, other)


def test_every_mark_on_the_page_keeps_its_distance():
    page, letter = data.page_of_letters(), data.letter_f()
    windows = np.lib.stride_tricks.sliding_window_view(page, letter.shape)
    for mark, count in ((letter, 2), (letter[::-1, ::-1], 1)):
        assert np.all(windows == mark, axis=(2, 3)).sum() == count
    alone = np.pad(page, 5)
    lonely = [
        (i, j)
        for i, j in np.argwhere(page)
        if alone[i + 1 : i + 10, j + 3 : j + 8].sum() == 1 and alone[i + 5, j + 5] == 1
    ]
    assert len(lonely) == 3


def test_every_call_gives_a_new_array():
    for make in (data.edge_image, data.letter_f, data.page_of_letters, lambda: data.photograph(64)):
        make()[:] = 7
        assert make().max() == pytest.approx(1, abs=0.1)


def test_the_sound_repeats_with_its_pitch_and_fades():
    x = data.sound(4000, rate=8000, pitch=200)
    spectrum = np.abs(np.fft.rfft(x))
    assert np.fft.rfftfreq(x.size, 1 / 8000)[spectrum.argmax()] == 200
    assert np.abs(x).max() == 1
    assert np.abs(x[-400:]).max() < 0.2 * np.abs(x[:400]).max()


def test_the_chirp_has_unit_energy_and_rises():
    x = data.chirp(256)
    assert (x**2).sum() == pytest.approx(1)
    halves = [np.abs(np.fft.rfft(half)).argmax() for half in (x[:128], x[128:])]
    assert halves[0] < halves[1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.sound(0), "sound: n must be at least 1, got n=0"),
        (
            lambda: data.sound(pitch=4000),
            "sound: pitch must lie between 0 and rate/2 = 4000 hertz, got pitch=4000",
        ),
        (lambda: data.chirp(1), "chirp: n must be at least 2, got n=1"),
        (
            lambda: data.chirp(high=0.7),
            "chirp: frequencies are cycles per sample, from 0 to 0.5; got low=0.02, high=0.7",
        ),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
