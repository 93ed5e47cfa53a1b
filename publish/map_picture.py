"""The map as SVG: wide for a desk and for print, narrow for a phone, from the same data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import numpy as np

from convlib.explore.palette import PALETTE
from publish.map import Node, channel_pattern, parameters, taps

Link = Callable[[str], str | None]


@dataclass(frozen=True)
class Layout:
    """Where things stand, in the picture's own units."""

    name: str
    node: tuple[float, float]
    pitch: tuple[float, float]
    top: float
    pattern: float
    fold: tuple[float, float]
    margin: float
    bend: float
    words: bool

    def corner(self, at: list[int]) -> tuple[float, float]:
        column, row = self.fold if at[0] == 4 else at
        return 6 + column * self.pitch[0], self.top + row * self.pitch[1]

    def centre(self, at: list[int]) -> tuple[float, float]:
        x, y = self.corner(at)
        return x + self.node[0] / 2, y + self.node[1] / 2


WIDE = Layout("wide", (166, 122), (206, 170), 58, 46, (4.08, 2), 6, 1.0, True)
NARROW = Layout("narrow", (82, 70), (89, 104), 52, 30, (3, 5), 22, 0.75, False)


def colour(name: str) -> str:
    """A palette colour that follows the page's light or dark scheme."""
    return f"var(--conv-{name}, {PALETTE[name]['light']})"


def picture(data: dict, link: Link, layout: Layout) -> str:
    """One SVG of the whole map; `link` answers a chapter's address, or None where it is still to come."""
    nodes = {node["id"]: node for node in data["nodes"] + data["composites"]}
    composites = {node["id"] for node in data["composites"]}
    edges, labels = ("".join(parts) for parts in zip(*(_edge(edge, nodes, layout) for edge in data["edges"])))
    drawn = "".join(
        _node(node, data["size"], link, layout, node["id"] in composites) for node in nodes.values()
    )
    right = max(layout.corner(node["at"])[0] for node in nodes.values()) + layout.node[0] + layout.margin
    bottom = max(layout.corner(node["at"])[1] for node in nodes.values()) + layout.node[1] + 6
    coming = any(link(node["slug"]) is None for node in nodes.values())
    label = "Map of the convolutions: columns say which channels are wired, rows say which pixels; a list follows."
    return (
        f'<svg class="ec-map ec-map-{layout.name}" viewBox="0 0 {right:.0f} {bottom:.0f}" role="group" aria-label="{label}">'
        f"{_markers(layout)}{_bands(data, layout)}{edges}{_headers(data, layout)}{drawn}{labels}"
        f"{_legend(data, layout, coming)}</svg>"
    )


def html(data: dict, link: Link) -> str:
    """Both pictures, of which the page's width shows one, and the same map as a list."""
    entries = "".join(_entry(node, data["size"], link) for node in data["nodes"] + data["composites"])
    return (
        f'<div class="ec-map-frame">{picture(data, link, WIDE)}{picture(data, link, NARROW)}'
        f'<details class="ec-map-list"><summary>The map as a list</summary><ul>{entries}</ul></details></div>'
    )


def _entry(node: Node, size: dict[str, int], link: Link) -> str:
    href = link(node["slug"])
    name = (
        f'<a href="{escape(href)}">{escape(node["name"])}</a>'
        if href
        else f"{escape(node['name'])} (chapter to come)"
    )
    return f"<li>{name}: <code>{escape(node['call'])}</code>; {escape(node['cannot'])}; {parameters(node, size):,} weights</li>"


def _markers(layout: Layout) -> str:
    return (
        f'<defs><marker id="ec-arrow-{layout.name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" fill="{colour("muted")}"/></marker></defs>'
    )


def _rows(data: dict, layout: Layout) -> list[tuple[str, float, float]]:
    """Each row's title, and where its first node stands."""
    nodes = data["nodes"] + data["composites"]
    first = [min(node["at"][0] for node in nodes if node["at"][1] == row) for row in range(len(data["rows"]))]
    return [(title, *layout.corner([at, row])) for row, (title, at) in enumerate(zip(data["rows"], first))]


