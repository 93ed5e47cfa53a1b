"""Every explorer in a real browser: what a click sets, how long a step takes, and what stands there without a script."""

from __future__ import annotations

import re
from html import unescape

import pytest

from convlib import explore

pytestmark = pytest.mark.browser

KINDS = [name for name in explore.__all__ if name not in ("Explorer", "script", "style")]


def same(page, explorer):
    """The page shows what Python draws and says for this state."""
    scene = explorer.scene
    assert page.locator(".cx-say").inner_text() == scene.say
    drawn, wanted = page.evaluate(
        "html => { const d = document.createElement('div'); d.innerHTML = html; return [document.querySelector('.cx-draw').innerHTML, d.innerHTML]; }",
        scene.html(),
    )
    assert drawn == wanted


def settings(e, go):
    """What `step=5&cell=-1` sets, as Python values."""
    now = e.state
    read = {str: str, int: int, bool: lambda t: t == "true"}
    pairs = [pair.split("=") for pair in go.split("&")]
    return {name: read[type(now[name])](value) for name, value in pairs}


def spread(items, most):
    """At most so many of the items, from the first to the last."""
    kept = list(dict.fromkeys(items))
    return [kept[j * (len(kept) - 1) // max(most - 1, 1)] for j in range(min(most, len(kept)))]


@pytest.mark.parametrize("name", KINDS)
def test_a_click_sets_what_it_says(show, name):
    start = getattr(explore, name)()
    html = start.scene.html() + start.scene.rest
    goes = spread(map(unescape, re.findall(r'data-go="([^"]*)"', html)), 7)
    picks = spread(re.findall(r'data-pick="([^"]*)"', html), 3)
    assert goes or picks
    page = show(start)
    for go in goes:
        page.locator(f"[data-go={go!r}]").first.click()
        same(page, start.set(**settings(start, go)))
        page.get_by_role("button", name="Reset").click()
    for pick in picks:
        what, columns, rows = pick.split(",")
        for share in (0.2, 0.7):
            box = page.locator(f"[data-pick={pick!r}]").first.bounding_box()
            page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] * share)
            column, row = (int(share * int(many)) for many in (columns, rows))
            same(page, start.set(**{what: row * int(columns) + column}))
            page.get_by_role("button", name="Reset").click()


@pytest.mark.parametrize("name", KINDS)
def test_without_script_its_picture_and_sentence_stand(show, name):
    e = getattr(explore, name)()
    page = show(e, java_script_enabled=False)
    assert page.locator(".cx-say").inner_text() == e.sentence
    assert page.locator(".cx svg").first.is_visible()
    assert page.locator("button, input, select").count() == 0


@pytest.mark.parametrize("name", KINDS)
def test_a_step_on_the_page_takes_less_than_a_frame(show, name):
    """From the wish to the laid out page, at the start's sizes; the quickest fifth, for other programs run beside."""
    page = show(getattr(explore, name)())
    ms = page.evaluate(
        """() => { const slider = document.querySelector('.cx-bar input'), all = [];
           for (let i = 0; i < 90; i++) {
             const t = performance.now();
             slider.value = i % (Number(slider.max) + 1);
             slider.dispatchEvent(new Event('input', { bubbles: true }));
             document.body.offsetHeight;
             all.push(performance.now() - t);
           }
           return all.sort((a, b) => a - b)[20]; }"""
    )
    assert ms < 16
