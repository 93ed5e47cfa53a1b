"""Run a student's notebook in a kernel of its own and gather what its self-checks say. It gives no points.

What a notebook does, it does with the rights of whoever runs this: it is for a student's own machine, or for their repository's CI.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode, v4

from convgrader import kernel
from convgrader.notebook import LABEL

_FIRST_LINE = re.compile(rf"# grade: (\S+) \({re.escape(LABEL['self'])}\)")
# What the notebook calls print or bool, and a %reset, is no matter to these: they work in the module.
_BEGIN = "import convgrader.emission as _emission\n_emission.listen()"
_TELL = "import convgrader.emission as _emission\n_emission.tell()"
_SHOWS = "show-"  # a cell of this id runs what the student wrote and shows it, without a report


class Unreadable(Exception):
    """A file that is no notebook with self-checks, as ``file: what``."""


@dataclass
class Said:
    """What one self-check cell said: whether all of it holds, and its lines."""

    cell: str
    ok: bool
    lines: list[str] = field(default_factory=list)


def run(path: Path, timeout: int = 60) -> list[Said]:
    """Run a notebook's code cells from top to bottom and return what each self-check said.

    Parameters
    ----------
    path : Path
        A released notebook, solved or not, also after a service has dropped its cells' marks. It is not changed.
    timeout : int
        How many seconds a cell may take.

    Raises
    ------
    Unreadable
        If it is no notebook, or has no self-checks.
    """
    notebook = _read(path)
    asked = {number: name for number, cell in enumerate(notebook.cells) if (name := _name(cell))}
    if not asked:
        raise Unreadable(f"{path}: no self-checks: is it a notebook of this course's exercises?")
    cells, places = [v4.new_code_cell(_BEGIN)], {}
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        cells += (
            [v4.new_code_cell(_TELL)] if number in asked else []
        )  # what cells before it reported is not its own
        cells.append(v4.new_code_cell(cell.source))
        if number in asked:
            places[asked[number]] = len(cells)
            cells.append(v4.new_code_cell(_TELL))
    copy = v4.new_notebook(cells=cells)
    client = NotebookClient(
        copy,
        timeout=timeout,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    stopped = ""
    try:
        kernel.execute(client)
    except CellTimeoutError:
        stopped = f"A cell took longer than {timeout} s, so what comes after it was not run."
    except RuntimeError:
        stopped = "The kernel died, so what comes after that was not run."
    return [_said(name, copy.cells[place - 1], copy.cells[place], stopped) for name, place in places.items()]


def _read(path: Path) -> NotebookNode:
    if not path.is_file():
        raise Unreadable(f"{path}: there is no such file")
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        raise Unreadable(f"{path}: not a notebook: {str(error).splitlines()[0]}") from error


def _name(cell: NotebookNode) -> str:
    """The self-check's id, from the cell's metadata or its first line; empty if it is none, or only shows something."""
    grade = cell.metadata.get("grade", {})
    found = _FIRST_LINE.match(cell.source)
    if cell.cell_type != "code" or not (grade.get("role") == "self" or found):
        return ""
    name = str(grade.get("id") or (found and found[1]))
    return "" if name.startswith(_SHOWS) else name


def _said(name: str, checked: NotebookNode, told: NotebookNode, stopped: str) -> Said:
    errors = [output for output in checked.outputs if output.output_type == "error"]
    if (
        errors and stopped and told.execution_count is None
    ):  # the error is the interrupt that ended the kernel
        return Said(name, False, [f"{name}: {stopped.replace('A cell', 'it', 1)}"])
    if errors:
        return Said(name, False, [f"{name}: it stopped with {errors[0].ename}: {errors[0].evalue}"])
    written = "".join(output.text for output in told.outputs if output.output_type == "stream")
    try:
        reports = json.loads(written.splitlines()[-1])
    except (IndexError, ValueError):
        return Said(name, False, [f"{name}: {stopped or 'it said nothing.'}"])
    lines = [line for _, text in reports for line in text] or [f"{name}: it said nothing."]
    return Said(name, bool(reports) and all(ok for ok, _ in reports), lines)
