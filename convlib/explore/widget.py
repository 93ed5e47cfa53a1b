"""An explorer as a widget: the same script, its state kept equal in Python and on the page."""

from __future__ import annotations

from functools import cache
from typing import Any

from convlib.explore import assets
from convlib.explore.explorer import Explorer

_RENDER = """
export default {
  render({ model, el }) {
    el.innerHTML = model.get("html");
    const changed = state => { model.set("state", state); model.save_changes(); };
    const explorer = globalThis.convexplore.mount(el.querySelector("figure.cx"), { changed });
    const follow = () => explorer.show(model.get("state"));
    follow();
    model.on("change:state", follow);
    return () => { explorer.stop(); model.off("change:state", follow); };
  },
};
"""


def make(explorer: Explorer) -> Any:
    """Return a widget that begins as `explorer`."""
    return _widget_class()(explorer)


@cache
def _widget_class() -> type:
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise ImportError("widget() needs anywidget: pip install anywidget.") from None

    class ExplorerWidget(anywidget.AnyWidget):
        """An explorer whose `state` is synchronised both ways."""

        _esm = assets.script() + _RENDER
        _css = assets.style()
        html = traitlets.Unicode().tag(sync=True)
        state = traitlets.Dict().tag(sync=True)

        def __init__(self, explorer: Explorer) -> None:
            self._start = explorer
            super().__init__(html=explorer.html(with_assets=False), state=explorer.state)

        @property
        def explorer(self) -> Explorer:
            """The explorer at the present state."""
            return self._start.set(**self.state)

        @traitlets.validate("state")
        def _legal(self, proposal: Any) -> dict[str, Any]:
            current = self._start.state | dict(self.state)
            changes = {k: v for k, v in proposal["value"].items() if k not in current or v != current[k]}
            return self._start.set(**current).set(**changes).state

    return ExplorerWidget
