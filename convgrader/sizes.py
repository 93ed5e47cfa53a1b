"""Output sizes as the usual slips would have them: a wrong size formula is named by the slip that agrees with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Formula = Callable[[int, int, int, int, int, int], int]

# i size, k kernel_size, s stride, p padding, a output_padding, d dilation
TRANSPOSED: list[tuple[str, Formula]] = [
    ("output-padding-ignored", lambda i, k, s, p, a, d: (i - 1) * s - 2 * p + d * (k - 1) + 1),
    ("padding-ignored", lambda i, k, s, p, a, d: (i - 1) * s + d * (k - 1) + 1 + a),
    ("padding-one-side", lambda i, k, s, p, a, d: (i - 1) * s - p + d * (k - 1) + 1 + a),
    ("transposed-padding-pads-input", lambda i, k, s, p, a, d: (i - 1) * s + 2 * p + d * (k - 1) + 1 + a),
    ("transposed-padding-pads-input", lambda i, k, s, p, a, d: (i - 1) * s + 2 * p - d * (k - 1) + 1 + a),
    ("dilation-ignored", lambda i, k, s, p, a, d: (i - 1) * s - 2 * p + k + a),
    ("dilation-counts-zeros", lambda i, k, s, p, a, d: (i - 1) * s - 2 * p + (d + 1) * (k - 1) + 1 + a),
    ("stride-ignored", lambda i, k, s, p, a, d: (i - 1) - 2 * p + d * (k - 1) + 1 + a),
    ("zeros-after-each", lambda i, k, s, p, a, d: i * s - 2 * p + d * (k - 1) + a),
    ("zeros-count-wrong", lambda i, k, s, p, a, d: (i - 1) * (s + 1) - 2 * p + d * (k - 1) + 1 + a),
    ("convolved-instead-of-transposed", lambda i, k, s, p, a, d: (i + 2 * p - d * (k - 1) - 1) // s + 1),
    ("output-padding-at-start", lambda i, k, s, p, a, d: (i - 1) * s - 2 * p + d * (k - 1) + 1 + 2 * a),
]

CONVOLUTION: list[tuple[str, Formula]] = [
    ("ceil-for-floor", lambda i, k, s, p, a, d: -((i + 2 * p - d * (k - 1) - 1) // -s) + 1),
    ("padding-ignored", lambda i, k, s, p, a, d: (i - d * (k - 1) - 1) // s + 1),
    ("padding-one-side", lambda i, k, s, p, a, d: (i + p - d * (k - 1) - 1) // s + 1),
    ("dilation-ignored", lambda i, k, s, p, a, d: (i + 2 * p - k) // s + 1),
    ("dilation-counts-zeros", lambda i, k, s, p, a, d: (i + 2 * p - (d + 1) * (k - 1) - 1) // s + 1),
    ("stride-ignored", lambda i, k, s, p, a, d: i + 2 * p - d * (k - 1)),
    ("last-column-dropped", lambda i, k, s, p, a, d: (i + 2 * p - d * (k - 1) - 1) // s),
]


def name_formula(
    cases: Iterable[tuple[int, ...]], got: list[int], right: list[int], transposed: bool
) -> str | None:
    """Name the slip whose formula gives the same sizes.

    Parameters
    ----------
    cases : iterable of (i, k, s, p, a, d)
    got, right : list of int
        The sizes to explain, and the right ones, case by case.
    transposed : bool
        Whether the sizes are a transposed convolution's.

    Returns
    -------
    str or None
        The misconception's id; None if nothing explains them.
    """
    rows = list(cases)
    for slip, formula in TRANSPOSED if transposed else CONVOLUTION:
        sizes = [formula(*row) for row in rows]
        if sizes == got and sizes != right:
            return slip
    if not transposed and all(have == want + 1 for have, want in zip(got, right, strict=True)):
        return "last-column-kept"
    return "constant-result" if len(set(got)) == 1 and len(got) > 1 and len(set(right)) > 1 else None


def wrong_choice(chosen: list[tuple[int, ...]], stride: int, largest: int) -> str:
    """Say what is wrong with a list of ways to enlarge ``stride`` times; the empty text if nothing is.

    Parameters
    ----------
    chosen : list of (kernel_size, padding, output_padding)
    stride, largest : int
        The stride, and the largest kernel that is allowed.
    """
    allowed, right = _candidates(stride, largest), _enlarging(_right, stride, largest)
    outside = sorted(set(chosen) - allowed)
    wrong = sorted(set(chosen) - right)
    if outside:
        return f"{outside[0]} is not among the allowed choices for stride={stride}, largest_kernel={largest}."
    if wrong:
        return f"{wrong[0]} does not enlarge {stride} times."
    if right - set(chosen):
        return f"For stride={stride}, largest_kernel={largest} you found {len(set(chosen))} ways; there are more."
    return f"{max(chosen, key=chosen.count)} is there twice." if len(chosen) > len(right) else ""


def name_choices(chosen: list[tuple[int, ...]], stride: int, largest: int) -> str | None:
    """Name the slip that leads to the same list of choices."""
    have, right = set(chosen), _enlarging(_right, stride, largest)
    if have == right:  # each choice is right, one of them is there twice
        return None
    for slip, formula in TRANSPOSED:
        if have == _enlarging(formula, stride, largest):
            return slip
    if have in ({row for row in right if row[2] == 0}, {row for row in right if row[0] % stride == 0}):
        return "transposed-needs-no-size"
    return "unique-transposed-hyperparameters" if len(have) == 1 and have < right else None


def _right(i: int, k: int, s: int, p: int, a: int, d: int) -> int:
    return (i - 1) * s - 2 * p + d * (k - 1) + 1 + a


def _candidates(stride: int, largest: int) -> set[tuple[int, ...]]:
    return {(k, p, a) for k in range(1, largest + 1) for p in range(k) for a in range(stride)}


def _enlarging(formula: Formula, stride: int, largest: int) -> set[tuple[int, ...]]:
    sizes = (3, 5, 8)
    rows = _candidates(stride, largest)
    return {(k, p, a) for k, p, a in rows if all(formula(i, k, stride, p, a, 1) == stride * i for i in sizes)}
