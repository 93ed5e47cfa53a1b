"""One term per thing: where the prose uses a name that the glossary's list says to avoid.

A name that is mentioned and not used, in emphasis or in quotes, may stand; so may one on the pages that the list allows.
"""

from __future__ import annotations

import re
from pathlib import Path

from publish import lint_prose, terms

_SKIPPED = {"glossary.md", "api.md", "claims.md", "bibliography.md"}
_MENTIONED = re.compile(r"(\*{1,3})(?=\S)[^*]+?(?<=\S)\1|\"[^\"\n]*\"|“[^”]*”")


def check(root: Path) -> list[str]:
    """Every place, as ``file:line: what, and what to write``."""
    if not (root / f"{terms.PAGE}.yml").is_file():
        return []
    try:
        data = terms.load(root)
    except ValueError as error:
        return [str(error)]
    avoided = [
        (re.compile(rf"(?<![\w-]){re.escape(name)}s?(?![\w-])", re.I), entry["term"], allowed)
        for entry in data["terms"]
        for name, allowed in entry.get("avoid", {}).items()
    ]
    pages = [path for path in sorted((root / "book").rglob("*.md")) if path.name not in _SKIPPED]
    pages += sorted((root / "exercises" / "source").glob("*.md"))
    return [error for path in pages for error in _page(path.relative_to(root).as_posix(), path, avoided)]


def _page(name: str, path: Path, avoided: list[tuple[re.Pattern[str], str, list[str]]]) -> list[str]:
    errors = []
    for line, text in lint_prose.prose(path.read_text(encoding="utf-8"), _mentioned):
        for pattern, term, allowed in avoided:
            match = pattern.search(text)
            if match and name.removeprefix("book/").removesuffix(".md") not in allowed:
                errors.append(
                    f"{name}:{line}: the book says {term!r}, not {match[0]!r}: write that, put the name in *emphasis* where it is "
                    f"only mentioned, or allow this page in {terms.PAGE}.yml"
                )
    return errors


def _mentioned(text: str) -> str:
    return _MENTIONED.sub(lambda match: " " + "\n" * match[0].count("\n"), text)
