"""Run a notebook's code cells in this process and gather what they emit. Only for code that one trusts:
the author's, and the wrong answers of the tests. A student's code runs in a kernel of its own."""

from __future__ import annotations

import contextlib
import io
import linecache
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from convgrader.emission import collect


@dataclass
class Outcome:
    """What one cell did: the emitted values, the self-check's reports, the exception that ended it."""

    values: list[dict[str, Any]] = field(default_factory=list)
    reports: list[Any] = field(default_factory=list)
    error: Exception | None = None


def run(cells: list[NotebookNode]) -> dict[str, Outcome]:
    """Run code cells one after the other in one fresh namespace.

    A cell that raises does not stop the ones after it, as in a notebook whose reader runs each of them.

    Parameters
    ----------
    cells : list of NotebookNode
        Cells of other types are skipped.

    Returns
    -------
    dict of Outcome
        By cell id.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    found: dict[str, Outcome] = {}
    for cell in cells:
        if cell.cell_type != "code":
            continue
        outcome = found[cell.id] = Outcome()
        name = f"<cell {cell.id}>"
        linecache.cache[name] = (len(cell.source), None, cell.source.splitlines(keepends=True), name)
        with collect() as got, contextlib.redirect_stdout(io.StringIO()):
            try:
                exec(compile(cell.source, name, "exec"), namespace)
            except Exception as error:
                outcome.error = error
        outcome.values = [item for item in got if isinstance(item, dict)]
        outcome.reports = [item for item in got if not isinstance(item, dict)]
    return found
