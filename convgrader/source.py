"""Read an author's file ``exercises/source/<slug>.md`` and refuse it, with file and line, where it breaks a rule."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

from jupytext.myst import MystMetadataParsingError, myst_to_notebook
from pydantic import ValidationError

from convgrader import regions
from convgrader.model import AuthorError, Exercise, Front, Grade, explain

BEGINS = re.compile(r"^% exercise: (\S+)$", re.MULTILINE)
HINT = re.compile(r"^:::\{hint\}\n(.*?)\n:::$", re.MULTILINE | re.DOTALL)
DIRECTIVE = re.compile(r"^:::+\{(\w+)\}", re.MULTILINE)


@dataclass
class Cell:
    """One cell of an author's file. ``line`` is the line of the file at which its text begins."""

    kind: str
    source: str
    line: int
    grade: Grade | None = None
    exercise: str | None = None


@dataclass
class Source:
    """An author's file, checked."""

    path: Path
    front: Front
    cells: list[Cell] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """The file's name without its ending: it names the topic everywhere."""
        return self.path.stem

    def graded(self, *roles: str) -> list[tuple[Cell, Grade]]:
        """Return the cells of the given roles, with their metadata."""
        return [(cell, cell.grade) for cell in self.cells if cell.grade and cell.grade.role in roles]

    def part(self, name: str | None) -> Exercise:
        """Return the entry of the front matter for an exercise."""
        return next(part for part in self.front.parts if part.id == name)


def read(path: Path) -> Source:
    """Read and check an author's file.

    Parameters
    ----------
    path : Path
        ``exercises/source/<slug>.md``, a MyST text notebook.

    Returns
    -------
    Source

    Raises
    ------
    AuthorError
        With file and line: what cannot be read, an unbalanced solution region, a duplicate id, points that do not add
        up, an exercise without its cells or with fewer than three hints, a check cell that does more than emit.
    """
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    try:
        notebook = myst_to_notebook(text, add_source_map=True)
    except MystMetadataParsingError as error:
        found = re.search(r"line (\d+)", str(error))
        raise AuthorError(path, int(found.group(1)) if found else 1, str(error)) from error
    try:
        front = Front.model_validate(notebook.metadata.get("exercises", {}))
    except ValidationError as error:
        raise AuthorError(path, _find(lines, "exercises:"), f"exercises: {explain(error)}") from error
    source = Source(path, front)
    for raw, start in zip(notebook.cells, notebook.metadata["source_map"], strict=True):
        line = _first_line(lines, start, raw.source)
        if "grade" not in raw.metadata:
            source.cells += _split(Cell(raw.cell_type, raw.source, line))
            continue
        try:
            grade = Grade.model_validate(raw.metadata["grade"])
        except ValidationError as error:
            raise AuthorError(path, line, f"grade: {explain(error)}") from error
        source.cells.append(Cell(raw.cell_type, raw.source, line, grade))
    _assign_exercises(source)
    _check_cells(source)
    _check_ids(source)
    _check_points(source)
    return source


def _assign_exercises(source: Source) -> None:
    """Give every cell its exercise: the one whose mark ``% exercise: id`` stands before it."""
    names = [part.id for part in source.front.parts]
    seen: list[str] = []
    for cell in source.cells:
        marks = BEGINS.findall(cell.source) if cell.kind == "markdown" else []
        if len(marks) > 1:
            raise AuthorError(source.path, cell.line, f"exercises {' and '.join(marks)} begin in one cell")
        if marks:
            if marks[0] not in names:
                raise AuthorError(source.path, cell.line, f"exercise {marks[0]} is not in the front matter")
            seen += marks
        cell.exercise = seen[-1] if seen else None
        if cell.grade and cell.grade.exercise not in (None, cell.exercise):
            message = f"the cell says exercise {cell.grade.exercise} but stands in {cell.exercise}"
            raise AuthorError(source.path, cell.line, message)
        if cell.grade:
            cell.grade.exercise = cell.exercise
    if seen != names:
        message = f"the front matter lists {', '.join(names)}, the page has {', '.join(seen) or 'none'}"
        raise AuthorError(source.path, 1, message)
    for name in names:
        cells = [cell for cell in source.cells if cell.exercise == name]
        hints = sum(len(HINT.findall(cell.source)) for cell in cells if cell.kind == "markdown")
        if hints < 3:
            raise AuthorError(source.path, cells[0].line, f"exercise {name} has {hints} of 3 hints")


