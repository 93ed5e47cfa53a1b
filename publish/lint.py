"""The chapters' lint: which stations and claims each has, what is pending, and what breaks the contract."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from publish import api, lint_cells, lint_prose, lint_terms, pages
from publish.stations import FORMS, STATIONS

PENDING = "book/pending.txt"
_STATION = re.compile(r"^% station:\s*(\S+)\s*$")
_FORM = re.compile(r"^% form:\s*(\S+)\s*$", re.M)
_EXPLORER = re.compile(r"^(?:\w+ = )?explore\.\w+\(", re.M)


def check(root: Path) -> int:
    """Print the table of chapters and every error; 1 if there is one."""
    errors = errors_in(root)
    print(table(root))
    for error in errors:
        print(error, file=sys.stderr)
    if errors:
        print(f"\n{len(errors)} to mend.", file=sys.stderr)
    return 1 if errors else 0


def errors_in(root: Path) -> list[str]:
    """Everything that is wrong, each as ``file:line: what, and how to mend it``."""
    errors: list[str] = []
    ids: dict[str, str] = {}
    for path in notebooks(root):
        name, text = path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
        errors += lint_prose.check(name, text)
        errors += lint_cells.check(name, text)
        errors += _unknown_stations(name, text)
        errors += _unknown_form(name, text)
        for given, line in lint_cells.claims(text):
            if given in ids:
                errors.append(f"{name}:{line}: the claim {given!r} is also made at {ids[given]}: rename one")
            ids.setdefault(given, f"{name}:{line}")
    return errors + lint_terms.check(root) + _toc(root) + _pending(root) + _generated(root)


def notebooks(root: Path) -> list[Path]:
    """The book's executed pages."""
    return [path for path in sorted((root / "book").rglob("*.md")) if pages.is_notebook(path)]


def stations(text: str) -> list[str]:
    """The stations of a page, in their order."""
    return [match[1] for line in text.split("\n") if (match := _STATION.match(line))]


def form(text: str) -> str | None:
    """The form of a page: what its `% form:` says, "operation" where it has stations, else None: its own."""
    said = _FORM.search(text)
    return said[1] if said else "operation" if stations(text) else None


def first_screen(text: str) -> list[str]:
    """What a page's first screen lacks of a question, one thing to move and the answer, in this order."""
    at = {
        block.name: block.line
        for block in pages.blocks(text.split("\n"))
        if block.name in ("question", "answer")
    }
    lacking = [name for name in ("question", "answer") if name not in at]
    if not lacking:
        between = [c for c in pages.code_cells(text) if at["question"] < c.line < at["answer"]]
        moved = any(_EXPLORER.search("\n".join(cell.body)) for cell in between)
        lacking += [] if moved else ["an explorer between question and answer"]
    return lacking


def missing(root: Path) -> list[str]:
    """What the book still lacks, a line each: chapters of the map, and what a page of its form must have."""
    lacking = []
    written = {path.stem for path in (root / "book").glob("*.md")}
    for path in notebooks(root):
        text = path.read_text(encoding="utf-8")
        have, asked = stations(text), FORMS.get(form(text) or "")
        if asked:
            lacking += [f"{path.stem}: station {name}" for name in asked if name not in have]
            lacking += [f"{path.stem}: {what}" for what in first_screen(text)]
            lacking += [] if lint_cells.claims(text) else [f"{path.stem}: claims"]
    picture = root / "book" / "map.json"
    if picture.is_file():
        data = json.loads(picture.read_text(encoding="utf-8"))
        slugs = {node["slug"] for node in data["nodes"] + data["composites"]}
        lacking += [f"{slug}: chapter" for slug in sorted(slugs - written)]
    return lacking


def table(root: Path) -> str:
    """Per chapter: its stations, one letter each, and how many claims its cells write out."""
    lines = [f"{'chapter':<28}{'stations':<16}claims"]
    for path in notebooks(root):
        text = path.read_text(encoding="utf-8")
        have = stations(text)
        if form(text):
            marks = "".join(name[0] if name in have else "·" for name in STATIONS)
            lines.append(f"{path.stem:<28}{marks:<16}{len(lint_cells.claims(text))}")
    lines.append(f"pending: {len(missing(root))}")
    return "\n".join(lines)


def _unknown_stations(name: str, text: str) -> list[str]:
    return [
        f"{name}:{k}: no station is called {match[1]!r}: use one of {', '.join(STATIONS)}"
        for k, line in enumerate(text.split("\n"), 1)
        if (match := _STATION.match(line)) and match[1] not in STATIONS
    ]


def _unknown_form(name: str, text: str) -> list[str]:
    said = _FORM.search(text)
    if not said or said[1] in FORMS:
        return []
    line = text.count("\n", 0, said.start()) + 1
    return [f"{name}:{line}: no form is called {said[1]!r}: use one of {', '.join(FORMS)}"]


def _toc(root: Path) -> list[str]:
    """Every chapter is in the table of contents, and what that names exists."""
    errors = []
    named = pages.toc_files(root)
    text = (root / "_toc.yml").read_text(encoding="utf-8").split("\n")
    for doc in named:
        if not any((root / f"{doc}{suffix}").is_file() for suffix in (".md", ".ipynb")):
            line = next((k for k, row in enumerate(text, 1) if doc in row), 1)
            errors.append(f"_toc.yml:{line}: {doc} does not exist: write it, or take the line out")
    for path in sorted((root / "book").rglob("*.md")):
        doc = path.relative_to(root).with_suffix("").as_posix()
        if doc not in named:
            errors.append(f"{doc}.md:1: it is not in _toc.yml: add `- file: {doc}`")
    return errors


def _pending(root: Path) -> list[str]:
    """`book/pending.txt` is what is missing, and no longer than it was."""
    place = root / PENDING
    listed = _entries(place.read_text(encoding="utf-8")) if place.is_file() else {}
    lacking = missing(root)
    errors = [
        f"{PENDING}:{len(listed) + 1}: {entry!r} is missing in the book: write it, or list it here"
        for entry in lacking
        if entry not in listed
    ]
    errors += [
        f"{PENDING}:{line}: {entry!r} is in the book now: take the line out"
        for entry, line in listed.items()
        if entry not in lacking
    ]
    before = _before(root)
    if before is not None:
        new = [entry for entry in listed if entry not in before]
        errors += [
            f"{PENDING}:{listed[entry]}: {entry!r} was not pending before: the list only shrinks, so write it"
            for entry in new
        ]
    return errors


def _entries(text: str) -> dict[str, int]:
    lines = enumerate(text.split("\n"), 1)
    return {line.strip(): k for k, line in lines if line.strip() and not line.startswith("#")}


def _before(root: Path) -> dict[str, int] | None:
    """The list as it was committed before its present state; None if there was none."""

    def git(*arguments: str) -> str | None:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
        return done.stdout if done.returncode == 0 else None

    now = (root / PENDING).read_text(encoding="utf-8") if (root / PENDING).is_file() else ""
    for commit in (git("log", "--format=%H", "--", PENDING) or "").split():
        text = git("show", f"{commit}:./{PENDING}")
        if text is not None and text != now:
            return _entries(text)
    return None


def _generated(root: Path) -> list[str]:
    """The reference page names every public module of convlib."""
    place = root / "book" / "api.md"
    if not place.is_file():
        return []
    if place.read_text(encoding="utf-8") != api.page():
        return ["book/api.md:1: it is stale, convlib's modules have changed: run `python -m publish api`"]
    return []
