"""Make notebooks from an author's file: cells that carry their id four times, metadata that names the release."""

from __future__ import annotations

import hashlib
from typing import Any

import nbformat
from nbformat import NotebookNode, v4

from convgrader.inputs import PUBLIC, as_code, draw, draw_hidden
from convgrader.model import FORMAT, Grade
from convgrader.source import Cell, Source

LABEL = {
    "given": "given",
    "answer": "your answer goes into this cell; keep this line",
    "check": "hands out your result; leave it as it is",
    "self": "try it as often as you like",
    "manual": "read by a person; keep this line",
}


def release_id(source: Source) -> str:
    """Return a short hash of the author's file: it names the release."""
    return hashlib.sha256(source.path.read_bytes()).hexdigest()[:12]


def new_notebook(source: Source, cells: list[NotebookNode], **extra: Any) -> NotebookNode:
    """Return a notebook that names slug and release in its metadata."""
    notebook = v4.new_notebook(cells=cells)
    notebook.metadata.update(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
        convgrader={"format": FORMAT, "slug": source.slug, "release": release_id(source), **extra},
    )
    return notebook


def text_cell(name: str, text: str) -> NotebookNode:
    """Return a Markdown cell that no one grades."""
    return v4.new_markdown_cell(text, id=name)


def graded_cell(cell: Cell, grade: Grade, text: str) -> NotebookNode:
    """Return a cell that says who it is in its id, a tag, its metadata and its first line."""
    comment = f"grade: {grade.id} ({LABEL[grade.role]})"
    if cell.kind == "markdown":
        made = v4.new_markdown_cell(f"<!-- {comment} -->\n{text}", id=grade.id)
    else:
        made = v4.new_code_cell(f"# {comment}\n{text}", id=grade.id)
    kept = grade.model_dump(exclude={"inputs", "alt"}, exclude_defaults=True)
    made.metadata.update(tags=[f"grade:{grade.id}"], grade={"role": grade.role, **kept})
    return made


def with_inputs(source: str, grade: Grade, seed: str) -> str:
    """Put a check's inputs before its source: public ones, or if it is hidden, others drawn from the seed."""
    if not grade.inputs:
        return source
    public = seed == PUBLIC or not grade.hidden
    values = draw(grade.inputs, PUBLIC, grade.id) if public else draw_hidden(grade.inputs, seed, grade.id)
    return as_code(values) + "\n" + source


def to_text(notebook: NotebookNode) -> str:
    """Return the notebook as it is written to a file: the same bytes each time.

    Raises
    ------
    nbformat.ValidationError
        If it breaks the format's schema.
    """
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"
