"""Numbers as text, written alike in Python and in the script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from math import floor
from typing import Any

import numpy as np


def fmt(v: float) -> str:
    """Return `v` with at most three digits and a true minus sign; noise below 1e-9 is zero."""
    a, sign = abs(float(v)) * (1 + 1e-10), "−" if v < 0 else ""
    if a < 1e-9:
        return "0"
    if 0.01 <= a < 1e4:
        decimals = 2 if a < 10 else 1 if a < 100 else 0
        return sign + _put(floor(a * (1, 10, 100)[decimals] + 0.5), decimals)
    m, e = a, 0
    while m >= 10:
        m, e = m / 10, e + 1
    while m < 1:
        m, e = m * 10, e - 1
    n = floor(m * 10 + 0.5)
    if n >= 100:
        n, e = 10, e + 1
    return f"{sign}{_put(n, 1)}e{'−' if e < 0 else ''}{abs(e)}"


def _put(n: int, decimals: int) -> str:
    digits = str(n).rjust(decimals + 1, "0")
    if not decimals:
        return digits
    return (digits[:-decimals] + "." + digits[-decimals:]).rstrip("0").rstrip(".")


def times(v: float) -> str:
    """Return `v` as a factor: a negative one stands in parentheses."""
    return f"({fmt(v)})" if v < 0 else fmt(v)


def literal(a: Any) -> str:
    """Return an array as the text of a nested list, each number as JavaScript writes it."""
    if isinstance(a, list | tuple | np.ndarray):
        return "[" + ", ".join(literal(v) for v in a) + "]"
    v = float(a)
    if v.is_integer() and abs(v) < 1e21:
        return str(int(v))
    if 1e-6 <= abs(v) < 1e21:
        return np.format_float_positional(v, trim="-")
    return np.format_float_scientific(v, trim="-", exp_digits=1)


def spoken(rows: Iterable[Iterable[float]]) -> str:
    """Return rows of numbers as a screen reader should say them."""
    return "; ".join(" ".join(fmt(v) for v in row) for row in rows)


def plural(n: int, one: str, many: str | None = None) -> str:
    """Return ``1 cell`` or ``2 cells``."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def lines(*every: str | None) -> str:
    """Join the lines of a program; None leaves a line out."""
    return "\n".join(line for line in every if line is not None) + "\n"


def fill(template: str, values: Mapping[str, object]) -> str:
    """Put values into a text's ``{names}``; the text travels with the explorer, so that the script need not repeat it."""
    return re.sub(r"\{(\w+)\}", lambda match: str(values[match[1]]), template)
