"""Every control of every explorer, moved in a real browser: the page then shows what convlib computes for that state."""

from __future__ import annotations

import numpy as np
import pytest

from convlib import explore
from convlib.explore._kind import high, illegal

pytestmark = pytest.mark.browser

KINDS = [name for name in explore.__all__ if name not in ("Explorer", "script", "style")]
MORE = {
    "correlation": [explore.correlation(view="signal")],
    "channels": [explore.channels(channels=2, filters=2)],
    "wiring": [explore.wiring(channels=2, size=4)],
    "arithmetic": [explore.arithmetic(7, 14, transposed=True)],
    "matrix": [explore.matrix(channels=2, filters=2, kernel=2)],
    "backward": [explore.backward(size=6)],
    "receptive": [explore.receptive(size=33)],
}
"""Starts in which a control is shown, or can be moved, that is not at a kind's own start."""


def same(page, explorer):
    """The page shows what Python draws and says for this state."""
    scene = explorer.scene
    assert page.locator(".cx-say").inner_text() == scene.say
    assert page.locator(".cx-sum").text_content() == scene.sum
    drawn, wanted = page.evaluate(
        "html => { const d = document.createElement('div'); d.innerHTML = html; return [document.querySelector('.cx-draw').innerHTML, d.innerHTML]; }",
        scene.html(),
    )
    assert drawn == wanted


def elsewhere(e, control):
    """A legal state in which this control has another value, or None."""
    name, _, low, *rest = control
    now = e.state.get(name)
    if isinstance(low, dict):
        return next((e.set(**v) for v in low.values() if e.set(**v).state != e.state), None)
    if isinstance(low, bool):
        values = [not now]
    elif isinstance(low, list) and isinstance(low[0], int):
        values = [[v, *now[1:]] for v in range(low[0], low[1] + 1)]
    elif isinstance(low, list):
        values = low
    else:
        top = high(e._kind, control, e.state, e._data) if isinstance(rest[0], str) else rest[0]
        values = sorted(range(low, top + 1), key=lambda v: (abs(v - now - 1), v))
    for value in values:
        state = e.state | {name: value}
        if value != now and not e._kind.check(state, e._data):
            return e.set(**{name: value})
    return None


def operate(page, control, moved):
    """Move one control as a reader does, to the value it has in `moved`."""
    name, label, low, *rest = control
    value = moved.state.get(name)
    if isinstance(low, dict):
        page.get_by_label(label, exact=True).select_option(
            next(k for k, v in low.items() if moved.set(**v).state == moved.state)
        )
    elif isinstance(low, bool):
        page.get_by_label(label, exact=True).set_checked(value)
    elif isinstance(low, list) and isinstance(low[0], int):
        slide(page.get_by_role("slider", name=f"{label} 0", exact=True), value[0])
    elif isinstance(low, list):
        page.get_by_label(label, exact=True).select_option(value)
    elif rest[1:] == ["number"]:
        page.get_by_label(label, exact=True).fill(str(value))
        page.keyboard.press("Tab")
    else:
        slide(page.get_by_role("slider", name=label, exact=True), value)


def slide(slider, value):
    """Set a slider as a finger does."""
    slider.evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', { bubbles: true })); }", str(value)
    )


def shown(page, control):
    """Whether a control can be seen in this state."""
    label = (
        f"{control[1]} 0" if isinstance(control[2], list) and isinstance(control[2][0], int) else control[1]
    )
    return page.get_by_label(label, exact=True).first.is_visible()


@pytest.mark.parametrize("name", KINDS)
def test_every_control_shows_what_convlib_computes(show, name):
    moved = set()
    starts = [getattr(explore, name)(), *MORE.get(name, [])]
    for start in starts:
        page = show(start)
        for control in start._controls:
            other = elsewhere(start, control)
            if control[0] in moved or other is None or not shown(page, control):
                continue
            operate(page, control, other)
            same(page, other)
            assert page.locator(".cx-note").inner_text() == ""
            page.get_by_role("button", name="Reset").click()
            same(page, start)
            moved.add(control[0])
    assert moved == {control[0] for control in starts[0]._controls}


def test_upright_sliders_say_their_values(show):
    page = show(explore.separable())
    said = page.get_by_role("group", name="weights").locator("output")
    assert said.text_content() == "0, 1, 0, 1, −4, 1, 0, 1, 0"
    slide(page.get_by_role("slider", name="weights 4", exact=True), -3)
    assert said.text_content() == "0, 1, 0, 1, −3, 1, 0, 1, 0"


def test_a_slider_of_one_choice_cannot_be_moved(show):
    page = show(explore.wiring(np.eye(8, dtype=int)[:, :, None], size=1))
    ranges = page.locator("input[type=range]").evaluate_all(
        "all => all.filter(e => e.offsetParent).map(e => [e.min === e.max, e.disabled])"
    )
    assert [True, True] in ranges
    assert [False, False] in ranges
    assert all(one == disabled for one, disabled in ranges)


