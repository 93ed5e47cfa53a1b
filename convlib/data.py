"""Small inputs for the chapters: made in code, or shipped with this package or a dependency. Nothing is downloaded.

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
`brainwaves`           four electrodes of an electroencephalogram, matplotlib's sample ``eeg.dat``
`volume`               the MNI152 head, an average of MRI scans of 152 people: in this package, with its
                       notice, as ``samples/head.npz``; ``samples/make_head.py`` says how it was made
`digits`               handwritten digits, 1,797 small images of the UCI repository: in this package, with its
                       notice, as ``samples/digits.npz``; ``samples/make_digits.py`` says how it was made
`vessels`              threads that wind through the slices of a volume, made in code
`measured`             times and accuracies that were recorded, with their machine: in this package, as
                       ``measured/<name>.json``, each written by the command that it names
=====================  ==========================================================================
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import numpy as np

__all__ = [
    "brainwaves",
    "chirp",
    "digits",
    "edge_image",
    "letter_f",
    "measured",
    "page_of_letters",
    "photograph",
    "sound",
    "vessels",
    "volume",
]

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
    whole = _picture(_sample("photograph", "grace_hopper.jpg"))  # (600, 512, 3)
    square = whole[:_PHOTOGRAPH_SIDE, :_PHOTOGRAPH_SIDE] / 255.0
    block = _PHOTOGRAPH_SIDE // size
    small = square.reshape(size, block, size, block, 3).mean(axis=(1, 3))  # (size, size, 3)
    return np.moveaxis(small, -1, 0).copy() if colour else small @ np.array(_LUMA)


def _sample(function: str, name: str) -> str:
    """The path of one of matplotlib's samples."""
    try:
        import matplotlib.cbook
    except ImportError as error:
        raise ImportError(
            f"{function}: {name} ships inside matplotlib, which is not installed here. "
            "Install matplotlib, or pass an array of your own."
        ) from error
    return str(matplotlib.cbook.get_sample_data(name, asfileobj=False))


def _picture(path: str) -> np.ndarray:
    import matplotlib.image

    return np.asarray(matplotlib.image.imread(path), dtype=np.float64)


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
        Frequency of the first and of the last sample, in cycles per sample.

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


def brainwaves() -> np.ndarray:
    """A recorded electroencephalogram: four electrodes on one head, at the same time.

    Returns
    -------
    ndarray, float64, shape (4, 800)
        One row for each electrode. Every row has a standard deviation of about 1.

    Raises
    ------
    ImportError
        If matplotlib is not installed: the recording is part of it.

    References
    ----------
    Matplotlib's sample data ``eeg.dat``, under matplotlib's licence.

    Examples
    --------
    >>> brainwaves().shape
    (4, 800)
    """
    samples = np.fromfile(_sample("brainwaves", "eeg.dat"), dtype="<f8")  # (3200,)
    return samples.reshape(800, 4).T.copy()


