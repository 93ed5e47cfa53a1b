"""An HTML element as a node, for what our directives write."""

from __future__ import annotations

from typing import Any

from docutils import nodes


class tag(nodes.General, nodes.TextElement):
    """An HTML element with attributes, around whatever it contains."""


def html(name: str, /, *children: nodes.Node, **attributes: Any) -> tag:
    """An element; `class_` stands for class, and an underscore inside a name for a dash."""
    named = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    return tag("", "", *children, name=name, attributes=named)


def _visit(self: Any, node: tag) -> None:
    attributes = {key: value for key, value in node["attributes"].items() if value is not None}
    written = "".join(f' {key}="{self.attval(str(value))}"' for key, value in attributes.items())
    self.body.append(f"<{node['name']}{written}>")


def _depart(self: Any, node: tag) -> None:
    if node["name"] not in {"input", "br"}:
        self.body.append(f"</{node['name']}>")


def setup(app: Any) -> None:
    """Register the node."""
    app.add_node(tag, html=(_visit, _depart))
