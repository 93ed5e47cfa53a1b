"""The private key: the author's notebook on inputs drawn from a secret seed, executed, with its outputs stored."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from convgrader import kernel, regions
from convgrader.comparison import to_array
from convgrader.emission import MIME
from convgrader.model import AuthorError
from convgrader.notebook import graded_cell, new_notebook, to_text, with_inputs
from convgrader.source import Source


def build(source: Source, seed: str) -> NotebookNode:
    """Return the key, not executed: given cells, solutions, and checks whose hidden inputs come from the seed."""
    cells = []
    for cell, grade in source.graded("given", "answer", "check", "manual"):
        text = regions.solved(cell.source)
        if grade.role == "check":
            text = with_inputs(text, grade, seed)
        cells.append(graded_cell(cell, grade, text))
    return new_notebook(source, cells, key=True, points=source.front.points)


def execute(notebook: NotebookNode, timeout: float = 60.0) -> NotebookNode:
    """Run a notebook in a kernel of this environment and store its outputs, without the times of day.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises.
    """
    kernel.execute(NotebookClient(notebook, timeout=timeout, kernel_name="python3", record_timing=False))
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def write_key(source: Source, folder: Path, seed: str) -> Path:
    """Build, execute and write the key of one page; verify what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{source.slug}.ipynb"
    path.write_text(to_text(execute(build(source, seed))), encoding="utf-8")
    path.chmod(0o600)
    load_key(path)
    return path


def load_key(path: Path) -> NotebookNode:
    """Read a key and refuse one that proves nothing.

    Raises
    ------
    AuthorError
        With file and line: if the file is no key, or one of its check cells was not executed or did not emit exactly
        one value. Such a cell would pass whatever a student hands in.
    """
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    if not notebook.metadata.get("convgrader", {}).get("key"):
        raise AuthorError(path, 1, "this notebook is no key")
    points = 0
    for cell in notebook.cells:
        grade = cell.metadata.get("grade", {})
        points += grade.get("points", 0)
        if grade.get("role") != "check":
            continue
        line = _line_of(text, cell.id)
        if cell.execution_count is None:
            raise AuthorError(path, line, f"the key was not executed: check {cell.id} has no execution count")
        if len(stored(cell)) != 1:
            raise AuthorError(
                path, line, f"the key holds {len(stored(cell))} values for check {cell.id}, not one"
            )
        try:
            to_array(stored(cell)[0])
        except ValueError as error:
            raise AuthorError(path, line, f"check {cell.id}: {error}") from error
    if points != notebook.metadata["convgrader"]["points"]:
        message = f"its cells give {points} points, its metadata promise {notebook.metadata['convgrader']['points']}"
        raise AuthorError(path, 1, message)
    return notebook


def stored(cell: NotebookNode) -> list[dict]:
    """Return the values that a cell's stored outputs carry."""
    return [output.data[MIME] for output in cell.outputs if MIME in output.get("data", {})]


def _line_of(text: str, name: str) -> int:
    wanted = f'"id": "{name}"'
    return next((number for number, line in enumerate(text.splitlines(), 1) if wanted in line), 1)