def _bands(data: dict, layout: Layout) -> str:
    """A quiet band behind each row's nodes."""
    right, height = layout.corner([3, 0])[0] + layout.node[0] + 5, layout.node[1] + 26
    return "".join(
        f'<rect class="ec-band" x="{x - 5:.0f}" y="{y - 20:.0f}" width="{right - x + 5:.0f}" height="{height:.0f}" rx="8"/>'
        for _, x, y in _rows(data, layout)
    )


def _headers(data: dict, layout: Layout) -> str:
    """The titles of columns and rows: over the lines, which they interrupt."""
    out = [_text(layout.corner([0, 0])[0], 14, "which channels are wired", "axis")]
    for column, title in enumerate(data["columns"]):
        short = title if layout.words else title.split(", ")[-1]
        out.append(_text(layout.centre([column, 0])[0], 32, short, "head", "middle"))
    out += [_text(x + 3, y - 6, title, "head") for title, x, y in _rows(data, layout)]
    x, y = layout.corner([4, 2])
    end = layout.node[0] * (1 if layout.words else 0.62)  # on a phone the arrow comes from the right
    out.append(_text(x + end, y - 8, "arrows reversed", "head", "end"))
    return "".join(out)


def _node(node: Node, size: dict[str, int], link: Link, layout: Layout, lozenge: bool) -> str:
    x, y = layout.corner(node["at"])
    width, height = layout.node
    href = link(node["slug"])
    pattern, pixels = channel_pattern(node), taps(node)
    gap = (width - 2 * layout.pattern) / 3 if not layout.words else 12.0
    top = y + (30 if layout.words else 22)
    count = parameters(node, size)
    name = str(node["name"] if layout.words else node.get("short", node["name"]))
    state = "ec-node" + (" ec-lozenge" if lozenge else "") + ("" if href else " ec-coming")
    body = (
        f'<rect class="{state}" x="{x:.1f}" y="{y:.1f}" width="{width}" height="{height}" rx="{18 if lozenge else 5}"/>'
        + _text(x + (12 if layout.words else 4), y + (19 if layout.words else 14), name, "name")
        + _cells(pattern, x + gap, top, layout.pattern, "kernel")
        + _slices(pixels, x + 2 * gap + layout.pattern, top, layout.pattern)
        + _bar(count, x + gap, y + height - (10 if layout.words else 9), width - 2 * gap)
    )
    if layout.words:
        body += _text(x + 12, y + 91, node["call"], "call") + _text(x + 12, y + 105, node["cannot"], "cannot")
        body += _text(x + width - 8, top + 10, f"{count:,}", "count", "end")
    about = f"{node['name']}: {node['call']}; {node['cannot']}; {count:,} weights" + (
        "" if href else "; chapter to come"
    )
    if href:  # named by the text that one sees, as speech input needs it
        return f'<a href="{escape(href)}">{body}</a>'
    return f'<g role="img" aria-label="{escape(about)}"><title>{escape(about)}</title>{body}</g>'


def _bar(count: int, x: float, y: float, width: float) -> str:
    """A log bar: every tenfold number of weights is the same step."""
    length = width * math.log10(count / 100) / math.log10(120_000 / 100)
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{length:.1f}" height="4" rx="2" fill="{colour("muted")}"/>'


LEGEND = (  # how far down the words stand, the words, and those for a phone
    (
        22,
        "which input channels (columns) reach which output channels (rows)",
        "channels, in and out",
    ),
    (52, "which pixels the middle output reads", "pixels that one output reads"),
    (
        80,
        "weights, {channels} channels to {channels}, k = {kernel}, g = {groups}; each step of the bar is tenfold",
        "weights, on a log scale",
    ),
    (104, "delete wires", "delete wires"),
    (128, "the same matrix, when", "the same matrix"),
    (152, "one after the other", "one after the other"),
    (176, "every arrow turned round, nothing else moves", "every arrow turned round"),
    (201, "made of several convolutions", "made of several"),
    (225, "chapter to come", "chapter to come"),
)


