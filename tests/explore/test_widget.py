"""The widget: its state in Python, and in a real JupyterLab in a browser, without the network."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from convlib import explore
from convlib.shapes import ShapeError

anywidget = pytest.importorskip("anywidget")

KINDS = [name for name in explore.__all__ if name not in ("Explorer", "script", "style")]
CELLS = [
    "from convlib import explore",
    "w = explore.conv2d(stride=2).widget(); w",
    "print('PYTHON', w.state['step'], w.explorer.sentence)",
    "w.state = {**w.state, 'padding': 1, 'step': 4}",
    "explore.conv2d(step=1)",
    "ws = {k: getattr(explore, k)(name='w' + k).widget() for k in KINDS}\nfor w in ws.values(): display(w)".replace(
        "KINDS", str(KINDS)
    ),
    "print({k: w.state['step'] for k, w in ws.items()})",
    "for k in ws: display(getattr(explore, k)().steps([0, 1]))",
]


def test_state_is_checked_and_settled():
    w = explore.conv2d(step=8).widget()
    assert w.state == explore.conv2d(step=8).state
    w.state = {**w.state, "size": 4}
    assert w.state["step"] == 3
    assert w.explorer.sentence == explore.conv2d(size=4, step=3).sentence
    with pytest.raises(ShapeError, match="conv2d: the kernel does not fit"):
        w.state = {**w.state, "dilation": 4}
    with pytest.raises(ShapeError, match="conv2d: step must be an integer from 0 to 3, not 4"):
        w.state = {**w.state, "step": 4}
    with pytest.raises(TypeError, match="there is no setting 'strid'"):
        w.state = {**w.state, "strid": 4}
    assert w.state["size"] == 4


def test_its_module_is_the_same_script():
    w = explore.transposed().widget()
    assert explore.script() in str(w._esm)
    assert explore.style() == str(w._css)
    assert w.html == explore.transposed().html(with_assets=False)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab of its own, with one notebook."""
    pytest.importorskip("jupyterlab")
    home = tmp_path_factory.mktemp("lab")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    cells = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for i, source in enumerate(CELLS)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (home / "a.ipynb").write_text(json.dumps(book))
    places = {
        name: str(home / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    log = (home / "log").open("w")
    command = [
        sys.executable, "-m", "jupyterlab", f"--port={port}", "--ip=127.0.0.1", "--no-browser", "--allow-root",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={home}",
        "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    server = subprocess.Popen(command, env=os.environ | places, stdout=log, stderr=log, cwd=home)
    try:
        for _ in range(120):
            try:
                urlopen(f"http://127.0.0.1:{port}/api", timeout=1).close()
                break
            except (URLError, OSError):
                assert server.poll() is None, (home / "log").read_text()
                time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)
        log.close()


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_in_jupyterlab_offline_both_ways(lab, browser):
    context = browser.new_context(viewport={"width": 1200, "height": 1400})
    context.set_default_timeout(90_000)
    page, elsewhere = context.new_page(), []
    page.route(
        "**/*",
        lambda route: (
            route.continue_()
            if route.request.url.startswith((lab, "data:", "blob:"))
            else (elsewhere.append(route.request.url), route.abort())
        ),
    )
    page.goto(f"{lab}/lab/tree/a.ipynb?reset")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.wait_for_function("document.querySelector('#jp-main-statusbar').textContent.includes('| Idle')")
    cells = page.locator(".jp-Notebook .jp-CodeCell")

    def run(i):
        cells.nth(i).locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        done = "i => /\\d/.test(document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')[i].textContent)"
        page.wait_for_function(done, arg=i)

    def say(i):
        return cells.nth(i).locator(".cx-say")

    run(0)
    run(1)
    start = explore.conv2d(stride=2)
    assert say(1).text_content() == start.sentence

    # The page moves, and Python reads it.
    cells.nth(1).locator(".cx-draw").press("ArrowRight")
    assert say(1).text_content() == start.set(step=1).sentence
    run(2)
    out = cells.nth(2).locator(".jp-OutputArea-output pre")
    out.wait_for()
    assert out.text_content().strip() == f"PYTHON 1 {start.set(step=1).sentence}"

    # Python moves, and the page shows it.
    run(3)
    moved = start.set(padding=1, step=4)
    page.wait_for_function(
        "wanted => document.querySelector('.cx-say').textContent === wanted", arg=moved.sentence
    )
    assert cells.nth(1).get_by_role("slider", name="padding").input_value() == "1"

    # An explorer that is no widget is alive as an output too, and leaves the address alone.
    address = page.url
    run(4)
    cells.nth(4).get_by_role("button", name="Next step").click()
    assert say(4).text_content() == explore.conv2d(step=2).sentence
    page.wait_for_timeout(400)
    assert page.url == address

    # Every kind is alive as a widget, Python reads its state, and its strip of steps is a picture.
    run(5)
    moved = {}
    for k, kind in enumerate(KINDS):
        e = getattr(explore, kind)()
        moved[kind] = min(e.state["step"] + 1, e._kind.limits(e.state, e._data)["outputs"])
        figure = cells.nth(5).locator("figure.cx").nth(k)
        figure.locator(".cx-draw").press("ArrowRight")
        assert figure.locator(".cx-say").text_content() == e.set(step=moved[kind]).sentence
        assert figure.locator(".cx-draw svg").first.is_visible()
    run(6)
    out = cells.nth(6).locator(".jp-OutputArea-output pre")
    out.wait_for()
    assert out.text_content().strip() == str(moved)
    run(7)
    strips = cells.nth(7).locator(".jp-RenderedSVG")
    strips.nth(len(KINDS) - 1).wait_for()
    assert strips.count() == len(KINDS)
    assert min(strips.nth(k).bounding_box()["width"] for k in range(len(KINDS))) > 100
    assert not [url for url in elsewhere if not url.startswith(("http://localhost", "ws:"))]
    context.close()
