"""How digits.npz was made: the handwritten digits as scikit-learn's wheel carries them, packed.

    python -m pip install scikit-learn==1.9.1
    python make_digits.py

Nothing is changed: 1,797 images of 8 × 8 whole numbers from 0 to 16, and their labels, in scikit-learn's order.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np


def main(out: Path) -> None:
    """Write `out`, and say what it is."""
    from sklearn.datasets import load_digits

    found = load_digits()
    images, labels = found.images.astype(np.uint8), found.target.astype(np.uint8)
    if not np.array_equal(images, found.images):
        raise ValueError("make_digits: the images are no whole numbers from 0 to 255.")
    np.savez_compressed(out, images=images, labels=labels)
    print(
        out.name, images.shape, f"{out.stat().st_size:,} bytes", hashlib.sha256(images.tobytes()).hexdigest()
    )


if __name__ == "__main__":
    main(Path(__file__).with_name("digits.npz"))
