"""An explorer: one state of one kind, as HTML that is alive, as a still, as a strip of steps, as a widget."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from convlib.explore import assets
from convlib.explore._code import DIALECTS
from convlib.explore._kind import Control, Data, Kind, State, high, illegal, settle
from convlib.explore._svg import Scene, esc, text
from convlib.shapes import ShapeError


class Still(str):
    """An SVG as a string, that a notebook shows as a picture."""

    def _repr_svg_(self) -> str:
        return str(self)


class Explorer:
    """What `convlib.explore.conv2d` and its like return.

    As the output of a cell it is a picture, a sentence and controls. It does not change: `set` returns
    another one. `widget` returns one that Python and the page move together.

    Parameters
    ----------
    kind : Kind
    controls : list of tuple
    state, data : dict
        Plain numbers, strings and nested lists.
    name : str, optional
        What the page's address calls this explorer.

    Raises
    ------
    ShapeError
        If the state is not legal; the message says why.
    """

    def __init__(
        self, kind: Kind, controls: list[Control], state: State, data: Data, *, name: str | None = None
    ):
        state = {k: int(v) if isinstance(v, np.integer) else v for k, v in state.items()}
        if why := illegal(kind, controls, state, data):
            raise ShapeError(f"{kind.name}: {why}.")
        if name is not None and not re.fullmatch(r"[A-Za-z][\w-]*", name):
            raise ValueError(
                f"{kind.name}: name must be letters, digits, - and _, a letter first, not {name!r}."
            )
        self._kind, self._controls, self._state, self._data, self._name = kind, controls, state, data, name

    @property
    def kind(self) -> str:
        """The explorer's kind, such as ``"conv2d"``."""
        return self._kind.name

    @property
    def state(self) -> State:
        """All settings, as a new dict."""
        return dict(self._state)

    def set(self, **settings: Any) -> Explorer:
        """Return this explorer in another state.

        Parameters
        ----------
        **settings
            Any of the names in `state`.

        Returns
        -------
        Explorer

        Raises
        ------
        TypeError
            If a setting has no such name.
        ShapeError
            If the state is not legal.

        Examples
        --------
        >>> from convlib import explore
        >>> explore.conv2d(stride=2).set(step=3).sentence
        'Step 4 of 4: y[1, 1] = 7. It reads input rows 2 to 4 and columns 2 to 4.'
        """
        if unknown := sorted(set(settings) - set(self._state)):
            raise TypeError(
                f"{self.kind}: there is no setting {unknown[0]!r}; there are {', '.join(self._state)}."
            )
        state = self._state | settings
        depends = {c[0] for c in self._controls if len(c) > 3 and isinstance(c[3], str)}
        if not depends & set(settings) and not self._kind.check(state, self._data):
            state = settle(self._kind, self._controls, state, self._data)
        return Explorer(self._kind, self._controls, state, self._data, name=self._name)

    @property
    def scene(self) -> Scene:
        """What the state shows, before it is text."""
        return self._kind.draw(self._state, self._data)

    @property
    def sentence(self) -> str:
        """What the state shows, in a sentence."""
        return self.scene.say

    def code(self, dialect: str = "convlib") -> str:
        """Return the program of this state.

        Parameters
        ----------
        dialect : {"convlib", "torch", "keras"}

        Returns
        -------
        str
        """
        if dialect not in DIALECTS:
            raise ValueError(f"{self.kind}: dialect must be one of {', '.join(DIALECTS)}, not {dialect!r}.")
        return self._kind.code(self._state, self._data, dialect)

    def svg(self) -> Still:
        """Return the picture of this state alone, with its own colours for light and dark.

        Returns
        -------
        Still
            The SVG's text. A notebook shows it as a picture.
        """
        width, height, body = self.scene.place()
        return _still(width, height, self.sentence, body)

    def steps(self, which: Iterable[int] | None = None, *, width: int = 1000) -> Still:
        """Return several steps as one picture, for print.

        Parameters
        ----------
        which : iterable of int, optional
            The steps, counted from 0; all of them if left out.
        width : int
            Pixels after which a new line of pictures begins.

        Returns
        -------
        Still
        """
        control = next(c for c in self._controls if c[0] == "step")
        last = high(self._kind, control, self._state, self._data)
        chosen = list(range(last + 1)) if which is None else list(which)
        if not 1 <= len(chosen) <= 36:
            raise ValueError(
                f"{self.kind}: a strip has 1 to 36 steps, not {len(chosen)}; choose some with which=[…]."
            )
        x = y = right = bottom = 0
        body = ""
        for step in chosen:
            scene = self.set(step=step).scene
            w, h, drawn = scene.place()
            if x and x + w > width:
                x, y = 0, bottom + 24
            caption = text(0, 16, f"step {scene.labels['step']}", "T")
            body += (
                f'<g transform="translate({x} {y})">{caption}<g transform="translate(0 24)">{drawn}</g></g>'
            )
            right, bottom = max(right, x + w), max(bottom, y + h + 24)
            x += w + 40
        return _still(right, bottom, f"{len(chosen)} steps of {self.kind}.", body)

    def html(self, *, with_assets: bool = True) -> str:
        """Return the explorer as HTML.

        Parameters
        ----------
        with_assets : bool
            Whether script and style come with it, between two comments.

        Returns
        -------
        str
        """
        scene = self.scene
        spec = {"s": self._state, "c": self._controls, "d": dict(self._data)}
        packed = json.dumps(spec, separators=(",", ":"), ensure_ascii=False)
        packed = packed.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;")
        named = f' data-name="{self._name}"' if self._name else ""
        figure = (
            f'<figure class="cx" aria-label="Explorer of {self.kind}" data-kind="{self.kind}"{named} data-spec=\'{packed}\'>\n'
            f'<div class="cx-draw">{scene.html()}</div>\n'
            f'<p class="cx-say">{esc(scene.say)}</p>\n<p class="cx-sum">{esc(scene.sum)}</p>\n'
            f'<div class="cx-rest">{scene.rest}</div>\n</figure>'
        )
        return f"{_assets()}\n{figure}" if with_assets else figure

    def widget(self) -> Any:
        """Return this explorer as a widget whose `state` Python and the page move together.

        Returns
        -------
        anywidget.AnyWidget
            Its trait `state` is the dict of all settings; `explorer` is the explorer at that state.

        Raises
        ------
        ImportError
            If anywidget is not installed.
        """
        from convlib.explore.widget import make

        return make(self)

    def _repr_html_(self) -> str:
        return self.html()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<explore.{self.kind}: {self.sentence}>"


def _assets() -> str:
    return f"{assets.BEGIN}<style>{assets.style()}</style><script>{assets.script()}</script>{assets.END}"


def _still(width: int, height: int, label: str, body: str) -> Still:
    body = re.sub(r' data-(go|pick)="[^"]*"', "", body)  # nothing to click
    return Still(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cx" viewBox="-4 -4 {width + 8} {height + 8}" '
        f'width="{width + 8}" height="{height + 8}" role="img" aria-label="{esc(label)}">'
        f"<style>{assets.still_style()}</style>{body}</svg>"
    )
