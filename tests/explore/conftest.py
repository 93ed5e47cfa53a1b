"""What the explorers' tests share: the script in node, and pages in a browser with the network blocked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from convlib import explore

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def script(need, tmp_path_factory):
    """Ask the explorers' script, run by node, about a list of cases."""
    beside = Path(sys.executable).parent / "node"
    node = need(str(beside) if beside.exists() else shutil.which("node"), "there is no node")
    file = tmp_path_factory.mktemp("explore") / "explore.js"
    file.write_text(explore.script(), "utf-8")

    def ask(cases):
        done = subprocess.run(
            [node, str(HERE / "parity.mjs"), str(file)],
            input=json.dumps(cases),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-600:]
        return json.loads(done.stdout)

    return ask


@pytest.fixture
def show(browser, tmp_path):
    """Open a page from disk that holds these explorers; fail on any request that leaves the disk, and any error."""
    contexts, problems = [], []

    def open_page(*explorers, before="", after="", address="", theme="light", scale=None, **context):
        body = before + "".join(e if isinstance(e, str) else e.html() for e in explorers) + after
        file = tmp_path / "page.html"
        file.write_text(
            f'<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Explorers</title></head>'
            f"<body><main><h1>Explorers</h1>{body}</main></body></html>",
            "utf-8",
        )
        kept = browser.new_context(**context)
        contexts.append(kept)
        page = kept.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else problems.append(r.url))
        page.goto(file.as_uri() + address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not problems