def _check_cells(source: Source) -> None:
    for cell in source.cells:
        role = cell.grade.role if cell.grade else None
        try:
            stub = regions.stubbed(cell.source)
        except regions.Unbalanced as error:
            raise AuthorError(source.path, cell.line + error.line, str(error)) from error
        has_region = stub != regions.solved(cell.source)
        if has_region != (role in ("answer", "manual")):
            message = f"a cell of role {role}" if role else "a cell without a role"
            verb = "has" if has_region else "lacks"
            raise AuthorError(source.path, cell.line, f"{message} {verb} a solution region")
        if (cell.kind == "markdown") != (role in (None, "manual")):
            raise AuthorError(source.path, cell.line, f"a {cell.kind} cell cannot have the role {role}")
        if cell.kind == "code":
            _check_code(source, cell)
        else:
            for found in DIRECTIVE.finditer(cell.source):
                if found.group(1) != "hint":
                    line = cell.line + cell.source[: found.start()].count("\n")
                    raise AuthorError(source.path, line, f"unknown directive {{{found.group(1)}}}")


def _check_code(source: Source, cell: Cell) -> None:
    for kept in ("solution", "stub"):
        try:
            tree = ast.parse(regions.in_place(cell.source, kept))
        except SyntaxError as error:
            raise AuthorError(
                source.path, cell.line + (error.lineno or 1) - 1, f"not Python: {error.msg}"
            ) from error
    if cell.grade and cell.grade.role == "check":
        calls = [node for node in ast.walk(tree) if _is_emit(node)]
        last = tree.body[-1] if tree.body else None
        at_end = isinstance(last, ast.Expr) and _is_emit(last.value)
        if len(calls) != 1 or not at_end:
            raise AuthorError(source.path, cell.line, "a check cell emits one value, in its last line")
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert) or (isinstance(node, ast.Name) and node.id == "print"):
                line = cell.line + node.lineno - 1
                raise AuthorError(source.path, line, "a check cell gives no verdict: no assert, no print")


def _check_ids(source: Source) -> None:
    places: dict[str, int] = {}
    for cell in source.cells:
        if cell.grade is None:
            continue
        if cell.grade.id in places:
            message = f"duplicate id {cell.grade.id}, first used in line {places[cell.grade.id]}"
            raise AuthorError(source.path, cell.line, message)
        places[cell.grade.id] = cell.line


def _check_points(source: Source) -> None:
    for part in source.front.parts:
        cells = [(c, g) for c, g in source.graded("answer", "check", "manual") if c.exercise == part.id]
        if not any(grade.role in ("answer", "manual") for _, grade in cells):
            place = next(cell.line for cell in source.cells if cell.exercise == part.id)
            raise AuthorError(source.path, place, f"exercise {part.id} has no answer cell")
        points = sum(grade.points for _, grade in cells)
        if points != part.points:
            message = (
                f"points do not add up: exercise {part.id} promises {part.points}, its cells give {points}"
            )
            raise AuthorError(source.path, cells[0][0].line, message)
    total = sum(part.points for part in source.front.parts)
    if total != source.front.points:
        message = f"points do not add up: the page promises {source.front.points}, its exercises give {total}"
        raise AuthorError(source.path, _find(source.path.read_text().splitlines(), "exercises:"), message)


def _split(cell: Cell) -> list[Cell]:
    """Let every heading begin a cell of its own, so that the hints of one exercise end before the next begins."""
    if cell.kind != "markdown":
        return [cell]
    found: list[Cell] = []
    for number, line in enumerate(cell.source.splitlines()):
        if not found or line.startswith("## "):
            found.append(Cell(cell.kind, line, cell.line + number))
        else:
            found[-1].source += "\n" + line
    for piece in found:
        piece.source = piece.source.strip("\n")
    return found


def _is_emit(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "emit"


def _find(lines: list[str], text: str) -> int:
    return next((number for number, line in enumerate(lines, 1) if line.startswith(text)), 1)


def _first_line(lines: list[str], start: int, text: str) -> int:
    """Return the line, counted from 1, at which a cell's text begins at or after ``start``."""
    body = text.splitlines()
    for number in range(start, len(lines) - len(body) + 1):
        if lines[number : number + len(body)] == body:
            return number + 1
    return start + 1
