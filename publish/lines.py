"""Where a line must not end: between a number and its per cent sign. And where it may: in what a cell printed as sentences."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes

SPACE = "\u00a0"  # a space at which no line ends


def setup(app: Any) -> None:
    """Run when the values of a page's cells stand in its text."""
    for part in (keep, let_break):
        app.connect("doctree-resolved", lambda app, doctree, docname, part=part: part(doctree))


def keep(doctree: nodes.Node) -> None:
    """Tie numbers to their per cent sign, also where the number was glued in and is a node of its own."""
    for text in list(doctree.findall(nodes.Text)):
        if "%" in text and not isinstance(
            text.parent, (nodes.literal, nodes.FixedTextElement, nodes.math, nodes.raw)
        ):
            place = text.parent.index(text)
            before = text.parent.children[place - 1].astext() if place else ""
            written = re.sub(r"(?<=\d) %", SPACE + "%", text.astext())
            written = re.sub(r"^ %", SPACE + "%", written) if before[-1:].isdigit() else written
            text.parent.replace(text, nodes.Text(written))


def let_break(doctree: nodes.Node) -> None:
    """Mark what a cell printed in sentences, such as an error's text; a table has blanks side by side, and stays."""
    for block in doctree.findall(nodes.literal_block):
        if "stream" in block["classes"] and not re.search(r"\S  +\S", block.astext()):
            block["classes"].append("sentences")
