"""The explorer of ink in grouped and shuffled stacks. The script's twin is `js/ink.js`."""

from __future__ import annotations

from typing import Any

import numpy as np

from convlib import conv1d
from convlib.explore._kind import Control, Data, Kind, State
from convlib.explore._panels import matrix
from convlib.explore._svg import CELL, Panel, Scene, dot, strands, text, value
from convlib.explore._text import fill, plural
from convlib.explore.explorer import Explorer
from convlib.kinds import channel_shuffle

MANY = 16
"""So many channels are drawn."""
BAND = {"layer": 60, "shuffle": 44}
"""Pixels between two rows of dots."""
WORDS = [
    "One group mixes all channels: one layer is enough.",
    "Every channel is a group of its own: ink never leaves its channel.",
    "Without the shuffle it never leaves its group of {per}, however many layers follow.",
    "A layer spreads it over a group of {per}, the shuffle deals it to other groups: it is everywhere after ⌈log {channels} / log {per}⌉ = {needed}.",
    "Step {step} of {layers}: ink from channel {pour} has reached {reached} of {all}. ",
    "Channels with ink, from the drop in channel {pour} on: {seen} of {channels}.",
    ": a row for each channel out, a column for each channel in; column {pour} is lit.",
]
Bands = list[tuple[str, "np.ndarray[Any, Any]"]]


class Stack:
    """The numbers of ways from each channel to each, after every layer: from convlib."""

    def __init__(self, s: State) -> None:
        self.channels, self.groups = s["channels"], s["groups"]
        self.per = self.channels // self.groups
        units = np.eye(self.channels, dtype=int)[:, :, None]  # one sample per channel: a drop there alone
        ones = np.ones((self.channels, self.per, 1), dtype=int)
        self.mix = conv1d(units, ones, groups=self.groups)[:, :, 0].T
        self.deal = channel_shuffle(units, self.groups)[:, :, 0].T
        self.bands: Bands = [("layer", self.mix)]
        self.after = [units[:, :, 0]]
        for n in range(s["layers"]):
            if n and s["shuffle"]:
                self.bands.append(("shuffle", self.deal))
            if n:
                self.bands.append(("layer", self.mix))
            dealt = self.deal @ self.after[-1] if n and s["shuffle"] else self.after[-1]
            self.after.append(self.mix @ dealt)

    def reached(self, pour: int) -> list[int]:
        """Return how many channels a drop has reached, before and after each layer."""
        return [int((ways[:, pour] > 0).sum()) for ways in self.after]


def check(s: State, d: Data) -> str:
    """Return why these settings cannot be, or ""."""
    if s["channels"] % s["groups"]:
        return (
            f"{plural(s['groups'], 'group does', 'groups do')} not divide {plural(s['channels'], 'channel')}"
        )
    return ""


def limits(s: State, d: Data) -> dict[str, int]:
    """Return the last step, and the last channel that ink can be poured into."""
    return {"outputs": s["layers"], "inputs": s["channels"] - 1}


def _picture(g: Stack, s: State, d: Data, counts: list[int]) -> Panel:
    step, pour, c = s["step"], s["pour"], g.channels
    row, y, done, out, dots = np.eye(c, dtype=int)[pour], 14.0, 0, "", ""

    def place(j: int) -> float:
        return (j + 0.5) * CELL

    def put(kind: str, wet: Any, words: str) -> str:
        drawn = ""
        for j in range(c):
            go = f"pour={j}" if kind == "i" else ""
            drawn += dot(place(j), y, 11, f"{kind} h" if wet[j] else kind, go) + value(place(j), y, str(j))
        return drawn + text(c * CELL + 8, y + 4, words, "L")

    dots += put("i", row > 0, "the drop")
    for kind, wires in g.bands:
        now = done < step
        for wet in (False, True):
            for q in range(g.groups):
                ends = [
                    (place(i), y + 11, place(o), y + BAND[kind] - 11)
                    for o, i in np.argwhere(wires).tolist()
                    if i // g.per == q and (now and row[i] > 0) == wet
                ]
                colour = f"w{q % 9}" if kind == "layer" else "m"
                out += strands(ends, f"{colour} {'v' if wet else 'u'}")
        y += BAND[kind]
        row = wires @ row if now else row * 0
        done += kind == "layer"
        dots += put(
            "o" if kind == "layer" else "p",
            row,
            f"layer {done}{f': {counts[done]}' if now else ''}" if kind == "layer" else "dealt",
        )
    title = f"ink in channel {pour}, {'shuffled' if s['shuffle'] else 'not shuffled'}"
    seen = " ".join(map(str, counts[: step + 1]))
    words = fill(d["words"][5], s | {"seen": seen})
    return Panel(title, words, c * CELL + 72, y + 14, out + dots)


