"""The book's pages: which there are, in the table of contents' order, and what stands where in their text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

OURS = Path(__file__).resolve().parent.parent
"""The repository's root, where the styles' sources (`node_modules`) are."""

_FENCE = re.compile(r"^(?P<indent> {0,3})(?P<fence>`{3,}|~{3,}|:{3,})(?P<info>.*)$")
_HEADER = re.compile(r"\A---\n(?P<yaml>.*?)\n---\n", re.S)


class PageError(Exception):
    """What is wrong in a page, as ``file:line: what``."""


@dataclass
class Block:
    """A fenced block of a page's text; lines count from 1."""

    name: str
    argument: str
    line: int
    end: int
    body: list[str]
    body_line: int
    options: dict[str, Any] = field(default_factory=dict)
    fence: str = ""


def toc_files(root: Path) -> list[str]:
    """The documents that `_toc.yml` names, without suffix, in its order."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    found: list[str] = []

    def walk(entry: Any) -> None:
        if isinstance(entry, list):
            for item in entry:
                walk(item)
        elif isinstance(entry, dict):
            found.extend(str(entry[key]).removesuffix(".md") for key in ("root", "file") if key in entry)
            for key in ("parts", "chapters", "sections", "subtrees", "entries"):
                walk(entry.get(key, []))

    walk(toc)
    return found


def source(root: Path, docname: str) -> Path:
    """The file behind a document's name."""
    for suffix in (".md", ".ipynb"):
        path = root / (docname + suffix)
        if path.is_file():
            return path
    raise PageError(f"_toc.yml:1: it names {docname}, but neither {docname}.md nor {docname}.ipynb exists")


def is_notebook(path: Path) -> bool:
    """Whether a page is a MyST text notebook, which has a kernel in its header."""
    return path.suffix == ".md" and "kernelspec" in header(path.read_text(encoding="utf-8"))


def header(text: str) -> dict[str, Any]:
    """The YAML at the top of a page."""
    match = _HEADER.match(text)
    return (yaml.safe_load(match["yaml"]) or {}) if match else {}


def header_lines(text: str) -> int:
    """How many lines the YAML at the top takes."""
    match = _HEADER.match(text)
    return match.group(0).count("\n") if match else 0


def blocks(lines: list[str], first: int = 1) -> Iterator[Block]:
    """The outermost fenced blocks of a text; `first` is the number of its first line."""
    k = 0
    while k < len(lines):
        match = _FENCE.match(lines[k])
        if not match:
            k += 1
            continue
        fence, info = match["fence"], match["info"].strip()
        end = next((j for j in range(k + 1, len(lines)) if _closes(lines[j], fence)), len(lines))
        name = re.match(r"\{([^}]+)\}", info)
        body, offset = lines[k + 1 : end], k + 1
        options: dict[str, Any] = {}
        if name:
            options, skipped = _options(body)
            body, offset = body[skipped:], offset + skipped
        yield Block(
            name=name[1] if name else "",
            argument=info[name.end() :].strip() if name else info,
            line=first + k,
            end=first + end,
            body=body,
            body_line=first + offset,
            options=options,
            fence=fence,
        )
        k = end + 1


def _closes(line: str, fence: str) -> bool:
    stripped = line.strip()
    return len(stripped) >= len(fence) and stripped == fence[0] * len(stripped)


def _options(body: list[str]) -> tuple[dict[str, Any], int]:
    """A directive's options, as YAML between dashes or as ``:key: value`` lines, and how many lines they take."""
    if body and body[0].strip() == "---":
        end = next((k for k in range(1, len(body)) if body[k].strip() == "---"), 0)
        return (yaml.safe_load("\n".join(body[1:end])) or {}, end + 1) if end else ({}, 0)
    options: dict[str, Any] = {}
    count = 0
    for line in body:
        match = re.match(r":([\w-]+):(?:\s+(.*))?$", line)
        if not match:
            break
        value = match[2] or ""
        options[match[1]] = yaml.safe_load(value) if value.startswith("[") and value.endswith("]") else value
        count += 1
    return options, count


def code_cells(text: str) -> list[Block]:
    """A page's code cells, each with its options and its code."""
    skip = header_lines(text)
    return [b for b in blocks(text.split("\n")[skip:], skip + 1) if b.name == "code-cell"]
