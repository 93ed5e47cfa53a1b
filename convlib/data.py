"""Small inputs for the chapters: made in code, or shipped inside a dependency. Nothing is downloaded.

=====================  ==========================================================================
function               where it comes from
=====================  ==========================================================================
`photograph`           Rear Admiral Grace Hopper, official portrait by James S. Davis, US Navy, 1984:
                       a work of the US government, public domain. It ships in matplotlib's wheel as the
                       sample ``grace_hopper.jpg``.
`edge_image`           five by five, written here
`letter_f`             five by three, written here
`page_of_letters`      composed here from `letter_f` and single dots
`sound`                a plucked string, summed from its harmonics
`chirp`                a tone whose pitch rises, the pulse of a radar or a bat
=====================  ==========================================================================
"""

from __future__ import annotations

import numpy as np

__all__ = ["chirp", "edge_image", "letter_f", "page_of_letters", "photograph", "sound"]

_PHOTOGRAPH_SIDE = 512
_LUMA = (0.299, 0.587, 0.114)


def photograph(size: int = 256, *, colour: bool = False) -> np.ndarray:
    """A portrait photograph with values from 0 (black) to 1 (white).

    Parameters
    ----------
    size : int
        Height and width in pixels. A divisor of 512: each pixel is the mean of a square of the original.
    colour : bool
        False gives one grey channel, True gives red, green and blue.

    Returns
    -------
    ndarray, float64, shape (size, size) or, in colour, (3, size, size)

    Raises
    ------
    ValueError
        If 512 is not a multiple of `size`.
    ImportError
        If matplotlib is not installed: the photograph is part of it.

    References
    ----------
    Portrait of Grace M. Hopper by James S. Davis, US Navy, 1984. Public domain.
    Grey is the luma of ITU-R BT.601.

    Examples
    --------
    >>> photograph(128).shape, photograph(64, colour=True).shape
    ((128, 128), (3, 64, 64))
    """
    if (
        isinstance(size, bool)
        or not isinstance(size, int | np.integer)
        or size < 1
        or _PHOTOGRAPH_SIDE % size
    ):
        raise ValueError(
            f"photograph: size must be a positive divisor of {_PHOTOGRAPH_SIDE}, got size={size!r}."
        )
    whole = _sample("grace_hopper.jpg")  # (600, 512, 3)
    square = whole[:_PHOTOGRAPH_SIDE, :_PHOTOGRAPH_SIDE] / 255.0
    block = _PHOTOGRAPH_SIDE // size
    small = square.reshape(size, block, size, block, 3).mean(axis=(1, 3))  # (size, size, 3)
    return np.moveaxis(small, -1, 0).copy() if colour else small @ np.array(_LUMA)


def _sample(name: str) -> np.ndarray:
    try:
        import matplotlib.cbook
        import matplotlib.image
    except ImportError as error:
        raise ImportError(
            f"photograph: {name} ships inside matplotlib, which is not installed here. "
            "Install matplotlib, or pass an array of your own."
        ) from error
    path = matplotlib.cbook.get_sample_data(name, asfileobj=False)
    return np.asarray(matplotlib.image.imread(str(path)), dtype=np.float64)


def edge_image() -> np.ndarray:
    """The five by five picture that the chapter on one channel works through by hand.

    Returns
    -------
    ndarray, float64, shape (5, 5)

    Examples
    --------
    >>> edge_image().astype(int)
    array([[0, 0, 1, 1, 0],
           [0, 1, 1, 1, 0],
           [1, 1, 1, 1, 1],
           [0, 1, 1, 1, 0],
           [0, 0, 1, 1, 0]])
    """
    rows = [[0, 0, 1, 1, 0], [0, 1, 1, 1, 0], [1, 1, 1, 1, 1], [0, 1, 1, 1, 0], [0, 0, 1, 1, 0]]
    return np.array(rows, dtype=np.float64)


