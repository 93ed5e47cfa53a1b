"""Figures: a cell's SVG goes into the page itself, in the palette's variables, with its alternative text.

An image without alternative text is a warning of the build. Explorers hand in their script and style with
each output; here what stands between their markers goes, and the page loads both once.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from publish import palette
from publish.formulas import located

MARKED = re.compile(r"<!-- explore:assets -->.*?<!-- /explore:assets -->", re.S)
WIDGET = "application/vnd.jupyter.widget-view+json"
_logger = logging.getLogger(__name__)


class Figures(SphinxTransform):
    """Inline SVG, ask for alternative text, strip the explorers' assets."""

    default_priority = 205

    def apply(self, **kwargs: Any) -> None:
        for image in list(self.document.findall(nodes.image)):
            self._image(image)
        for raw in list(self.document.findall(nodes.raw)):
            if raw.get("format") == "html" and "<!-- explore:assets -->" in raw.astext():
                text = MARKED.sub("", raw.astext())
                raw.replace_self(nodes.raw("", text, format="html", classes=raw["classes"]))
                self.document["publish_explorers"] = True

    def _image(self, image: nodes.image) -> None:
        cell = _cell(image)
        if not image.get("alt", "").strip():
            how = "`mystnb: image: alt:` in the cell's header" if cell is not None else "`:alt:`"
            place = _fence(cell) if cell is not None else located(image)
            _logger.warning(f"figure without alternative text: say what it shows, with {how}", location=place)
        # a cell's picture is named from the source folder, with a slash in front
        path = Path(self.document.settings.env.srcdir) / image["uri"].lstrip("/")
        if cell is not None and path.suffix == ".svg" and path.is_file():
            svg = inline(path.read_text(encoding="utf-8"), image.get("alt", ""))
            raw = nodes.raw("", f'<div class="figure-svg">{svg}</div>', format="html")
            raw.source, raw.line = image.source, image.line
            image.replace_self(raw)


def _cell(node: nodes.Node) -> nodes.Node | None:
    """The cell whose output a node is."""
    while node is not None:
        if isinstance(node, nodes.container) and node.get("nb_element") == "cell_code":
            return node
        node = node.parent
    return None


def _fence(cell: nodes.Node) -> str:
    """The file and line at which a cell opens; its node knows a line inside it only."""
    source, line = Path(cell.source or ""), cell.line or 1
    lines = source.read_text(encoding="utf-8").split("\n") if source.is_file() else []
    before = [k for k, text in enumerate(lines[:line], 1) if "{code-cell}" in text]
    return f"{source}:{before[-1] if before else line}"


def inline(svg: str, alt: str) -> str:
    """An SVG file's text as it stands in a page.

    Identifiers are made unique to the figure, those that nothing refers to go, and so do the prolog and the
    metadata. Colours of the palette become CSS variables, so that the page's scheme decides.
    """
    svg = re.sub(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.S)
    mark = "f" + hashlib.sha256(f"{svg}{alt}".encode()).hexdigest()[:7]
    used = set(re.findall(r"(?:xlink:href|href)=\"#([^\"]+)\"|url\(#([^)\"']+)\)", svg))
    names = {name for pair in used for name in pair if name}

    def identifier(match: re.Match[str]) -> str:
        return f' id="{mark}-{match[1]}"' if match[1] in names else ""

    svg = re.sub(r'\s+id="([^"]+)"', identifier, svg)
    svg = re.sub(r'((?:xlink:href|href)=")#', rf"\1#{mark}-", svg)
    svg = re.sub(r"url\(#", f"url(#{mark}-", svg)
    svg = svg.replace("xlink:href=", "href=")
    svg = re.sub(r'\b(fill|stroke|stop-color)="(#[0-9a-fA-F]{6})"', r'style="\1: \2"', svg)
    svg = lighter(palette.variables(svg))
    head = re.search(r"<svg\b[^>]*>", svg)
    if not head:
        return svg
    attributes = dict(re.findall(r'([\w:-]+)="([^"]*)"', head[0]))
    width = re.sub(r"[^\d.]", "", attributes.get("width", ""))
    box = attributes.get("viewBox", "")
    opened = f'<svg viewBox="{box}" role="img" aria-label="{escape(alt, quote=True)}"'
    if width:
        opened += f' style="width: {float(width) / 0.75:.0f}px"'
    return re.sub(r"\s*\n\s*", "\n", opened + ">" + svg[head.end() :]).strip()


def lighter(svg: str) -> str:
    """The same picture in fewer bytes: grey pixels as one channel, coordinates to a hundredth of a point."""
    svg = re.sub(r"(data:image/png;base64,)([A-Za-z0-9+/=\s]+)", lambda m: m[1] + _grey(m[2]), svg)
    return re.sub(r'(?<= d=")[^"]*', lambda m: re.sub(r"-?\d+\.\d{3,}", _rounded, m[0]), svg)


def _grey(encoded: str) -> str:
    """A PNG as one channel, where its pixels are opaque and grey; else as it was."""
    from PIL import Image

    with Image.open(io.BytesIO(base64.b64decode(encoded))) as picture:
        red, green, blue, opaque = picture.convert("RGBA").split()
    if opaque.getextrema() != (255, 255) or not red.tobytes() == green.tobytes() == blue.tobytes():
        return encoded
    out = io.BytesIO()
    red.save(out, "PNG", optimize=True)
    return base64.b64encode(out.getvalue()).decode()


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def setup(app: Any) -> None:
    """Register the transform."""
    app.add_transform(Figures)
