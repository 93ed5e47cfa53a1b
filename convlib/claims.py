"""Numbers that a page states: each comes from a cell, and each published one is compared.

A page that states a number computes it in a cell and passes it on with `glue`. A page that repeats a
published figure, or that says something is so, asserts it with `claim`: a claim that fails stops the
build of the book. Both emit one hidden notebook output, which the site reads; outside of a notebook
nothing is emitted and the assertion alone remains.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np

KINDS = ("exact", "bound", "measured")
HIDDEN = "application/papermill.record/"
_NAME = re.compile(r"[a-z0-9_]+([.-][a-z0-9_]+)*")


class ClaimError(AssertionError):
    """A page says something that its own cells refute."""


def glue(name: str, value: Any, spec: str = "") -> None:
    """Pass a plain value, formatted, from a cell to the page's text.

    Parameters
    ----------
    name : str
        What the page calls it: lower-case words joined by ``_``, ``-`` or ``.``.
    value : int, float, bool, str or sequence of these
        A plain value, not an array; a sequence is joined by commas.
    spec : str
        A format specification, such as ``",d"`` or ``".3f"``.

    Raises
    ------
    TypeError
        If the value is an array of more than one element, or of a type that a sentence can't hold.
    ValueError
        If the name has other characters.

    Examples
    --------
    >>> glue("weights", 3 * 3 * 64 * 64, ",d")
    """
    _emit(_checked(name), plain(value, spec), {})


def claim(
    id: str,
    got: Any,
    published: Any = None,
    *,
    kind: str = "exact",
    says: str = "",
    source: str = "",
    within: float = 0.0,
    spec: str = "",
) -> None:
    """Assert what a page says, and enter it into the ledger of claims.

    Parameters
    ----------
    id : str
        The claim's name, beginning with the page's slug: ``"transposed.size"``.
    got : bool, number or sequence
        What the page's cells computed. Without `published` it must be True.
    published : number or sequence, optional
        What was published; `got` must equal it (kind ``"bound"``: must not exceed it).
    kind : {'exact', 'bound', 'measured'}
        What sort of statement it is.
    says : str
        The statement as one sentence, for the ledger.
    source : str
        Where it was published: a key of the bibliography, a comma, the section or table.
    within : float
        By how much `got` may differ from `published`.
    spec : str
        A format specification for both numbers.

    Raises
    ------
    ClaimError
        If the statement is false.
    ValueError
        If the claim itself is not well formed.

    Examples
    --------
    >>> about = {"says": "Half padding keeps the size.", "source": "dumoulin2016, 2.2"}
    >>> claim("arithmetic.half", (5 + 2 * 1 - 3) // 1 + 1, 5, **about)
    >>> claim("arithmetic.half", 4, 5, **about)
    Traceback (most recent call last):
        ...
    convlib.claims.ClaimError: claim arithmetic.half: the cell computes 4, published is 5 (dumoulin2016, 2.2).
    """
    _well_formed(id, published, kind, says, source)
    held, why = _holds(got, published, kind, within)
    if not held:
        raise ClaimError(
            f"claim {id}: the cell computes {plain(got, spec)}, {why}{f' ({source})' if source else ''}."
        )
    entry = {"id": id, "kind": kind, "says": says, "source": source, "value": plain(got, spec)}
    if published is not None:
        entry["published"] = plain(published, spec)
        _emit(f"{id}.published", entry["published"], {})
    _emit(id, entry["value"], {"claim": entry})


def plain(value: Any, spec: str = "") -> str:
    """Write a plain value as a sentence would: ``36,864``, ``3, 7, −15`` with a real minus, ``7·10⁻¹⁶``.

    Examples
    --------
    >>> plain(36864, ",d"), plain(np.float32(0.25)), plain((3, 7, -15)), plain(7e-16, ".0e")
    ('36,864', '0.25', '3, 7, −15', '7·10⁻¹⁶')
    """
    if isinstance(value, np.ndarray | np.generic) and value.ndim == 0:
        value = value.item()
    if isinstance(value, str | bool):
        return format(value, spec)
    if isinstance(value, Real):
        return re.sub(r"(?<=\d)e[+-]\d+$", _power, format(value, spec)).replace("-", "−")
    if isinstance(value, list | tuple):
        return ", ".join(plain(item, spec) for item in value)
    raise TypeError(
        f"a sentence holds a number, a word or a short sequence of them, not {type(value).__name__}"
    )


def _power(exponent: re.Match[str]) -> str:
    """Write what programs write as ``e-16`` as the power of ten that it is."""
    raised = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return f"·10{str(int(exponent[0][1:])).translate(raised)}"


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"glue: name must be lower-case words joined by '_', '-' or '.', got {name!r}")
    return name


def _well_formed(id: str, published: Any, kind: str, says: str, source: str) -> None:
    if "." not in _checked(id):
        raise ValueError(f"claim {id}: an id is the page's slug, a dot and a name, such as 'transposed.size'")
    if kind not in KINDS:
        raise ValueError(f"claim {id}: kind must be one of {', '.join(KINDS)}, got {kind!r}")
    if not says.rstrip().endswith((".", "!", "?")):
        raise ValueError(f"claim {id}: says must be a whole sentence, got {says!r}")
    if published is not None and not source:
        raise ValueError(f"claim {id}: a published value needs its source")


def _holds(got: Any, published: Any, kind: str, within: float) -> tuple[bool, str]:
    """Whether the statement is true, and the half of a sentence that says what it should have been."""
    if published is None:
        return isinstance(got, bool | np.bool_) and bool(got), "and must compute True"
    if isinstance(published, str) or isinstance(got, str):
        return got == published, f"published is {published}"
    left, right = np.atleast_1d(_numbers(got)), np.atleast_1d(_numbers(published))
    if left.shape != right.shape:
        return False, f"published are {right.size} values: {plain(published)}"
    if kind == "bound":
        return bool(np.all(left <= right + within)), f"which must not exceed {plain(published)}"
    allowed = f", allowed is a difference of {within:g}" if within else ""
    return bool(np.all(np.abs(left - right) <= within)), f"published is {plain(published)}{allowed}"


def _numbers(value: Any) -> np.ndarray:
    """As Python integers where they are: no rounding of large counts."""
    return np.array(value, dtype=object) if isinstance(value, int | Sequence) else np.asarray(value)


def _emit(name: str, text: str, metadata: dict[str, Any]) -> None:
    """One hidden output that carries the text; nothing where there is no notebook.

    Quoted, as a string's own output is: the site reads it as a Python literal, and 36,864 would be two numbers.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        scrapbook = {"name": name, "mime_prefix": HIDDEN}
        shell.display_pub.publish({f"{HIDDEN}text/plain": repr(text)}, {"scrapbook": scrapbook, **metadata})
