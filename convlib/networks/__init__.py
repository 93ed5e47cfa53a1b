"""Published architectures as lists of layers, one family a file: what the claims about them are computed from.

A network is a list of `convlib.cost.Layer`. Layers with on_path True, in their order, are its longest path.
"""

from convlib.networks.alexnet import alexnet
from convlib.networks.deeplab import deeplab
from convlib.networks.inception import inception_v3
from convlib.networks.mobilenet import mobilenet
from convlib.networks.resnet import resnet, resnext
from convlib.networks.shufflenet import shufflenet, shufflenet_unit, shufflenet_v2
from convlib.networks.vgg import vgg
from convlib.networks.xception import xception

__all__ = [
    "alexnet",
    "deeplab",
    "inception_v3",
    "mobilenet",
    "resnet",
    "resnext",
    "shufflenet",
    "shufflenet_unit",
    "shufflenet_v2",
    "vgg",
    "xception",
]
