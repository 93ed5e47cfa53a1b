"""The course's palette as CSS variables, light and dark, from its one source in convlib."""

from __future__ import annotations

from convlib.explore.palette import CHANNELS, PALETTE


def colours() -> dict[str, tuple[str, str]]:
    """Each variable's name with its light and its dark value."""
    named = {f"--conv-{name}": (both["light"], both["dark"]) for name, both in PALETTE.items()}
    for k, both in enumerate(zip(CHANNELS["light"], CHANNELS["dark"])):
        named[f"--conv-channel-{k}"] = both
    return named


def stylesheet() -> str:
    """Both schemes: the light values for everyone, the dark ones where the page is dark."""
    light = "".join(f"  {name}: {both[0]};\n" for name, both in colours().items())
    dark = "".join(f"  {name}: {both[1]};\n" for name, both in colours().items())
    return f':root {{\n{light}}}\nhtml[data-theme="dark"] {{\n{dark}}}\n'


def variables(css_or_svg: str) -> str:
    """Replace the palette's light values by their variables, the value staying as the fallback."""
    for name, (light, _) in colours().items():
        css_or_svg = css_or_svg.replace(light, f"var({name}, {light.upper()})")
    return css_or_svg