@pytest.mark.parametrize("name", KINDS)
def test_keys_address_and_copied_code(show, name):
    """The arrow key steps, End goes to the last step, the address keeps it, and the code is that state's."""
    e = getattr(explore, name)()
    last = e._kind.limits(e.state, e._data)["outputs"]
    page = show(e)
    drawing = page.locator(".cx-draw")
    drawing.press("Home")
    same(page, e.set(step=0))
    drawing.press("ArrowRight")
    same(page, e.set(step=min(1, last)))
    drawing.press("End")
    same(page, e.set(step=last))
    for dialect, button in (("convlib", "convlib"), ("torch", "PyTorch"), ("keras", "Keras")):
        page.get_by_role("button", name=f"Copy as {button}").click()
        assert page.locator(".cx-code").text_content() == e.set(step=last).code(dialect)
    if last != e.state["step"]:
        page.wait_for_function("name => location.search.includes(name + '.step=')", arg=name)
        page.reload()
        same(page, e.set(step=last))


def refused(e):
    """A control and a value that the kind's own rule refuses, with its words; None where every value is legal."""
    for name, _, low, *rest in e._controls:
        if isinstance(low, int) and not isinstance(low, bool) and rest and isinstance(rest[0], int):
            for value in range(low, rest[0] + 1):
                if why := e._kind.check(e.state | {name: value}, e._data):
                    return name, value, why
    return None


@pytest.mark.parametrize("name", KINDS)
def test_what_cannot_be_is_said_in_words(show, name):
    starts = [getattr(explore, name)(), *MORE.get(name, [])]
    found = next(((e, *bad) for e in starts if (bad := refused(e))), None)
    if found is None:
        assert name in (
            "checkerboard",
            "correlation",
            "separable",
        )  # separable: a list of zeros, in test_browser
        return
    e, control, value, why = found
    page = show(e, address=f"?{name}.{control}={value}")
    assert page.locator(".cx-note").inner_text() == f"The address was not followed: {why}."
    same(page, e)
    assert illegal(e._kind, e._controls, e.state | {control: value}, e._data) == why
    label = next(c[1] for c in e._controls if c[0] == control)
    field = page.get_by_label(label, exact=True)
    if field.get_attribute("type") == "range":
        slide(field, value)
    else:
        field.fill(str(value))
        page.keyboard.press("Tab")
    assert page.locator(".cx-note").inner_text() == f"Not possible: {why}."


# ------------------------------------------------------------ the numbers that the issue and the chapters name
def test_gridding_against_mixed_rates(show):
    e = explore.receptive()
    page = show(e)
    assert "Paths from each input to output 2: 0 0 1 0 3 0 6 0 7 0 6 0 3 0 1 0 0." in page.locator(
        ".cx svg"
    ).get_attribute("aria-label")
    assert (
        "spans 13 positions, 2 to 14. It reads 7 inputs and skips 6" in page.locator(".cx-say").inner_text()
    )
    for j, d in enumerate((1, 2, 5)):
        slide(page.get_by_role("slider", name=f"dilations {j}", exact=True), d)
    same(page, e.set(dilations=[1, 2, 5, 1], step=0))
    assert (
        "spans 17 positions, 0 to 16. It reads 17 inputs; 27 paths lead to it"
        in page.locator(".cx-say").inner_text()
    )


def test_a_click_moves_to_that_output(show):
    page = show(explore.receptive())
    box = page.locator(".cx-draw [data-pick]").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    same(page, explore.receptive(step=4))
    page = show(explore.ink())
    page.locator('.cx-draw [data-go="pour=5"]').click()
    same(page, explore.ink(pour=5))
    page = show(explore.cost())
    box = page.locator(".cx-draw [data-pick]").bounding_box()
    page.mouse.click(box["x"] + 60, box["y"] + box["height"] * 7.5 / 8)
    same(page, explore.cost(kind="depthwise"))


def test_ink_spreads_layer_by_layer(show):
    page = show(explore.ink(step=0))
    for reached in ("1", "1 → 2", "1 → 2 → 4", "1 → 2 → 4 → 8"):
        assert page.locator(".cx-sum").inner_text() == f"{reached} of 8"
        page.get_by_role("button", name="Next step").click()
    page.get_by_label("shuffle channels").uncheck()
    assert page.locator(".cx-sum").inner_text() == "1 → 2 → 2 → 2 of 8"


def test_the_parameters_of_every_kind(show):
    page = show(explore.cost())
    bars = page.locator(".cx-draw text.L").all_text_contents()
    assert bars == [
        "ordinary: 36,864",
        "spatially separable: 24,576",
        "grouped: 9,216",
        "depthwise separable: 4,672",
        "flattened: 4,480",
        "pointwise: 4,096",
        "pointwise grouped: 1,024",
        "depthwise: 576",
    ]
    page.get_by_label("measure").select_option("multiply-adds")
    assert page.locator(".cx-draw text.L").first.text_content() == "ordinary: 115,605,504"
    page.get_by_label("example").select_option("MobileNet v1: 512 to 512, 14×14")
    assert page.locator(".cx-draw text.L").nth(3).text_content() == "depthwise separable: 52,283,392"
