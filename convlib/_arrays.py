"""Which library an array belongs to, and the few operations that NumPy and torch spell differently.

Only this file knows torch. It is found in ``sys.modules``: whoever hands over a tensor has imported it.
Everything else is written once, in the operators and methods the two libraries share
(``+``, ``@``, ``.reshape``, ``.sum``, slices, ``out[...] += part``).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import reduce
from math import prod
from typing import Any

import numpy as np

ONE_ITEM = 512  # bytes: NumPy moves a row up to this long faster as one item than as so many numbers
Array = Any  # numpy.ndarray or torch.Tensor: what goes in is what comes out


def torch() -> Any:
    """The torch module if the process has imported it, else None."""
    return sys.modules.get("torch")


def is_torch(array: Any) -> bool:
    """True for a torch tensor."""
    return isinstance(array, getattr(sys.modules.get("torch"), "Tensor", ()))


def as_arrays(operation: str, **named: Any) -> list[Any]:
    """The named values as arrays of one library; lists become NumPy's; bias may be None.

    Raises TypeError where the libraries or devices differ, or where a value holds no numbers.
    """
    arrays = {
        name: value if is_torch(value) else _as_array(operation, name, value) for name, value in named.items()
    }
    if len({array.device if is_torch(array) else None for array in arrays.values() if array is not None}) > 1:
        homes = {name: _home(array) for name, array in arrays.items() if array is not None}
        where = ", ".join(f"{name} is {home}" for name, home in homes.items())
        raise TypeError(f"{operation}: all arrays must belong together, but {where}; convert one of them.")
    return list(arrays.values())


def _as_array(operation: str, name: str, value: Any) -> Any:
    if is_torch(value) or (value is None and name == "bias"):
        return value
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{operation}: {name} can't be read as an array: {error}") from None
    if array.dtype.kind not in "biufc":
        raise TypeError(f"{operation}: {name} must hold numbers, but its dtype is {array.dtype}.")
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{operation}: {name} is a masked array, and no sum can leave out its gaps: fill them."
        )
    return array


def _home(array: Array) -> str:
    return f"a torch tensor on {array.device}" if is_torch(array) else "a NumPy array"


def common_dtype(*arrays: Array) -> Any:
    """The dtype that holds them all, by the rules of their own library; None is skipped."""
    dtypes = [array.dtype for array in arrays if array is not None]
    if not is_torch(arrays[0]):
        return np.result_type(*dtypes)
    return dtypes[0] if len(set(dtypes)) == 1 else reduce(torch().promote_types, dtypes)


def kind(dtype: Any) -> str:
    """One letter: b bool, i integer, f real, c complex."""
    if isinstance(dtype, np.dtype):
        return dtype.kind.replace("u", "i")
    if dtype is torch().bool:
        return "b"
    return "c" if dtype.is_complex else "f" if dtype.is_floating_point else "i"


def named_dtype(name: str, like: Array) -> Any:
    """The dtype called "float32", "float64" or "int64" in the library of `like`."""
    return getattr(torch(), name) if is_torch(like) else np.dtype(name)


def finfo(dtype: Any) -> Any:
    """The limits of a real or complex dtype: `max`, `eps` and more."""
    return (np if isinstance(dtype, np.dtype) else torch()).finfo(dtype)


def integer_limits(dtype: Any) -> tuple[int, int]:
    """The smallest and largest integer of a dtype."""
    limits = np.iinfo(dtype) if isinstance(dtype, np.dtype) else torch().iinfo(dtype)
    return int(limits.min), int(limits.max)


def astype(array: Array, dtype: Any) -> Array:
    """The array in another dtype; itself where it has it already."""
    if array.dtype == dtype:
        return array
    return array.to(dtype) if is_torch(array) else array.astype(dtype)


def zeros(shape: Sequence[int], like: Array) -> Array:
    """Zeros in the library, dtype and device of `like`."""
    return like.new_zeros(tuple(shape)) if is_torch(like) else np.zeros(shape, like.dtype)


def empty(shape: Sequence[int], like: Array) -> Array:
    """Memory not yet written, in the library, dtype and device of `like`."""
    return like.new_empty(tuple(shape)) if is_torch(like) else np.empty(shape, like.dtype)


def from_numpy(array: np.ndarray, like: Array) -> Array:
    """A NumPy array in the library, dtype and device of `like`."""
    if is_torch(like):
        return torch().as_tensor(array).to(device=like.device, dtype=like.dtype)
    return array.astype(like.dtype, copy=False)


def permute(array: Array, axes: Sequence[int]) -> Array:
    """A view with its axes in another order (torch's `permute`, NumPy's `transpose`)."""
    return array.permute(tuple(axes)) if is_torch(array) else array.transpose(axes)


def flip(array: Array, axes: Sequence[int]) -> Array:
    """The array reversed along the axes."""
    return array.flip(tuple(axes)) if is_torch(array) else np.flip(array, tuple(axes))


def concatenate(arrays: Sequence[Array], axis: int) -> Array:
    """The arrays one after another along an axis."""
    return torch().cat(list(arrays), axis) if is_torch(arrays[0]) else np.concatenate(arrays, axis)


def take(array: Array, indices: np.ndarray, axis: int) -> Array:
    """The entries at integer `indices` (NumPy's) along one axis."""
    if is_torch(array):
        return array.index_select(axis, torch().as_tensor(indices, device=array.device))
    return np.take(array, indices, axis)


def einsum(subscripts: str, *operands: Array) -> Array:
    """Einstein summation, in the order of contraction that costs least."""
    if is_torch(operands[0]):
        return torch().einsum(subscripts, *operands)
    return np.einsum(subscripts, *operands, optimize=True)


def all_finite(array: Array) -> bool:
    """Whether no element is NaN or Inf."""
    # fast, and a NaN or an Inf can't leave the sum of squares
    return bool(np.isfinite(norm(array))) or bool(library(array).isfinite(array).all())


def norm(array: Array) -> float:
    """The root of the sum of squares: Inf or NaN where that is too large for the dtype, or where nothing can be read.

    torch can't read a tensor without numbers: one that is traced, mapped over, or on its meta device.
    """
    if is_torch(array):
        try:
            return float(torch().linalg.vector_norm(array.detach()))
        except RuntimeError:
            return float("nan")
    flat = array.reshape(-1) if array.flags.c_contiguous else array.ravel("K")
    with np.errstate(over="ignore", invalid="ignore"):
        return float(abs(np.vdot(flat, flat)) ** 0.5)


def roll(array: Array, shifts: Sequence[int], axes: Sequence[int]) -> Array:
    """The array turned by `shifts` along the axes; what falls off the end comes in at the start."""
    return array.roll(tuple(shifts), tuple(axes)) if is_torch(array) else np.roll(array, shifts, axes)


def fftn(array: Array, points: Sequence[int], axes: Sequence[int]) -> Array:
    """The spectrum over `axes`, filled with zeros to `points`; half of it for real arrays."""
    if is_torch(array):
        return (torch().fft.fftn if array.is_complex() else torch().fft.rfftn)(array, points, axes)
    return (np.fft.fftn if array.dtype.kind == "c" else np.fft.rfftn)(array, points, axes)


def ifftn(spectrum: Array, points: Sequence[int], axes: Sequence[int], dtype: Any) -> Array:
    """The array of `dtype` whose `fftn` it is."""
    library = torch().fft if is_torch(spectrum) else np.fft
    return (library.ifftn if kind(dtype) == "c" else library.irfftn)(spectrum, points, axes)


def sliding_windows(x: Array, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> Array:
    """Every patch that the kernel sees, as a view: (..., *S) gives (..., *out, *kernel)."""
    first, taken = x.ndim - len(kernel), range(x.ndim - len(kernel), x.ndim)
    if is_torch(x):
        for axis, size, step, spread in zip(taken, kernel, stride, dilation):
            x = x.unfold(axis, spread * (size - 1) + 1, step)[..., ::spread]
        return x
    places = [(n - d * (k - 1) - 1) // s + 1 for n, k, s, d in zip(x.shape[first:], kernel, stride, dilation)]
    apart = [x.strides[axis] * step for axis, step in zip(taken, stride)]
    within = [x.strides[axis] * step for axis, step in zip(taken, dilation)]
    return np.lib.stride_tricks.as_strided(
        x, (*x.shape[:first], *places, *kernel), (*x.strides[:first], *apart, *within), writeable=False
    )


def room(source: Array, workspace: Array) -> Array:
    """`workspace`, or a new one where it is too small to take a copy of the source."""
    return workspace if workspace.shape[0] >= prod(source.shape) else empty((prod(source.shape),), source)


def copy(source: Array, workspace: Array) -> Array:
    """The source made contiguous: in NumPy written into flat `workspace`; fresh in torch (autograd keeps it)."""
    if is_torch(source):
        return source.contiguous()
    target = workspace[: source.size].reshape(source.shape)
    write(target, source)
    return target


def write(target: Array, source: Array) -> None:
    """``target[...] = source`` of the same shape and dtype; in NumPy short rows are moved as one item each."""
    row = target.shape[-1] * target.itemsize
    if not is_torch(target) and 0 < row <= ONE_ITEM and _rows_lie_together(target, source):
        item = np.dtype((np.void, row))
        target, source = target.view(item), source.view(item)
    target[...] = source


def _rows_lie_together(*arrays: np.ndarray) -> bool:
    return all(a.dtype.kind in "biufc" and a.strides[-1] == a.itemsize for a in arrays)


def matmul(a: Array, b: Array, out: Array) -> None:
    """Write ``a @ b`` into `out`, which may be a view; torch records it for autograd."""
    if is_torch(out):
        out.copy_(a @ b)
    else:
        np.matmul(a, b, out=out)


def torch_can(x: Array, weight: Array, dtype: Any) -> bool:
    """Whether torch itself has this convolution: rank 1 to 3, nothing but the batch empty, no integers (which would wrap)."""
    good = is_torch(x) and weight.ndim <= 5 and 0 not in x.shape[1:] and 0 not in weight.shape
    return good and kind(dtype) in "fc"


def torch_convolution(
    x: Array, weight: Array, bias: Array | None, stride: Any, padding: Any, dilation: Any, groups: int
) -> Array:
    """torch's own convolution (oneDNN, cuDNN) of rank 1, 2 or 3, for the same padding at both ends of an axis."""
    function = getattr(torch().nn.functional, f"conv{weight.ndim - 2}d")
    return function(x, weight, bias, stride, padding, dilation, groups)


def torch_transposed_convolution(
    x: Array,
    weight: Array,
    bias: Array | None,
    stride: Any,
    padding: Any,
    extra: Any,
    groups: int,
    dilation: Any,
) -> Array:
    """torch's own transposed convolution of rank 1, 2 or 3; `extra` is its output_padding."""
    function = getattr(torch().nn.functional, f"conv_transpose{weight.ndim - 2}d")
    return function(x, weight, bias, stride, padding, extra, groups, dilation)


def torch_decides(array: Array) -> bool:
    """Whether torch is tracing, or choosing the precision of its own convolutions itself."""
    kind = array.device.type
    return torch().jit.is_tracing() or (kind != "meta" and torch().is_autocast_enabled(kind))


def on_cpu(array: Array) -> bool:
    """Whether the processor computes with it: NumPy's arrays and torch's CPU tensors."""
    return not is_torch(array) or array.device.type == "cpu"


def to_cpu(array: Array) -> Array:
    """The array in the processor's memory."""
    return array.cpu() if is_torch(array) else array


def beside(array: Array, like: Array) -> Array:
    """The array on the device of `like`."""
    return array.to(device=like.device) if is_torch(array) else array


def library(array: Array) -> Any:
    """The module an array belongs to, for what both call by the same name (linalg.svd, fft.fftn, moveaxis)."""
    return torch() if is_torch(array) else np


def to_numpy(array: Array) -> np.ndarray:
    """The values in NumPy's memory, outside autograd; bfloat16, which NumPy lacks, as float32."""
    if not is_torch(array):
        return np.asarray(array)
    array = array.detach().resolve_conj().resolve_neg().cpu()
    return (array.float() if array.dtype is torch().bfloat16 else array).numpy()


def add_at(array: Array, indices: np.ndarray, values: Array) -> Array:
    """A 1-D array with `values` added at `indices`, which may repeat."""
    if is_torch(array):
        return array.index_add(0, torch().as_tensor(indices, device=array.device), values)
    np.add.at(array, indices, values)
    return array


def sparse_matrix(values: Array, rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> Any:
    """A SciPy CSR array, or a torch sparse COO tensor; entries at one place are added."""
    if is_torch(values):
        places = torch().as_tensor(np.stack([rows, columns]), device=values.device)
        return torch().sparse_coo_tensor(places, values, shape, check_invariants=True).coalesce()
    try:
        from scipy.sparse import csr_array
    except ImportError:
        raise ImportError("a sparse matrix of NumPy arrays needs SciPy: pip install scipy") from None
    return csr_array((values, (rows, columns)), shape=shape)
