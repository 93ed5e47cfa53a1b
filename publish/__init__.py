"""What turns `book/` into the site: one Sphinx extension, the styles, the notebook writer and the checks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from sphinx.environment.adapters.toctree import TocTree

HERE = Path(__file__).parent


def setup(app: Any) -> dict[str, Any]:
    """Register everything with Sphinx; Jupyter Book loads this through `_config.yml`."""
    from publish import (
        api,
        directives,
        figures,
        formulas,
        html,
        ledger,
        lines,
        misconceptions,
        stations,
        terms,
    )

    app.add_config_value(
        "comments_config", {}, "env"
    )  # Jupyter Book sets it, though its extension is not used
    app.connect("config-inited", _configure, priority=100)
    app.connect("builder-inited", _assets)
    app.connect("html-page-context", _page, priority=900)
    for part in (html, directives, misconceptions, figures, formulas, lines, ledger, stations, terms, api):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}


def _configure(app: Any, config: Any) -> None:
    """The settings that no book of this house differs in."""
    config.templates_path = [str(HERE / "templates"), *config.templates_path]
    config.nb_execution_cache_path = os.environ.get("PUBLISH_CACHE", config.nb_execution_cache_path)
    config.nb_execution_show_tb = True
    config.nb_merge_streams = True
    config.nb_code_prompt_show = "Show the code"
    config.nb_code_prompt_hide = "Hide the code"
    config.language = "en"
    config.html_copy_source = False
    config.html_show_sourcelink = False
    config.html_show_sphinx = False
    config.html_permalinks_icon = "#"
    config.html_title = config.html_title or "Every Convolution"
    config.katex_prerender = True
    config.html_math_renderer = "katex_checked"
    config.bibtex_default_style = "plain"
    config.bibtex_reference_style = "author_year"
    config.myst_heading_anchors = 3
    config.myst_links_external_new_tab = False
    config.suppress_warnings = [*config.suppress_warnings, "myst.header"]
    config.numfig = False
    config.autodoc_typehints = "none"
    config.autodoc_member_order = "bysource"
    config.napoleon_google_docstring = False
    config.napoleon_use_rtype = False
    config.nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", 60)]


def _assets(app: Any) -> None:
    """Our styles and scripts: the palette as CSS variables, the highlighting in both schemes, the explorers'."""
    from convlib import explore
    from publish import palette

    folder = Path(app.outdir).parent / "publish-static"
    folder.mkdir(parents=True, exist_ok=True)
    sheets = [(HERE / "styles" / f"{name}.css").read_text(encoding="utf-8") for name in ("site", "map")]
    written = {
        "site.css": palette.stylesheet() + palette.highlighting() + "".join(sheets),
        "explore.css": explore.style(),
        "explore.js": explore.script(),
    }
    for late in [*(HERE / "styles").glob("*.js"), HERE / "styles" / "present.css"]:
        written[late.name] = late.read_text(encoding="utf-8")
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    app.config.html_static_path.append(str(folder))


def _page(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """What the templates know about a page."""
    from publish import cards, notebooks

    tree = TocTree(app.env)
    body = context.get("body", "")
    context["page_styles"] = ["site.css"]
    context["page_scripts"] = ["site.js"]
    if 'class="katex' in body:
        context["page_styles"].insert(0, "katex/katex.min.css")
    if 'class="cx' in body:
        context["page_styles"].append("explore.css")
        context["page_scripts"].append("explore.js")
    chapters = tree.get_toctree_for(
        pagename, app.builder, collapse=False, titles_only=True, includehidden=True
    )
    context["chapters"] = app.builder.render_partial(chapters)["fragment"] if chapters else ""
    headings = _headings(context.get("toc", "")) if doctree is not None else ""
    context["headings"] = headings
    context["reader_notebook"] = notebooks.links(app.srcdir, pagename)
    context["lecture"] = 'class="station' in body
    context["share"] = cards.about(app, pagename, context.get("title", ""), body, doctree)


def _headings(toc: str) -> str:
    """The headings below the page's title, two levels deep."""
    if not toc.strip():
        return ""
    inner = BeautifulSoup(toc, "html.parser").select_one("li > ul")
    if inner is None or len(inner.find_all("li", recursive=False)) < 2:
        return ""
    for deep in inner.select("ul ul"):
        deep.decompose()
    return str(inner)