def draw(s: State, d: Data) -> Scene:
    """Return what a state shows."""
    g, step, pour = Stack(s), s["step"], s["pour"]
    counts, ways = g.reached(pour), g.after[step]
    title = f"paths after {plural(step, 'layer')}"
    wires = matrix(
        title,
        title + fill(d["words"][6], s),
        g.channels,
        g.channels,
        lambda r, c: (c // g.per, int(ways[r, c])) if ways[r, c] else None,
        [],
        [pour],
    )
    least, reach = 0, 1
    while g.per > 1 and reach < g.channels:
        least, reach = least + 1, reach * g.per
    which = 0 if s["groups"] == 1 else 1 if g.per == 1 else 3 if s["shuffle"] else 2
    values = s | {"reached": counts[step], "all": plural(g.channels, "channel"), "per": g.per}
    values["needed"] = plural(least, "layer")
    say = fill(d["words"][4] + d["words"][which], values)
    labels = {"step": f"{step} of {s['layers']}", "pour": f"channel {pour}"}
    groups = [("row", [_picture(g, s, d, counts), wires])]
    return Scene(groups, say, f"{' → '.join(map(str, counts[: step + 1]))} of {g.channels}", labels)


CODE = {
    "convlib": """import numpy as np
from convlib import channel_shuffle, conv1d

channels, groups, shuffle = {channels}, {groups}, {mixed}
x = np.zeros((1, channels, 1))
x[0, {pour}] = 1  # the drop
for layer in range({step}):
    if shuffle and layer:
        x = channel_shuffle(x, groups)
    x = conv1d(x, np.ones((channels, channels // groups, 1)), groups=groups)
y = x.reshape(-1)  # how many paths lead to each channel
""",
    "torch": """import torch
import torch.nn.functional as F

channels, groups, shuffle = {channels}, {groups}, {mixed}
x = torch.zeros((1, channels, 1))
x[0, {pour}] = 1  # the drop
for layer in range({step}):
    if shuffle and layer:
        x = F.channel_shuffle(x, groups)
    x = F.conv1d(x, torch.ones((channels, channels // groups, 1)), groups=groups)
y = x.reshape(-1)  # how many paths lead to each channel
""",
    "keras": """import numpy as np
from keras import ops

channels, groups, shuffle = {channels}, {groups}, {mixed}
x = np.zeros((1, 1, channels), dtype="float32")
x[..., {pour}] = 1  # the drop
weight = np.ones((1, channels // groups, channels), dtype="float32")
for layer in range({step}):
    if shuffle and layer:
        x = x.reshape(groups, -1).T.reshape(1, 1, channels)
    x = ops.convert_to_numpy(ops.conv(x, weight, padding="valid"))
y = x.reshape(-1)  # how many paths lead to each channel
""",
}


def code(s: State, d: Data, dialect: str) -> str:
    """Return the program of a state, for ``"convlib"``, ``"torch"`` or ``"keras"``."""
    return fill(d["code"][dialect], s | {"mixed": "True" if s["shuffle"] else "False"})


KIND = Kind("ink", check, limits, draw, code)
CONTROLS: list[Control] = [
    ("step", "step", 0, "outputs"),
    ("channels", "channels", 1, MANY),
    ("groups", "groups", 1, MANY),
    ("layers", "layers", 1, 5),
    ("pour", "pour into", 0, "inputs"),
    ("shuffle", "shuffle channels", True),
]


def ink(
    channels: int = 8,
    groups: int = 4,
    *,
    shuffle: bool = True,
    layers: int = 3,
    pour: int = 0,
    step: int | None = None,
    name: str | None = None,
) -> Explorer:
    """Explore how ink that is poured into one channel spreads through grouped layers, shuffled or not.

    Parameters
    ----------
    channels, groups : int
        Of every layer, at most 16 channels.
    shuffle : bool
        Whether the channels are dealt out between two layers.
    layers : int
        How many layers are stacked, at most 5.
    pour : int
        The channel that the ink is poured into.
    step : int, optional
        After how many layers the picture is taken at the start; after all if left out.
    name : str, optional
        What the page's address calls this explorer.

    Returns
    -------
    Explorer

    Raises
    ------
    ShapeError
        If the groups do not divide the channels, or a setting is out of its range.

    References
    ----------
    Zhang et al. (2018), ShuffleNet, section 3.1.

    Examples
    --------
    >>> from convlib import explore
    >>> explore.ink(8, 4).scene.sum
    '1 → 2 → 4 → 8 of 8'
    >>> explore.ink(8, 4, shuffle=False).sentence
    'Step 3 of 3: ink from channel 0 has reached 2 of 8 channels. Without the shuffle it never leaves its group of 2, however many layers follow.'
    """
    s: State = {
        "step": layers if step is None else step,
        "channels": channels,
        "groups": groups,
        "layers": layers,
        "pour": pour,
        "shuffle": shuffle,
    }
    return Explorer(KIND, CONTROLS, s, {"words": WORDS, "code": CODE}, name=name)