def _legend(data: dict, layout: Layout, coming: bool) -> str:
    """How to read it, in the corner that no node needs."""
    x, y = layout.corner([0, 3])
    x, y = x + 6, y + 20

    def line(kind: str, down: int, arrow: bool = True) -> str:
        end = f' marker-end="url(#ec-arrow-{layout.name})"' if arrow else ""
        return f'<path class="ec-edge ec-{kind}" d="M{x:.0f} {y + down:.0f}h34"{end}/>'

    def box(kind: str, down: int, round_: int) -> str:
        return f'<rect class="ec-node ec-{kind}" x="{x:.0f}" y="{y + down:.0f}" width="34" height="16" rx="{round_}"/>'

    marks = [
        _cells(np.eye(8, dtype=bool), x + 6, y + 8, 20, "kernel"),
        _cells(np.eye(7, dtype=bool), x + 6, y + 38, 20, "input"),
        _bar(3000, x, y + 74, 60),
        line("delete", 100),
        line("equals", 124, False) + line("inner", 124, False),
        line("then", 148),
        line("reverse", 172),
        box("lozenge", 188, 8),
        *([box("coming", 212, 4)] if coming else []),
    ]
    across = 50 if layout.words else 42
    return "".join(
        mark + _text(x + across, y + down, (words if layout.words else few).format(**data["size"]), "legend")
        for mark, (down, words, few) in zip(marks, LEGEND)
    )


def _edge(edge: dict, nodes: dict[str, Node], layout: Layout) -> tuple[str, str]:
    """The line, which goes under the nodes, and its label, which goes over them."""
    start, end = (layout.centre(nodes[edge[e]]["at"]) for e in ("from", "to"))
    half = (layout.node[0] / 2 + 2, layout.node[1] / 2 + 2)
    bend = edge.get(f"bend_{layout.name}", edge.get("bend", 0.0) * layout.bend)
    dx, dy = end[0] - start[0], end[1] - start[1]
    middle = ((start[0] + end[0]) / 2 - dy * bend * 2, (start[1] + end[1]) / 2 + dx * bend * 2)
    a, b = _border(start, middle, half), _border(end, middle, half)
    path = f"M{a[0]:.1f} {a[1]:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {b[0]:.1f} {b[1]:.1f}"
    arrow = "" if edge["kind"] == "equals" else f' marker-end="url(#ec-arrow-{layout.name})"'
    drawn = f'<path class="ec-edge ec-{edge["kind"]}" d="{path}"{arrow}/>'
    if edge["kind"] == "equals":
        drawn += f'<path class="ec-edge ec-inner" d="{path}"/>'
    if not (layout.words and edge.get("label")):
        return drawn, ""
    at = [(a[i] + 2 * middle[i] + b[i]) / 4 for i in (0, 1)]
    beside = -7 if abs(dy) < 1 and not bend else 4
    return drawn, _text(at[0], at[1] + beside, edge["label"], "label", "middle")


def _border(
    centre: tuple[float, float], towards: tuple[float, float], half: tuple[float, float]
) -> tuple[float, float]:
    """Where the line from a node's centre leaves its box."""
    dx, dy = towards[0] - centre[0], towards[1] - centre[1]
    scale = min(half[0] / abs(dx) if dx else math.inf, half[1] / abs(dy) if dy else math.inf)
    return centre[0] + dx * scale, centre[1] + dy * scale


def _slices(pixels: np.ndarray, x: float, y: float, side: float) -> str:
    """One 7×7 picture, or a fan of three for a volume."""
    if len(pixels) == 1:
        return _cells(pixels[0], x, y, side, "input")
    step = side * 0.16
    return "".join(
        _cells(slice_, x + k * step, y + k * step, side - 2 * step, "input")
        for k, slice_ in enumerate(pixels)
    )


def _cells(pattern: np.ndarray, x: float, y: float, side: float, fill: str) -> str:
    """A boolean pattern as squares within a hairline frame: one box and one path."""
    step = side / len(pattern)
    square = f"h{step - 0.6:.1f}v{step - 0.6:.1f}h-{step - 0.6:.1f}z"
    squares = "".join(f"M{x + j * step:.1f} {y + i * step:.1f}{square}" for i, j in np.argwhere(pattern))
    frame = f'x="{x - 1:.1f}" y="{y - 1:.1f}" width="{side + 1.4:.1f}" height="{side + 1.4:.1f}"'
    return f'<rect {frame} class="ec-frame"/><path d="{squares}" fill="{colour(fill)}"/>'


def _text(x: float, y: float, text: str, style: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="ec-{style}" text-anchor="{anchor}">{escape(text)}</text>'
