"""The ledger: every claim of the book with its value, what was published, and where."""

from __future__ import annotations

import re
from ast import literal_eval
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from publish import execute, pages


def claims(notebook: Any) -> list[dict[str, str]]:
    """The claims that a page's executed cells entered, in their order."""
    outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.get("outputs", [])]
    return [dict(o.metadata["claim"]) for o in outputs if "claim" in o.get("metadata", {})]


def glued(notebook: Any) -> dict[str, str]:
    """What a page's cells passed to its text, by name."""
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []) if cell.cell_type == "code" else []:
            book = output.get("metadata", {}).get("scrapbook")
            if book:
                text = output["data"].get(book.get("mime_prefix", "") + "text/plain", "''")
                found[book["name"]] = literal_eval(text)
    return found


def collect(root: Path, docs: list[str], cache: Path) -> dict[str, list[dict[str, str]]]:
    """Every page's claims, by document."""
    found = {}
    for doc in docs:
        path = pages.source(root, doc)
        if pages.is_notebook(path):
            entries = claims(execute.executed(path, cache))
            if entries:
                found[doc] = entries
    return found


class Ledger(SphinxDirective):
    """`{ledger}`: one table of claims a page."""

    def run(self) -> list[nodes.Node]:
        root, cache = Path(self.env.srcdir), Path(self.config.nb_execution_cache_path)
        docs = [doc for doc in self.env.found_docs if doc != self.env.docname]
        order = [doc for doc in pages.toc_files(root) if doc in docs]
        for doc in order:
            self.env.note_dependency(str(pages.source(root, doc)))
        lines: list[str] = []
        try:
            entered = collect(root, order, cache)
        except KeyError as error:
            raise self.error("ledger: a page changed while the book was being built: build again") from error
        for doc, entries in entered.items():
            heading = re.search(r"^# (.+)$", pages.source(root, doc).read_text(encoding="utf-8"), re.M)
            lines += [f"## {heading[1] if heading else doc}", "", *_table(entries), ""]
            lines += [f"These stand in [](/{doc}).", ""]
        self.env.note_reread()
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


def _table(entries: list[dict[str, str]]) -> list[str]:
    rows = ["| claim | kind | computed | published | source |", "|---|---|--:|--:|---|"]
    for entry in entries:
        key, _, where = entry["source"].partition(",")
        source = f"{{cite:t}}`{key.strip()}`{',' if where else ''}{where}" if key else ""
        cells = [
            f"{entry['says']} `{entry['id']}`",
            entry["kind"],
            entry["value"] if entry.get("published") else "✓",
            entry.get("published", ""),
            source,
        ]
        rows.append("| " + " | ".join(text.replace("|", "\\|") for text in cells) + " |")
    return rows


def setup(app: Any) -> None:
    """Register the directive."""
    app.add_directive("ledger", Ledger)
