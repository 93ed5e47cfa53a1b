"""Find a student's answers: by cell id, tag, metadata, or the first line. Colab keeps only some of them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from nbformat import NotebookNode

_COMMENT = re.compile(r"^\s*(?:#|<!--)\s*grade:\s*([a-z0-9-]+)")
CARRIERS = ("metadata", "tag", "cell id", "first line")


@dataclass
class Match:
    """The answers that were found, and what a person may want to look at."""

    sources: dict[str, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def carried(cell: NotebookNode) -> dict[str, str]:
    """Return what each carrier of a cell says its id is; a carrier that is lost is absent."""
    found = {}
    grade = cell.get("metadata", {}).get("grade")
    if isinstance(grade, dict) and isinstance(grade.get("id"), str):
        found["metadata"] = grade["id"]
    tags = cell.get("metadata", {}).get("tags")
    for tag in tags if isinstance(tags, list) else []:
        if isinstance(tag, str) and tag.startswith("grade:"):
            found["tag"] = tag.removeprefix("grade:")
    if isinstance(cell.get("id"), str):
        found["cell id"] = cell["id"]
    comment = _COMMENT.match(cell.get("source", ""))
    if comment:
        found["first line"] = comment.group(1)
    return found


def match(submission: NotebookNode, key: NotebookNode) -> Match:
    """Find the answers of a submission to the answer and manual cells of a key.

    The carriers vote; on a tie the earlier in `CARRIERS` decides. Of several cells for one answer the last wins. Both
    are flagged, and so is a notebook of another release.

    Parameters
    ----------
    submission, key : NotebookNode

    Returns
    -------
    Match
        ``sources`` holds the source of each answer by id; nothing else of the submission is taken over.
    """
    wanted = {cell.id: cell.cell_type for cell in key.cells if _role(cell) in ("answer", "manual")}
    result = Match()
    for number, cell in enumerate(submission.cells, 1):
        votes = {carrier: name for carrier, name in carried(cell).items() if name in wanted}
        if not votes:
            continue
        count = Counter(votes[carrier] for carrier in CARRIERS if carrier in votes)
        name = count.most_common(1)[0][0]
        if len(count) > 1:
            said = ", ".join(f"{carrier} {votes[carrier]}" for carrier in CARRIERS if carrier in votes)
            result.flags.append(f"cell {number}: its carriers disagree ({said}); taken as {name}")
        if cell.cell_type != wanted[name]:
            result.flags.append(
                f"cell {number}: {name} is a {wanted[name]} cell, this one is {cell.cell_type}"
            )
            continue
        if name in result.sources:
            result.flags.append(f"cell {number}: {name} is there more than once; the last one counts")
        result.sources[name] = cell.source
    result.missing = [name for name in wanted if name not in result.sources]
    _flag_release(submission, key, result)
    return result


def graft(key: NotebookNode, sources: dict[str, str]) -> NotebookNode:
    """Return the key with the sources of its answers exchanged; what was not handed in is empty."""
    grafted: NotebookNode = type(key)(key)
    grafted.cells = []
    for cell in key.cells:
        copy = type(cell)(cell)
        if _role(cell) in ("answer", "manual"):
            copy.source = sources.get(cell.id, "")
        grafted.cells.append(copy)
    return grafted


def _flag_release(submission: NotebookNode, key: NotebookNode, result: Match) -> None:
    ours = key.metadata["convgrader"]
    theirs = submission.metadata.get("convgrader")
    if not isinstance(theirs, dict):
        result.flags.append("the notebook does not say which release it is")
    elif theirs.get("slug") != ours["slug"]:
        result.flags.append(f"the notebook is {theirs.get('slug')}, the key is {ours['slug']}")
    elif theirs.get("release") != ours["release"]:
        result.flags.append(
            f"the notebook is of release {theirs.get('release')}, the key of {ours['release']}"
        )


def _role(cell: NotebookNode) -> str | None:
    return cell.metadata.get("grade", {}).get("role")