def volume() -> np.ndarray:
    """A head, scanned by magnetic resonance: the average of 152 people, cut to the brain.

    Returns
    -------
    ndarray, float64, shape (78, 91, 73)
        From 0 to 1. Axis 0 runs from the feet to the crown, axis 1 from the forehead to the back of the
        head, axis 2 across. A voxel is a cube of 2 mm.

    References
    ----------
    ICBM 152 nonlinear symmetric template, version 2009a (Fonov et al. 2009, 2011). Copyright (C) 1993-2004 Louis
    Collins, McConnell Brain Imaging Centre, Montreal Neurological Institute, McGill University; free to use,
    copy, modify and distribute with its notice, which is ``samples/head.txt``.

    Examples
    --------
    >>> head = volume()
    >>> head.shape, float(head.min()), bool(0.9 < head.max() <= 1)
    ((78, 91, 73), 0.0, True)
    """
    return _stored("head.npz")["head"] / 255.0


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Handwritten digits in 8 × 8 pixels, and which digit each of them is.

    Returns
    -------
    images : ndarray, float64, shape (1797, 8, 8)
        From 0 (paper) to 1 (ink), in steps of 1/16.
    labels : ndarray, int64, shape (1797,)
        From 0 to 9.

    Notes
    -----
    The images stand in the order in which the data set stores them, and neighbours resemble each other: a model that
    learns from the first half and answers for the second scores lower than one that learns from a random half.

    References
    ----------
    Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, test set, UCI Machine Learning
    Repository, CC BY 4.0, as scikit-learn carries it; the notice is ``samples/digits.txt``.

    Examples
    --------
    >>> images, labels = digits()
    >>> images.shape, labels[:10].tolist()
    ((1797, 8, 8), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """
    stored = _stored("digits.npz")
    return stored["images"] / 16.0, stored["labels"].astype(np.int64)


def _stored(name: str) -> dict[str, np.ndarray]:
    """The arrays of one of this package's samples."""
    with (files("convlib") / "samples" / name).open("rb") as file, np.load(file) as archive:
        return dict(archive)


def vessels(n: int = 3, shape: tuple[int, int, int] = (24, 48, 48), *, seed: int = 0) -> np.ndarray:
    """Threads that wind through all slices of a volume, as blood vessels do.

    Parameters
    ----------
    n : int
        Number of threads. They may touch.
    shape : (int, int, int)
        Depth, height and width, at least (1, 8, 8).
    seed : int
        Of the random paths.

    Returns
    -------
    ndarray, float64, shape (n, D, H, W)
        1 inside a thread, 0 elsewhere. In each slice a thread is a plus of five voxels; from one slice to the
        next its centre moves by at most one voxel along each axis, and it keeps two voxels from the border.

    Raises
    ------
    ValueError
        If `n` is negative or `shape` is too small.

    Examples
    --------
    >>> threads = vessels(2, (5, 9, 9))
    >>> threads.shape, threads.sum(axis=(2, 3)).tolist()
    ((2, 5, 9, 9), [[5.0, 5.0, 5.0, 5.0, 5.0], [5.0, 5.0, 5.0, 5.0, 5.0]])
    """
    if n < 0 or len(shape) != 3 or shape[0] < 1 or min(shape[1:]) < 8:
        raise ValueError(
            f"vessels: n must be at least 0 and shape at least (1, 8, 8), got n={n}, shape={shape}."
        )
    rng = np.random.default_rng(seed)
    room = np.array(shape[1:])
    out = np.zeros((n, *shape))
    for thread in out:
        centre = rng.integers(2, room - 2)
        drift = rng.integers(-1, 2, size=2)
        for plane in thread:
            i, j = centre
            plane[i - 1 : i + 2, j] = plane[i, j - 1 : j + 2] = 1
            if rng.random() < 0.3:  # a bend
                drift = rng.integers(-1, 2, size=2)
            wall = (centre + drift < 2) | (centre + drift >= room - 2)
            drift = np.where(wall, -drift, drift)
            centre = centre + drift
    return out


def measured(name: str) -> dict[str, Any]:
    """A recorded measurement: what depends on a machine, and so can't be computed where it is read.

    Parameters
    ----------
    name : str
        The file below ``measured/``, without its suffix.

    Returns
    -------
    dict
        With ``"command"``, which made it, ``"machine"``, and what was measured.

    Raises
    ------
    ValueError
        If nothing of that name was recorded.

    Examples
    --------
    >>> sorted(measured("cpu"))
    ['command', 'layers', 'machine', 'summary']
    """
    place = files("convlib") / "measured"
    names = sorted(entry.name[:-5] for entry in place.iterdir() if entry.name.endswith(".json"))
    if name not in names:
        raise ValueError(f"measured: nothing was recorded as {name!r}; there are {', '.join(names)}.")
    return json.loads((place / f"{name}.json").read_text(encoding="utf-8"))
