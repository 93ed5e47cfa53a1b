"""The explorers: a convolution that one can move, as the output of a cell or on a page.

Each function returns an `Explorer`. It is alive in a notebook and on the published page, without a server or
the network; `.svg()` and `.steps()` are stills, `.widget()` is a widget whose state Python can read and set.
"""

from convlib.explore._arithmetic import arithmetic
from convlib.explore._backward import backward
from convlib.explore._channels import channels
from convlib.explore._checkerboard import checkerboard
from convlib.explore._conv import conv1d, conv2d, conv3d
from convlib.explore._correlation import correlation
from convlib.explore._cost import cost
from convlib.explore._ink import ink
from convlib.explore._matrix import matrix
from convlib.explore._receptive import receptive
from convlib.explore._separable import separable
from convlib.explore._transposed import transposed
from convlib.explore._wiring import wiring
from convlib.explore.assets import script, style
from convlib.explore.explorer import Explorer

__all__ = [
    "Explorer",
    "arithmetic",
    "backward",
    "channels",
    "checkerboard",
    "conv1d",
    "conv2d",
    "conv3d",
    "correlation",
    "cost",
    "ink",
    "matrix",
    "receptive",
    "script",
    "separable",
    "style",
    "transposed",
    "wiring",
]
