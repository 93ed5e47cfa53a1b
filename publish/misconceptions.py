"""What people get wrong, from its one list: the box that states a claim and its refutation, and the link to it."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective, SphinxRole

from publish import pages
from publish.html import html

LIST = pages.OURS / "convlib" / "misconceptions.json"


def misconceptions() -> dict[str, dict[str, str]]:
    """The one list of misconceptions, by id."""
    return json.loads(LIST.read_text(encoding="utf-8"))


def unknown(id: str) -> str:
    """What is said of an id that the list does not hold."""
    close = get_close_matches(id, misconceptions(), n=1)
    return f"no misconception is called {id!r}" + (
        f"; did you mean {close[0]!r}?" if close else " in convlib/misconceptions.json"
    )


class Misconception(SphinxDirective):
    """`{misconception} id`: a heading with a permanent anchor, what is believed, and what is so.

    The cell that refutes it follows in the page.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        id = self.arguments[0]
        known = misconceptions()
        if id not in known:
            raise self.error(f"misconception: {unknown(id)}")
        entry = known[id]
        here = self.env.docname.removeprefix("book/")
        if entry.get("page") != here:
            raise self.error(
                f"misconception: {id!r} is refuted here, and its `page` in convlib/misconceptions.json "
                f"is {entry.get('page')!r}: make it {here!r}"
            )
        section = nodes.section(ids=[id], names=[id], classes=["misconception"])
        self.state.document.note_explicit_target(section)
        section += nodes.title(entry["title"], "", nodes.Text(entry["title"]))
        for field in ("wrong", "right"):
            verdict = html("span", nodes.Text(field.capitalize()), class_="verdict")
            section += html("p", verdict, nodes.Text(f" {entry[field]}"), class_=f"said {field}")
        return [section]


class Slip(SphinxRole):
    """`{slip}`id``: the misconception behind a wrong choice, by its title, with a link to its refutation."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        known = misconceptions()
        if self.text not in known:
            message = self.inliner.reporter.error(f"slip: {unknown(self.text)}", line=self.lineno)
            return [], [message]
        title = nodes.Text(known[self.text]["title"])
        address = self._address(known[self.text].get("page", ""))
        shown = nodes.reference("", "", title, refuri=address, internal=True) if address else title
        return [html("span", shown, nodes.Text("."), class_="slip")], []

    def _address(self, page: str) -> str:
        """Where the refutation stands, or nothing where this book has no such page."""
        name = f"book/{page}"
        if not page or name not in self.env.found_docs:
            return ""
        return f"{self.env.app.builder.get_relative_uri(self.env.docname, name)}#{self.text}"


def _anchors(app: Any, doctree: nodes.document) -> None:
    """Make `[…](misconceptions.md#id)` a link like any other to a heading."""
    found = [node for node in doctree.findall(nodes.section) if "misconception" in node["classes"]]
    if found:
        slugs = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
        slugs.update({node["ids"][0]: (node.line or 1, node["ids"][0], node[0].astext()) for node in found})


def setup(app: Any) -> None:
    """Register the directive and the role."""
    app.add_directive("misconception", Misconception)
    app.add_role("slip", Slip())
    app.connect("doctree-read", _anchors)