def letter_f() -> np.ndarray:
    """The letter F. It has no symmetry, so a flipped F is seen at once.

    Returns
    -------
    ndarray, float64, shape (5, 3)

    Examples
    --------
    >>> letter_f().astype(int)
    array([[1, 1, 1],
           [1, 0, 0],
           [1, 1, 0],
           [1, 0, 0],
           [1, 0, 0]])
    """
    return np.array([[1, 1, 1], [1, 0, 0], [1, 1, 0], [1, 0, 0], [1, 0, 0]], dtype=np.float64)


def page_of_letters() -> np.ndarray:
    """A page with two letters F, one F turned by half a turn, and three single dots.

    Returns
    -------
    ndarray, float64, shape (15, 21)
        1 where there is ink, 0 elsewhere. Every mark keeps its distance: a 5 by 3 window that is
        centred on one of them, or a 5 by 3 stamp put on a dot, touches no other mark.

    Examples
    --------
    >>> page = page_of_letters()
    >>> page.shape, int(page.sum())
    ((15, 21), 27)
    """
    page = np.zeros((15, 21))
    letter = letter_f()
    for top, left, mark in ((1, 2, letter), (8, 9, letter), (1, 16, letter[::-1, ::-1])):
        page[top : top + 5, left : left + 3] = mark
    for row, column in ((3, 10), (11, 3), (11, 18)):
        page[row, column] = 1
    return page


def sound(n: int = 2000, *, rate: float = 8000.0, pitch: float = 220.0) -> np.ndarray:
    """A plucked string: harmonics that fade, the high ones faster.

    Parameters
    ----------
    n : int
        Number of samples.
    rate : float
        Samples per second.
    pitch : float
        Frequency of the lowest harmonic, in hertz. Harmonics at or above half of `rate` are left out.

    Returns
    -------
    ndarray, float64, shape (n,)
        Scaled so that the loudest sample is 1 or -1.

    Raises
    ------
    ValueError
        If `n` is less than 1, or `pitch` is not between 0 and half of `rate`.

    Examples
    --------
    >>> x = sound(400)
    >>> x.shape, float(abs(x).max())
    ((400,), 1.0)
    """
    if n < 1:
        raise ValueError(f"sound: n must be at least 1, got n={n}.")
    if not 0 < pitch < rate / 2:
        raise ValueError(
            f"sound: pitch must lie between 0 and rate/2 = {rate / 2:g} hertz, got pitch={pitch:g}."
        )
    t = np.arange(n) / rate
    harmonics = np.arange(1, int(np.ceil(rate / 2 / pitch)))[:, None]  # (harmonics, 1)
    waves = (
        np.sin(2 * np.pi * pitch * harmonics * t) * np.exp(-6 * harmonics * t) / harmonics
    )  # (harmonics, n)
    x = waves.sum(axis=0)
    return x / np.abs(x).max()


def chirp(n: int = 64, *, low: float = 0.02, high: float = 0.25) -> np.ndarray:
    """A tone whose pitch rises evenly: a pulse that is easy to find again in noise.

    Parameters
    ----------
    n : int
        Number of samples.
    low, high : float
        First and last frequency, in cycles per sample.

    Returns
    -------
    ndarray, float64, shape (n,)
        Scaled so that its values squared sum to 1.

    Raises
    ------
    ValueError
        If `n` is less than 2, or a frequency is not between 0 and 0.5.

    Examples
    --------
    >>> round(float((chirp() ** 2).sum()), 12)
    1.0
    """
    if n < 2:
        raise ValueError(f"chirp: n must be at least 2, got n={n}.")
    if not (0 <= low <= 0.5 and 0 <= high <= 0.5):
        raise ValueError(
            f"chirp: frequencies are cycles per sample, from 0 to 0.5; got low={low:g}, high={high:g}."
        )
    t = np.arange(n)
    x = np.sin(2 * np.pi * (low * t + (high - low) * t**2 / (2 * (n - 1))) + np.pi / 4)
    return x / np.sqrt((x**2).sum())
