"""The one palette of the course: explorers, figures and the site's styles take their colours from here.

Every colour has at least 4.5:1 contrast against its ground (white, or the site's dark `#14181e` and
`#222832`), every channel colour at least 3:1. The nine channel colours, one for each weight of a 3×3 kernel, stay
apart (OKLab distance of at least 0.08) as seen with normal sight, protanopia, deuteranopia and tritanopia
(Machado et al. 2009).
No two entries share a hex value, so that a drawing's colours can be replaced by CSS variables.
"""

PALETTE: dict[str, dict[str, str]] = {
    "input": {"light": "#0a66b0", "dark": "#6cb6ff"},
    "kernel": {"light": "#b34700", "dark": "#ffa657"},
    "output": {"light": "#00755a", "dark": "#4fd1a5"},
    "padding": {"light": "#6e6a8a", "dark": "#a7a2c9"},
    "highlight": {"light": "#a3167e", "dark": "#f58fd5"},
    "muted": {"light": "#5f6670", "dark": "#9aa4b0"},
    "ink": {"light": "#1c2127", "dark": "#e6edf3"},
}

CHANNELS: dict[str, tuple[str, ...]] = {
    "light": (
        "#4672c4",
        "#a94800",
        "#359f8d",
        "#480e3c",
        "#680fb3",
        "#b08c09",
        "#732411",
        "#125567",
        "#32027c",
    ),
    "dark": (
        "#acbdfb",
        "#f08c1a",
        "#46bc98",
        "#9a688a",
        "#8573f9",
        "#dfe86c",
        "#d9410c",
        "#b0f7fb",
        "#b08cd8",
    ),
}
