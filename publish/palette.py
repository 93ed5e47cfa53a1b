"""The course's palette as CSS variables, light and dark, from its one source in convlib."""

from __future__ import annotations

import re

from convlib.explore.palette import CHANNELS, PALETTE


def colours() -> dict[str, tuple[str, str]]:
    """Each variable's name with its light and its dark value."""
    named = {f"--conv-{name}": (both["light"], both["dark"]) for name, both in PALETTE.items()}
    for k, both in enumerate(zip(CHANNELS["light"], CHANNELS["dark"])):
        named[f"--conv-channel-{k}"] = both
    return named


def stylesheet() -> str:
    """Both schemes: light for everyone, dark where the page, or without a script the system, is dark."""
    light, dark = (
        "".join(f"{name}: {both[k]}; " for name, both in colours().items()).strip() for k in (0, 1)
    )
    return (
        f":root {{ {light} }}\n"
        f'@media screen {{ html[data-theme="dark"] {{ {dark} }} }}\n'
        f"@media screen and (prefers-color-scheme: dark) {{ html:not([data-theme]) {{ {dark} }} }}\n"
    )


def highlighting() -> str:
    """The code's colours in both schemes, of styles whose contrast was chosen for reading."""
    from pygments.formatters import HtmlFormatter

    def rules(style: str, scope: str) -> str:
        text = HtmlFormatter(style=style).get_style_defs(f"{scope}.highlight")
        kept = [line for line in text.splitlines() if ".highlight ." in line and "linenos" not in line]
        return "\n".join(re.sub(r" /\*.*?\*/", "", line) for line in kept)

    light, dark = "a11y-high-contrast-light", "a11y-high-contrast-dark"
    return (
        f"{rules(light, '')}\n"
        f"@media screen {{ {rules(dark, 'html[data-theme=dark] ')} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ {rules(dark, 'html:not([data-theme]) ')} }}\n"
    )


def variables(css_or_svg: str) -> str:
    """Replace the palette's light values by their variables, the value staying as the fallback."""
    for name, (light, _) in colours().items():
        css_or_svg = css_or_svg.replace(light, f"var({name}, {light.upper()})")
    return css_or_svg
