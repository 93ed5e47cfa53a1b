"""Turn an author's file into what a student opens, and into the solution page of the book."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from textwrap import dedent

from nbformat import NotebookNode

from convgrader import pictures, regions
from convgrader.comparison import compare
from convgrader.inputs import PUBLIC, draw_hidden
from convgrader.key import build
from convgrader.matching import graft
from convgrader.model import AuthorError, Exercise
from convgrader.notebook import graded_cell, new_notebook, text_cell, to_text, with_inputs
from convgrader.running import Outcome, run
from convgrader.source import BEGINS, HINT, Cell, Source, read

COMMAND = "python -m convgrader release"


def released(source: Source) -> NotebookNode:
    """Return the student's notebook: stubs, hints, pictures, public inputs; no outputs, nothing of a solution."""
    cells = []
    for number, cell in enumerate(source.cells, 1):
        grade = cell.grade
        if grade is None:
            cells.append(text_cell(f"text-{number}", _student_text(source, cell.source)))
        elif grade.role == "picture":
            cells.append(text_cell(grade.id, _picture(source, cell, grade.alt)))
        else:
            text = regions.stubbed(cell.source)
            if grade.role == "check":
                text = with_inputs(text, grade, PUBLIC)
            cells.append(graded_cell(cell, grade, text))
    return new_notebook(source, cells)


@dataclass(frozen=True)
class Opening:
    """Which day it is, and until which day solutions are withheld where a source says nothing itself."""

    today: date
    withheld_until: date | None = None

    def closed(self, source: Source) -> date | None:
        """Return the day on which a page's solutions open, or None if they are open."""
        opens = source.front.solutions_from or self.withheld_until
        return opens if opens and self.today < opens else None


def solution_page(source: Source, opens: date | None = None) -> str:
    """Return the solutions as a page of the book, each behind a dropdown; before they open, a page without any of them."""
    parts = [
        f"<!-- Generated from exercises/source/{source.slug}.md by {COMMAND}. -->",
        f"# Solutions: {source.front.title}",
    ]
    if opens:
        day = f"{opens.day} {opens:%B} {opens.year}"
        parts.append(f"These solutions open on {day}. Until then the notebook's hints go a step at a time.")
        return "\n\n".join(parts) + "\n"
    parts += [
        "Each solution opens on a click. Try the exercise first: the hints in the notebook go a step at a time.",
    ]
    for part in source.front.parts:
        cells = [cell for cell in source.cells if cell.exercise == part.id]
        heading = re.search(r"^#+ (.+)$", cells[0].source, re.MULTILINE)
        parts += [f"## {heading.group(1) if heading else part.id}", label(part)]
        shown = [_solution(cell) for cell in cells if cell.grade and cell.grade.role in ("answer", "manual")]
        parts.append(":::{dropdown} Solution\n" + "\n\n".join(shown) + "\n:::")
    return "\n\n".join(parts) + "\n"


def outputs(source: Source, opening: Opening | None = None) -> dict[str, str]:
    """Return every generated file's text, by its path from the folder ``exercises``."""
    return {
        f"{source.slug}.ipynb": to_text(released(source)),
        f"solutions/{source.slug}.md": solution_page(source, opening.closed(source) if opening else None),
    }


def prove(source: Source) -> None:
    """Run the author's solution and the stubs: every check emits one value on the one and fails on the other.

    Raises
    ------
    AuthorError
        With the line of the cell that raises, or of the check that passes on the stub.
    """
    key = build(source, PUBLIC)
    for cell, grade in source.graded("check"):
        if grade.hidden:
            try:
                draw_hidden(grade.inputs, "any", grade.id)
            except ValueError as error:
                raise AuthorError(source.path, cell.line, str(error)) from error
    right = run(key.cells)
    stubs = {
        cell.grade.id: regions.stubbed(cell.source)
        for cell, _ in source.graded("answer", "manual")
        if cell.grade
    }
    stub = run(graft(key, stubs).cells)
    lines = {cell.grade.id: cell.line for cell in source.cells if cell.grade}
    for name, outcome in right.items():
        if outcome.error is not None:
            raise AuthorError(
                source.path, lines[name], f"the solution fails in cell {name}: {outcome.error!r}"
            )
    for cell, grade in source.graded("check"):
        expected = right[grade.id].values
        if len(expected) != 1:
            raise AuthorError(
                source.path, cell.line, f"check {grade.id} emitted {len(expected)} values, not one"
            )
        if _passes(expected[0], stub[grade.id], grade.rtol, grade.atol):
            raise AuthorError(
                source.path, cell.line, f"check {grade.id} passes on the stub: it proves nothing"
            )


def write(folder: Path, opening: Opening | None = None) -> list[Path]:
    """Check and release every author's file of a folder; return the files whose text changed."""
    changed = []
    for path in sorted((folder / "source").glob("*.md")):
        source = read(path)
        prove(source)
        for name, text in outputs(source, opening).items():
            target = folder / name
            if not target.exists() or target.read_text(encoding="utf-8") != text:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
                changed.append(target)
    return changed


def stale(folder: Path, opening: Opening | None = None) -> list[str]:
    """Return a line for every generated file that differs from what would be written, with file and line."""
    problems, expected = [], set()
    for path in sorted((folder / "source").glob("*.md")):
        source = read(path)
        prove(source)
        for name, text in outputs(source, opening).items():
            target = folder / name
            expected.add(target)
            have = target.read_text(encoding="utf-8") if target.exists() else ""
            if have != text:
                problems.append(f"{target}:{_first_difference(have, text)}: stale: run {COMMAND}")
    generated = [*folder.glob("*.ipynb"), *folder.glob("solutions/*.md")]
    problems += [
        f"{path}:1: no file in source/ makes this" for path in sorted(generated) if path not in expected
    ]
    return problems


def label(part: Exercise) -> str:
    """Say in a line what kind of exercise it is, how hard, how long and for how many points."""
    points = "1 point" if part.points == 1 else f"{part.points} points"
    return f"*{part.kind} · {part.difficulty} · about {part.minutes} minutes · {points}*"


def _student_text(source: Source, text: str) -> str:
    count = 0

    def hint(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"<details>\n<summary>Hint {count}</summary>\n\n{found.group(1)}\n\n</details>"

    text = BEGINS.sub(lambda found: label(source.part(found.group(1))), text)
    return HINT.sub(hint, text)


def _picture(source: Source, cell: Cell, alt: str) -> str:
    try:
        svg = eval(dedent(cell.source), vars(pictures))
    except Exception as error:
        raise AuthorError(source.path, cell.line, f"the picture fails: {error!r}") from error
    data = base64.b64encode(svg.encode()).decode()
    # Not ![](…): Markdown readers refuse an address of this kind, all but JupyterLab's.
    return f'<img alt="{escape(alt)}" src="data:image/svg+xml;base64,{data}">'


def _solution(cell: Cell) -> str:
    text = regions.solved(cell.source)
    return text if cell.kind == "markdown" else f"```python\n{text}\n```"


def _passes(expected: dict, outcome: Outcome, rtol: float, atol: float) -> bool:
    return outcome.error is None and compare(expected, outcome.values, rtol, atol) is None


def _first_difference(have: str, want: str) -> int:
    pairs = zip(have.splitlines(), want.splitlines(), strict=False)
    same = next((number for number, (a, b) in enumerate(pairs) if a != b), None)
    return 1 + (same if same is not None else min(have.count("\n"), want.count("\n")))
