"""The built site, a browser that reaches nothing else, and the views in which every page is looked at."""

import functools
import http.server
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SITE = ROOT / "_build" / "html"
sys.path.insert(0, str(ROOT))


@pytest.fixture(scope="session")
def site(need) -> Path:
    """The built site's folder."""
    need((SITE / "index.html").is_file(), "the site is not built: run `make book`")
    return SITE


@pytest.fixture(scope="session")
def server(site):
    """The site's address on this machine."""
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *a: None})
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(quiet, directory=str(site)))
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}/"
    running.shutdown()


class Tab:
    """A page of the browser that notes what it asked for from elsewhere and what it complained about."""

    def __init__(self, browser, allowed, size=(1280, 900), scheme="light", script=True):
        self.foreign, self.errors = [], []
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            java_script_enabled=script,
            bypass_csp=True,
        )
        self.context.set_default_timeout(120_000)  # a loaded machine is slow, not wrong
        self.page = self.context.new_page()
        self.page.route("**/*", functools.partial(self._route, allowed))
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _route(self, allowed, route):
        if route.request.url.startswith((allowed, "data:", "blob:")):
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()


@pytest.fixture
def tab(browser, server):
    """Open a page of the site in a view of its own."""
    opened = []

    def go(name, base=server, **view):
        tab = Tab(browser, base, **view)
        opened.append(tab)
        tab.page.goto(base + name, wait_until="load")
        return tab

    yield go
    for one in opened:
        one.context.close()
