"""What a self-check answers: which properties hold, the first that does not, and the misconception's name."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib.resources import files

from convgrader.emission import note


@dataclass
class Report:
    """The answer of a self-check. It says what does not hold; it never says what the right values are.

    Attributes
    ----------
    subject : str
        What was checked.
    held : list of str
        The properties that hold, in the order in which they were tried.
    failed : str
        What does not hold, as a sentence; empty if everything holds.
    slip : str or None
        The misconception's id, if one explains the result.
    """

    subject: str
    held: list[str] = field(default_factory=list)
    failed: str = ""
    slip: str | None = None

    def __post_init__(self) -> None:
        note(self)

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.failed

    def lines(self) -> list[str]:
        """Return the report as lines of text."""
        lines = [f"{self.subject}: {'all properties hold' if self.ok else 'not yet'}"]
        lines += [f"  ✓ {text}" for text in self.held]
        if self.failed:
            lines.append(f"  ✗ {self.failed}")
        if self.slip:
            entry = misconceptions()[self.slip]
            lines.append(f"  → {entry['title']} ({self.slip}). {entry['right']}")
            if "page" in entry:
                lines.append(f"    The book refutes it with a cell: book/{entry['page']}.html#{self.slip}")
        return lines

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        first, *rest = (escape(line.strip()) for line in self.lines())
        return f"<p><strong>{first}</strong></p>" + "".join(
            f"<p style='margin:0 0 0 1em'>{line}</p>" for line in rest
        )


@cache
def misconceptions() -> dict[str, dict[str, str]]:
    """Return convlib's table of misconceptions: id to title, wrong, right, and the page that refutes it."""
    return json.loads(files("convlib").joinpath("misconceptions.json").read_text(encoding="utf-8"))
