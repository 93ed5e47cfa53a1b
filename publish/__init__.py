"""What turns `book/` into the site: one Sphinx extension, the styles, the notebook writer and the checks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def setup(app: Any) -> dict[str, Any]:
    """Register everything with Sphinx; Jupyter Book loads this through `_config.yml`."""
    from publish import api, directives, figures, formulas, ledger, stations

    app.add_config_value(
        "comments_config", {}, "env"
    )  # Jupyter Book sets it, though its extension is not used
    app.connect("config-inited", _configure, priority=100)
    app.connect("builder-inited", _assets)
    app.connect("html-page-context", _page, priority=900)
    for part in (directives, figures, formulas, ledger, stations, api):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}


def _configure(app: Any, config: Any) -> None:
    """The settings that no book of this house differs in."""
    config.templates_path = [str(HERE / "templates"), *config.templates_path]
    config.nb_execution_cache_path = os.environ.get("PUBLISH_CACHE", config.nb_execution_cache_path)
    config.nb_execution_show_tb = True
    config.nb_merge_streams = True
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
    config.copybutton_exclude = ".linenos, .gp, .go"
    config.copybutton_selector = ".cell_input pre, .literal-block-wrapper pre, div[class*=highlight-] pre"
    config.myst_heading_anchors = 3
    config.myst_links_external_new_tab = False
    config.suppress_warnings = [*config.suppress_warnings, "myst.header"]
    config.numfig = False
    config.autodoc_typehints = "none"
    config.autodoc_member_order = "bysource"
    config.napoleon_google_docstring = False
    config.napoleon_use_rtype = False
    config.nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", 60)]
    config.html_theme_options.update(
        search_bar_text="Search this book",
        show_navbar_depth=1,
        navbar_persistent=[],
        show_toc_level=2,
        use_download_button=False,
        use_fullscreen_button=False,
        back_to_top_button=False,
    )


def _assets(app: Any) -> None:
    """Our styles and script, and the palette as CSS variables."""
    from convlib import explore
    from publish import palette

    folder = Path(app.outdir).parent / "publish-static"
    folder.mkdir(parents=True, exist_ok=True)
    sheets = [(HERE / "styles" / f"{name}.css").read_text(encoding="utf-8") for name in ("site", "map")]
    styles = palette.stylesheet() + "".join(sheets)
    (folder / "site.css").write_text(styles, encoding="utf-8")
    (folder / "site.js").write_bytes((HERE / "styles" / "site.js").read_bytes())
    (folder / "explore.css").write_text(explore.style(), encoding="utf-8")
    (folder / "explore.js").write_text(explore.script(), encoding="utf-8")
    app.config.html_static_path.append(str(folder))
    app.add_css_file("site.css", priority=900)
    app.add_js_file("site.js", priority=900, loading_method="defer")


def _page(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """What the templates know about a page."""
    from publish import notebooks

    if doctree is not None and "publish_explorers" in doctree:
        app.add_css_file("explore.css", priority=800)
        app.add_js_file("explore.js", priority=800, loading_method="defer")
    context["reader_notebook"] = notebooks.links(app.srcdir, pagename)
