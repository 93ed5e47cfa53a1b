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

    def __init__(self, browser, size=(1280, 900), scheme="light", script=True):
        self.foreign, self.errors, self.base = [], [], ""
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            java_script_enabled=script,
            bypass_csp=True,
        )
        self.context.set_default_timeout(120_000)  # a loaded machine is slow, not wrong
        self.page = self.context.new_page()
        self.page.on("request", self._note)
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note(self, request):
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.foreign.append(request.url)

    def go(self, base, name):
        """Open a page of the site at this address; what earlier ones asked for is forgotten."""
        self.base = base
        self.foreign.clear()
        self.errors.clear()
        # the site's root leads on at once, maybe before it has loaded
        self.page.goto(base + name, wait_until="commit" if name == "index.html" else "load")
        return self


@pytest.fixture
def tab(browser, server):
    """Open a page of the site in a view of its own."""
    opened = []

    def go(name, base=server, **view):
        opened.append(Tab(browser, **view))
        return opened[-1].go(base, name)

    yield go
    for one in opened:
        one.context.close()


@pytest.fixture(scope="session")
def visit(browser, server):
    """Open a page of the site in the one tab that all such visits share: a new tab costs more than most pages."""
    tabs = {}

    def go(name, base=server, script=True):
        if script not in tabs:
            tabs[script] = Tab(browser, script=script)
        return tabs[script].go(base, name)

    yield go
    for one in tabs.values():
        one.context.close()
