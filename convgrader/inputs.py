"""Inputs of a check: drawn from a seed, written into the cell as literals, so that the seed stands nowhere."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from convgrader.model import Draw

PUBLIC = "public"


def draw(inputs: dict[str, Draw], seed: str, check: str) -> dict[str, Any]:
    """Draw the inputs of one check.

    The numbers depend on the seed, the check and the input's name alone, so that adding a check changes no other.

    Parameters
    ----------
    inputs : dict of Draw
    seed : str
    check : str
        The check's id.

    Returns
    -------
    dict
        A number, an entry of ``choose``, or a NumPy array of whole numbers, per name.
    """
    return {name: _one(rule, _generator(f"{seed}/{check}/{name}")) for name, rule in inputs.items()}


def draw_hidden(inputs: dict[str, Draw], seed: str, check: str) -> dict[str, Any]:
    """Draw the inputs of one check so that they differ from the public ones, which a student knows.

    Raises
    ------
    ValueError
        If the ranges are so narrow that no other inputs turn up.
    """
    public = as_code(draw(inputs, PUBLIC, check))
    for attempt in range(50):
        found = draw(inputs, f"{seed}/{attempt}", check)
        if as_code(found) != public:
            return found
    raise ValueError(f"check {check}: its inputs have no second value to draw, so nothing is hidden")


def as_code(values: dict[str, Any]) -> str:
    """Write drawn inputs as Python assignments."""
    lines = []
    for name, value in values.items():
        text = f"np.array({value.tolist()!r})" if isinstance(value, np.ndarray) else repr(value)
        lines.append(f"{name} = {text}")
    return "\n".join(lines)


def _one(rule: Draw, generator: np.random.Generator) -> Any:
    if rule.choose is not None:
        return rule.choose[int(generator.integers(len(rule.choose)))]
    if rule.shape is None:
        return int(generator.integers(rule.low, rule.high + 1))
    shape = [s if isinstance(s, int) else int(generator.integers(s[0], s[1] + 1)) for s in rule.shape]
    return generator.integers(rule.low, rule.high + 1, size=shape)


def _generator(text: str) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big"))
