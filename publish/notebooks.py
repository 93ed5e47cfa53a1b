"""The readers' notebooks: each chapter as a plain-Markdown notebook that runs with the site's wheel alone."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat

from publish import execute, ledger, markdown, pages, wheel

BRANCH = "gh-pages"
_BOOTSTRAP = """\
# This notebook needs convlib. It is installed only where it is missing; NumPy and torch stay as they are.
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("convlib") is None:
    source = "{source}"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", source], check=True)
    importlib.invalidate_caches()
"""


def repository() -> str:
    """Owner and repository, ``owner/name``, where the environment knows them."""
    name = os.environ.get("GITHUB_REPOSITORY", "")
    return name if re.fullmatch(r"[\w.-]+/[\w.-]+", name) else ""


def links(root: Any, pagename: str) -> dict[str, str]:
    """Where a page's notebook is: for the download, and for Colab if the repository is known."""
    folder, _, slug = pagename.partition("/")
    if folder == "book":
        path = Path(root) / f"{pagename}.md"
        if not (path.is_file() and pages.is_notebook(path)):
            return {}
        file = f"notebooks/{slug}.ipynb"
    elif folder == "exercises" and "/" not in slug and (Path(root) / f"{pagename}.ipynb").is_file():
        file = f"notebooks/exercises/{slug}.ipynb"
    else:
        return {}
    found = {"file": file}
    if repository():
        found["colab"] = f"https://colab.research.google.com/github/{repository()}/blob/{BRANCH}/{file}"
    return found


def write(root: Path, docs: list[str], cache: Path, folder: Path) -> list[str]:
    """Write the notebooks of these pages and the wheel they install; answer what could not be written."""
    folder.mkdir(parents=True, exist_ok=True)
    built = wheel.build()
    shutil.copy(built, folder / built.name)
    errors: list[str] = []
    books = {doc.removeprefix("book/") for doc in docs if links(root, doc) and doc.startswith("book/")}
    for doc in docs:
        found = links(root, doc)
        if not found:
            continue
        target = folder / found["file"].removeprefix("notebooks/")
        target.parent.mkdir(parents=True, exist_ok=True)
        path = pages.source(root, doc)
        try:
            notebook = chapter(root, path, cache, books) if path.suffix == ".md" else exercise(path)
        except pages.PageError as error:
            errors += str(error).splitlines()
            continue
        up = "../" * (len(target.relative_to(folder).parts) - 1)
        notebook.cells.insert(0, _bootstrap(f"{up}{built.name}", built.name))
        text = nbformat.writes(notebook)
        target.write_text(text + "\n", encoding="utf-8")
    return errors


def chapter(root: Path, path: Path, cache: Path, books: set[str]) -> Any:
    """A chapter's notebook: our directives and roles as plain Markdown, glued values written out."""
    source = execute.read(path)
    try:
        values = ledger.glued(execute.executed(path, cache))
    except KeyError:
        raise pages.PageError(f"{path.relative_to(root)}:1: it changed while the book was built") from None
    starts = source.metadata["source_map"]
    writer = markdown.Writer(root, path, values, books)
    cells, errors = [], []
    for number, (cell, start) in enumerate(zip(source.cells, starts)):
        identifier = f"{path.stem[:40]}-{number:03d}"
        if cell.cell_type == "code":
            cells.append(_code(cell, identifier))
            continue
        try:
            text = writer.convert(cell.source.split("\n"), _first_line(path, cell.source, start))
        except pages.PageError as error:
            errors.append(str(error))
            continue
        if text.strip():
            cells.append(nbformat.v4.new_markdown_cell(text, id=identifier))
    if errors:
        raise pages.PageError("\n".join(errors))
    return nbformat.v4.new_notebook(cells=cells, metadata=_metadata())


def exercise(path: Path) -> Any:
    """A released exercise notebook as it is."""
    return nbformat.read(path, as_version=4)


def _metadata() -> dict[str, Any]:
    return {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def _code(cell: Any, identifier: str) -> Any:
    tags = [tag for tag in cell.metadata.get("tags", []) if tag != "remove-cell"]
    metadata: dict[str, Any] = {"tags": tags} if tags else {}
    if "hide-input" in tags:
        metadata["jupyter"] = {"source_hidden": True}
    return nbformat.v4.new_code_cell(cell.source, id=identifier, metadata=metadata)


def _bootstrap(beside: str, name: str) -> Any:
    source = beside
    if repository():
        source = f"https://raw.githubusercontent.com/{repository()}/{BRANCH}/notebooks/{name}"
    metadata = {"jupyter": {"source_hidden": True}}
    return nbformat.v4.new_code_cell(
        _BOOTSTRAP.format(source=source).rstrip(), id="bootstrap", metadata=metadata
    )


def _first_line(path: Path, source: str, start: int) -> int:
    """The line, from 1, at which a cell's text begins (blank lines before it were stripped)."""
    lines = path.read_text(encoding="utf-8").split("\n")
    first = source.split("\n")[0]
    return next((k + 1 for k in range(start, len(lines)) if lines[k] == first), start + 1)
