"""Figures as they stand in a page: the same picture, in fewer bytes."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from publish import figures


def picture(pixels):
    """An SVG that holds a PNG with these pixels (H, W, 4)."""
    out = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(out, "PNG")
    return f'<image href="data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"/>'


def pixels_in(svg):
    encoded = re.search(r"base64,([^\"]+)", svg)[1]
    image = Image.open(io.BytesIO(base64.b64decode(encoded)))
    return image.mode, np.asarray(image.convert("RGBA"))


def test_grey_pixels_become_one_channel_and_stay_the_same():
    grey = np.random.default_rng(0).integers(0, 256, (40, 30, 1), dtype=np.uint8)
    pixels = np.concatenate([grey, grey, grey, np.full_like(grey, 255)], axis=2)
    before = picture(pixels)
    after = figures.lighter(before)
    mode, same = pixels_in(after)
    assert mode == "L"
    np.testing.assert_array_equal(same, pixels)
    assert len(after) < 0.7 * len(before)


@pytest.mark.parametrize("channel", [0, 1, 2, 3])
def test_coloured_or_transparent_pixels_are_left_alone(channel):
    pixels = np.full((4, 5, 4), 255, dtype=np.uint8)
    pixels[2, 3, channel] = 254
    before = picture(pixels)
    assert figures.lighter(before) == before


def test_coordinates_are_rounded_and_other_numbers_are_not():
    before = '<path d="M 12.345678 -0.004 L 100 7.5 z" style="fill-opacity: 0.163456"/>'
    assert figures.lighter(before) == '<path d="M 12.35 -0 L 100 7.5 z" style="fill-opacity: 0.163456"/>'
