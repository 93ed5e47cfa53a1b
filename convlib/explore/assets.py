"""The explorers' script and style, each joined into one string."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from string import ascii_lowercase

from convlib.explore.palette import CHANNELS, PALETTE

HERE = Path(__file__).parent
SOURCES = HERE / "js"
BEGIN, END = "<!-- explore:assets -->", "<!-- /explore:assets -->"
GROUND = {"light": "#ffffff", "dark": "#14181e"}
LINE = {"light": "#d3d8de", "dark": "#3b434f"}

# Pages say in different ways that they are dark: the course's site, JupyterLab and Notebook, VS Code, Colab.
_DARK = (
    'html[data-theme="dark"] .cx',
    'body[data-jp-theme-light="false"] .cx',
    "body.vscode-dark .cx",
    'html[theme="dark"] .cx',
)
_UNDECIDED = "html:not([data-theme]):not([theme]) body:not([data-jp-theme-light]):not(.vscode-light):not(.vscode-dark) .cx"


@cache
def script() -> str:
    """Return the one classic script that brings every explorer on a page to life.

    Returns
    -------
    str
        It may be loaded many times: the same version only looks for explorers that are not alive yet.
        In a checkout whose sources are newer than `explore.min.js` it is made from the sources.
    """
    small = (HERE / "explore.min.js").read_text("utf-8")
    return small if not SOURCES.exists() or version() in small else joined()


def version() -> str:
    """Return the name of the sources' state, which the script carries."""
    return hashlib.sha256(_sources().encode()).hexdigest()[:12]


def joined() -> str:
    """Return the sources in `js` as one classic script; `python -m publish.explorers` makes it small."""
    return (
        f'(() => {{\n"use strict";\nconst VERSION = "{version()}";\n'
        "if (globalThis.convexplore && globalThis.convexplore.version === VERSION) {\n"
        "setTimeout(globalThis.convexplore.scan);\nreturn;\n}\n"
        "const X = globalThis.convexplore = { version: VERSION };\n"
        f"{_sources()}\n"
        'if (typeof document === "undefined") return;\n'
        'document.addEventListener("DOMContentLoaded", X.scan);\nsetTimeout(X.scan);\n})();\n'
    )


def _sources() -> str:
    first = SOURCES / "explore.js"
    rest = sorted(path for path in SOURCES.glob("*.js") if path != first)
    return "\n".join(path.read_text("utf-8") for path in (first, *rest))


@cache
def style() -> str:
    """Return the stylesheet of the explorers, with the palette's colours for light and dark pages.

    Returns
    -------
    str
    """
    dark = _variables("dark")
    return _small(
        f".cx {{ {_variables('light')} }}\n"
        f"@media screen {{ {', '.join(_DARK)} {{ {dark} }} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ {_UNDECIDED} {{ {dark} }} }}\n"
        f"{_wires()}{_css()}"
    )


@cache
def still_style() -> str:
    """Return the rules that a drawing on its own needs, on light and dark ground."""
    drawing = _css().split("/* the drawing */")[1].split("/* the controls */")[0]
    dark = f"@media (prefers-color-scheme: dark) {{ .cx {{ {_variables('dark')} }} }}"
    return _small(f".cx {{ {_variables('light')} }}\n{dark}\n{_wires()}{drawing}")


def _variables(scheme: str) -> str:
    named = {name: both[scheme] for name, both in PALETTE.items()}
    named |= {f"c{k}": colour for k, colour in enumerate(CHANNELS[scheme])}
    named |= {"ground": GROUND[scheme], "line": LINE[scheme]}
    return f"color-scheme: {scheme}; " + " ".join(f"--cx-{name}: {colour};" for name, colour in named.items())


def _wires() -> str:
    """Return one rule per channel colour: `w0` … `w8` for lines, `f0` … `f8` for areas."""
    count = len(CHANNELS["light"])
    return "".join(f".cx .w{k}, .cx .f{k} {{ color: var(--cx-c{k}); }}\n" for k in range(count))


def _css() -> str:
    return (HERE / "explore.css").read_text("utf-8")


def _small(css: str) -> str:
    """Return a stylesheet with short names of variables, without comments and the spaces that mean nothing."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    for j, name in enumerate(dict.fromkeys(re.findall(r"--cx-\w+", css))):
        css = re.sub(rf"{name}\b", f"--x{ascii_lowercase[j]}", css)
    css = re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", css))
    return re.sub(r": +", ":", css).replace(";}", "}").strip()
