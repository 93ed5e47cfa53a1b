"""`% station: NAME` in a page: the station's name becomes a class of the section, or block, that it opens.

`% form: NAME` says which stations the page must have: without it, all of a chapter about an operation.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

STATIONS = (
    "promise",
    "failure",
    "picture",
    "predict",
    "formulas",
    "loop",
    "array",
    "library",
    "matrix",
    "breaks",
    "network",
    "wrong",
    "summary",
)
FORMS = {"operation": STATIONS, "practice": ("promise", "summary")}
"""What a page of each form must have, in any order; every form has a first screen and claims besides."""

FORM = re.compile(r"^form:\s*(\S+)\s*$")
COMMENT = re.compile(r"^station:\s*(\S+)\s*$")
_logger = logging.getLogger(__name__)


class Stations(SphinxTransform):
    """Move each station comment's name onto what it opens."""

    default_priority = 100

    def apply(self, **kwargs: Any) -> None:
        for comment in list(self.document.findall(nodes.comment)):
            if FORM.match(comment.astext().strip()):
                comment.parent.remove(comment)
                continue
            match = COMMENT.match(comment.astext().strip())
            if not match:
                continue
            if match[1] not in STATIONS:
                _logger.warning(
                    f"no station is called {match[1]!r}: use one of {', '.join(STATIONS)}", location=comment
                )
            opened = _opened(comment)
            if opened is not None:
                opened["classes"] += ["station", f"station-{match[1]}"]
            comment.parent.remove(comment)


class FirstScreen(SphinxTransform):
    """A chapter opens with its question, one thing to move, and the answer: what stands before them comes after."""

    default_priority = 110

    def apply(self, **kwargs: Any) -> None:
        chapter = next(iter(self.document.findall(nodes.section)), None)
        if chapter is None:
            return
        places = {kind: k for k, node in enumerate(chapter) for kind in _kinds(node)}
        first, last = places.get("question"), places.get("answer")
        if first is None or last is None or last < first or not isinstance(chapter[0], nodes.title):
            return
        screen = chapter[first : last + 1]
        del chapter[first : last + 1]
        chapter[1:1] = screen


def _kinds(node: nodes.Node) -> set[str]:
    """`question` or `answer`, if the node is such a box."""
    attributes = node.get("attributes", {}) if isinstance(node, nodes.Element) else {}
    return {"question", "answer"} & set(str(attributes.get("class", "")).split())


def _opened(comment: nodes.comment) -> nodes.Element | None:
    """The section whose heading stands directly before the comment, or else the block after it."""
    parent = comment.parent
    place = parent.index(comment)
    before = [node for node in parent[:place] if not isinstance(node, nodes.comment)]
    is_chapter = isinstance(parent.parent, nodes.document)
    if isinstance(parent, nodes.section) and not is_chapter and isinstance(before[-1], nodes.title):
        return parent
    after = [node for node in parent[place + 1 :] if not isinstance(node, nodes.comment)]
    return after[0] if after and isinstance(after[0], nodes.Element) else None


def setup(app: Any) -> None:
    """Register the transform."""
    app.add_transform(Stations)
    app.add_transform(FirstScreen)
