"""Formulas: KaTeX's own words about a wrong one become a warning of the build, with file and line."""

from __future__ import annotations

import re
import time
from html import unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.osutil import copyfile
from sphinxcontrib import katex

from publish import pages

KATEX = pages.OURS / "node_modules" / "katex" / "dist"
UNKNOWN = 'mathcolor="#cc0000"'
SHORT = 20
_OPENING, _CLOSING = re.compile(r"[(\[“‘]+$"), re.compile(r"[.,;:!?)\]”’]+")
_logger = logging.getLogger(__name__)


def setup(app: Any) -> None:
    """Register the renderer that checks, and KaTeX's styles and fonts from the installed package."""
    app.setup_extension("sphinxcontrib.katex")
    app.add_html_math_renderer("katex_checked", (_inline, None), (_display, None))
    app.add_post_transform(Kept)
    app.connect("config-inited", lambda app, config: setattr(config, "katex_css_path", "katex/katex.min.css"))
    app.connect("builder-inited", _copy_styles)
    app.connect("builder-inited", _start)


class Kept(SphinxPostTransform):
    """Keep a short formula on one line with the brackets and the full stop that touch it: browsers break there.

    A long formula may be broken, so it takes them in.
    """

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for node in list(self.document.findall(nodes.math)):
            parent, at = node.parent, node.parent.index(node)
            before, after = (
                parent[k] if 0 <= k < len(parent) and isinstance(parent[k], nodes.Text) else nodes.Text("")
                for k in (at - 1, at + 1)
            )
            opening, closing = _OPENING.search(before), _CLOSING.match(after)
            if closing:
                parent[at + 1] = nodes.Text(after[closing.end() :])
            if opening:
                parent[at - 1] = nodes.Text(before[: opening.start()])
            if len(node.astext()) > SHORT:
                _take_in(node, opening[0] if opening else "", closing[0] if closing else "")
                continue
            kept = nodes.inline("", "", classes=["kept"])
            parent[at] = kept
            kept += [nodes.Text(opening[0])] if opening else []
            kept += [node, *([nodes.Text(closing[0])] if closing else [])]


def _take_in(formula: nodes.math, opening: str, closing: str) -> None:
    signs = ["".join(f"\\text{{{sign}}}" for sign in around) for around in (opening, closing)]
    if opening or closing:
        written = signs[0] + formula.astext() + signs[1]
        formula.children = []
        formula += nodes.Text(written)


def _copy_styles(app: Any) -> None:
    """The stylesheet, with the one font format that every browser of today reads, and those fonts."""
    if not KATEX.is_dir():
        raise FileNotFoundError("node_modules/katex is missing: run `make` (or `npm ci`) first")
    folder = Path(app.outdir).parent / "publish-katex"
    css = (KATEX / "katex.min.css").read_text(encoding="utf-8")
    css = re.sub(r',url\(fonts/[^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)', "", css)
    css = css.replace("font-display:block", "font-display:swap")
    (folder / "katex" / "fonts").mkdir(parents=True, exist_ok=True)
    (folder / "katex" / "katex.min.css").write_text(css, encoding="utf-8")
    for font in (KATEX / "fonts").glob("*.woff2"):
        copyfile(str(font), str(folder / "katex" / "fonts" / font.name))
    app.config.html_static_path.append(str(folder))


def _start(app: Any) -> None:
    """Start the renderer's server; connecting the moment its socket appears is now and then refused."""
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 60.0
    for attempt in range(5):
        try:
            katex.KaTeXServer.get()
            return
        except (ConnectionRefusedError, katex.KaTeXError):
            time.sleep(0.2 * (attempt + 1))
    katex.KaTeXServer.get()


def _inline(self: Any, node: nodes.math) -> None:
    try:
        katex.html_visit_math(self, node)
    finally:
        _check(self, node)


def _display(self: Any, node: nodes.math_block) -> None:
    # The renderer asks for a number even where there is none.
    node.attributes.setdefault("number", None)
    try:
        katex.html_visit_displaymath(self, node)
    finally:
        _check(self, node)


def _check(self: Any, node: nodes.Element) -> None:
    """Look for `katex-error` in what was just written."""
    written = "".join(self.body[-4:])
    formula = node.astext().strip().replace("\n", " ")
    match = re.search(r'class="katex-error" title="([^"]*)"', written)
    if match:
        _logger.warning(f"wrong formula: {unescape(match[1])} in: {formula}", location=located(node))
    elif UNKNOWN in written:  # an unknown command does not stop KaTeX: it is written out in red
        _logger.warning(f"wrong formula: KaTeX does not know a command in: {formula}", location=located(node))


def located(node: nodes.Node) -> Any:
    """The nearest node that knows its line."""
    while node.parent is not None and not node.line:
        node = node.parent
    return node
