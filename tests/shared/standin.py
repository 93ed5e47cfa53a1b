"""A CUDA device's manners on a machine without one: `on_device(values)` is a tensor that says it lies on one.

The numbers lie in the processor's memory and are computed there; so the arithmetic is right, and says nothing about
a GPU's rounding or time. What is kept is what a program must do for a device: tensors of two devices don't meet,
only `.cpu()` comes back, NumPy reads nothing, and what CUDA has no program for (a matrix product of integers) fails.
"""

from __future__ import annotations

import numpy as np
import torch
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils._pytree import tree_leaves, tree_map

DEVICE = torch.device("cuda", 0)
MOVES = {"to", "as_tensor", "tensor", "copy", "grad", "backward"}  # may meet a tensor of the processor
PRODUCTS = {
    "matmul",
    "rmatmul",
    "mm",
    "bmm",
    "addmm",
    "baddbmm",
    "mv",
    "dot",
    "einsum",
    "linear",
    "tensordot",
}
PRODUCTS |= {f"conv{transposed}{rank}d" for transposed in ("", "_transpose") for rank in (1, 2, 3)}


class OnDevice(torch.Tensor):
    """A tensor on the device that stands in; every operation on it passes `call`."""

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        with torch._C.DisableTorchFunctionSubclass():
            return call(function, args, kwargs or {})


def on_device(values, requires_grad=False):
    """The values as a tensor on the device, of NumPy's dtype."""
    tensor = values if isinstance(values, torch.Tensor) else torch.tensor(np.array(values))
    return tensor.as_subclass(OnDevice).requires_grad_(requires_grad)


class Device(TorchFunctionMode):
    """Within it the functions that make tensors know the device."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if torch.device(kwargs.get("device") or "cpu").type != DEVICE.type:
            return function(*args, **kwargs)
        with torch._C.DisableTorchFunctionSubclass():
            return call(function, args, kwargs)


def call(function, args, kwargs):
    """Run a function of torch as a CUDA device would, or raise as it would."""
    name = resolve_name(function) or function.__name__
    if name in ("torch.Tensor.device.__get__", "torch.Tensor.is_cuda.__get__"):
        return DEVICE if "device" in name else True
    name = name.split(".")[-1].strip("_")
    if name in ("numpy", "array"):
        raise TypeError(f"can't convert {DEVICE} device type tensor to numpy; use Tensor.cpu() first.")
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
    if name not in MOVES and any(t.ndim and not isinstance(t, OnDevice) for t in tensors):
        raise RuntimeError(
            f"{name}: expected all tensors to be on the same device, but found {DEVICE} and cpu!"
        )
    if name in PRODUCTS and not any(t.is_floating_point() or t.is_complex() for t in tensors):
        raise NotImplementedError(f'"{name}_cuda" not implemented for integers')
    asked = "cpu" if name == "cpu" else kwargs.get("device")
    if name == "to" and isinstance(args[1] if len(args) > 1 else None, str | torch.device):
        asked, args = args[1], (args[0], *args[2:])
    out = function(*args, **{key: value for key, value in kwargs.items() if key != "device"})
    return tree_map(there if torch.device(asked or DEVICE).type == DEVICE.type else here, out)


def here(value):
    """The tensor as one of the processor."""
    return value.as_subclass(torch.Tensor) if isinstance(value, OnDevice) else value


def there(value):
    """The tensor as one of the device."""
    return value.as_subclass(OnDevice) if type(value) is torch.Tensor else value
