"""The puzzles, one module for each page of exercises: its dict ``PUZZLES`` names them."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from convgrader.puzzle import Puzzle


@cache
def puzzles() -> dict[str, Puzzle]:
    """Return every puzzle by its name.

    Raises
    ------
    ValueError
        If two pages use the same name.
    """
    found: dict[str, Puzzle] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        for name, puzzle in import_module(f"{__name__}.{module}").PUZZLES.items():
            if name in found:
                raise ValueError(
                    f"convgrader/puzzles/{module}.py: the name {name!r} is used by another page."
                )
            found[name] = puzzle
    return found
