"""Solution regions: what stands between BEGIN SOLUTION and END SOLUTION is the author's alone.

A region may hold a stub of its own after a line ``### STUB``, the broken code of a find-the-bug exercise for instance.
Without one the stub raises NotImplementedError.
"""

from __future__ import annotations

BEGIN = ("### BEGIN SOLUTION", "<!-- BEGIN SOLUTION -->")
MIDDLE = ("### STUB", "<!-- STUB -->")
END = ("### END SOLUTION", "<!-- END SOLUTION -->")
STUB = 'raise NotImplementedError("your code goes here")'
STUB_TEXT = "*Your answer goes here.*"


class Unbalanced(ValueError):
    """A region that does not open or close; ``line`` counts from 0 inside the cell."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def parts(source: str) -> list[tuple[str, str]]:
    """Return every line with where it stands: "outside", "solution", "stub", or "mark" for the marks themselves.

    There are as many entries as lines: a stub that is not written out takes the place of its END mark.

    Raises
    ------
    Unbalanced
        If a region is opened twice, closed without being open, left open, or empty.
    """
    found: list[tuple[str, str]] = []
    where, opened, filled = "outside", 0, False
    for number, line in enumerate(source.splitlines()):
        mark = line.strip()
        if mark in BEGIN:
            if where != "outside":
                raise Unbalanced(number, f"{mark} inside a region that is open already")
            where, opened, filled = "solution", number, False
            found.append(("mark", ""))
        elif mark in MIDDLE:
            if where != "solution":
                raise Unbalanced(number, f"{mark} outside of a solution")
            where = "stub"
            found.append(("mark", ""))
        elif mark in END:
            if where == "outside":
                raise Unbalanced(number, f"{mark} without a BEGIN SOLUTION before it")
            if not filled:
                raise Unbalanced(number, "the solution region is empty")
            indent = line[: len(line) - len(line.lstrip())]
            default = indent + (STUB if mark == END[0] else STUB_TEXT)
            found.append(("stub", default) if where == "solution" else ("mark", ""))
            where = "outside"
        else:
            found.append((where, line))
            filled = filled or (where == "solution" and bool(mark))
    if where != "outside":
        raise Unbalanced(opened, "this solution region is never closed by END SOLUTION")
    return found


def solved(source: str) -> str:
    """Return the source as the author would hand it in."""
    return "\n".join(line for where, line in parts(source) if where in ("outside", "solution"))


def stubbed(source: str) -> str:
    """Return the source as a student gets it."""
    return "\n".join(line for where, line in parts(source) if where in ("outside", "stub"))


def in_place(source: str, kept: str) -> str:
    """Return the source with "solution" or "stub" alone, every line where it stood, so that line numbers fit."""
    return "\n".join(line if where in ("outside", kept) else "" for where, line in parts(source))


def solution_lines(source: str) -> list[str]:
    """Return the lines of the solutions, without indentation and blank lines."""
    return [line.strip() for where, line in parts(source) if where == "solution" and line.strip()]
