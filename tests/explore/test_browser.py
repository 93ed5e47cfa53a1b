"""The explorers in a real browser, from disk, without the network: every control, its keys, its words."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from convlib import explore

pytestmark = pytest.mark.browser


def say(page, n=0):
    return page.locator(".cx-say").nth(n).inner_text()


def note(page):
    return page.locator(".cx-note").inner_text()


def slide(page, label, value):
    """Set a slider as a finger does."""
    page.get_by_role("slider", name=label, exact=True).evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', { bubbles: true })); }", str(value)
    )


def drawn(page):
    return page.locator(".cx-draw").inner_html()


def same(page, explorer):
    """What the page shows is what Python draws and says for this state."""
    assert say(page) == explorer.sentence
    assert page.locator(".cx-sum").inner_text() == explorer.scene.sum
    again = page.evaluate(
        "html => { const d = document.createElement('div'); d.innerHTML = html; return d.innerHTML; }",
        explorer.scene.html(),
    )
    assert drawn(page) == again


# ------------------------------------------------------------ conv2d, control by control
@pytest.mark.parametrize(
    ("label", "name", "value"),
    [
        ("step", "step", 4),
        ("input size", "size", 7),
        ("kernel size", "kernel", 2),
        ("stride", "stride", 2),
        ("padding", "padding", 2),
        ("dilation", "dilation", 2),
        ("follow input", "cell", 7),
    ],
)
def test_every_slider_of_conv2d(show, label, name, value):
    e = explore.conv2d()
    page = show(e)
    slide(page, label, value)
    same(page, e.set(**{name: value}))
    assert page.get_by_role("slider", name=label, exact=True).input_value() == str(value)


def test_padding_mode(show):
    e = explore.conv2d(padding=1)
    page = show(e)
    page.get_by_label("padding mode").select_option("circular")
    same(page, e.set(padding_mode="circular"))


def test_keys_step_and_go_to_the_ends(show):
    e = explore.conv2d()
    page = show(e)
    page.locator(".cx-draw").focus()
    page.keyboard.press("ArrowRight")
    same(page, e.set(step=1))
    page.keyboard.press("End")
    same(page, e.set(step=8))
    page.keyboard.press("ArrowRight")
    same(page, e.set(step=8))
    page.keyboard.press("ArrowLeft")
    same(page, e.set(step=7))
    page.keyboard.press("Home")
    same(page, e)


def test_everything_by_the_keyboard(show):
    """Tab reaches every control, and arrow keys move it."""
    e = explore.conv2d()
    page = show(e)
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "document.activeElement.getAttribute('aria-label') || (document.activeElement.labels?.[0] || document.activeElement).textContent"
            )
        )
        if reached[-1] == "stride":
            page.keyboard.press("ArrowRight")
            same(page, e.set(stride=2))
            page.keyboard.press("ArrowLeft")
    for wanted in ("Previous step", "step", "Next step", "Play", "input size", "kernel size", "stride", "padding", "dilation",
                   "padding mode", "follow input", "Reset", "Copy as convlib", "Copy as PyTorch", "Copy as Keras"):  # fmt: skip
        assert wanted in reached


def test_click_on_an_output_and_on_an_input(show):
    e = explore.conv2d()
    page = show(e)
    page.locator('.cx-draw svg[aria-label^="output"] [data-go="step=5&cell=-1"]').click()
    same(page, e.set(step=5))
    page.locator('.cx-draw svg[aria-label^="input"] [data-go="cell=7"]').click()
    same(page, e.set(step=5, cell=7))
    assert say(page).startswith("Input x[1, 2] = 3 feeds 6 of 9 outputs.")
    page.locator('.cx-draw svg[aria-label^="input"] [data-go="cell=-1"]').click()
    same(page, e.set(step=5))


def test_an_illegal_wish_says_why(show):
    e = explore.conv2d(size=4)
    page = show(e)
    slide(page, "dilation", 3)
    assert note(page) == (
        "Not possible: the kernel does not fit: 3 wide with dilation 3 it spans 7, the input with its padding only 4 + 2·0 = 4."
    )
    assert page.get_by_role("slider", name="dilation").input_value() == "1"
    same(page, e)
    slide(page, "input size", 1)
    same(page, e.set(size=3))
    slide(page, "stride", 2)
    assert note(page) == ""


def test_dropped_pixels_are_crossed_out(show):
    page = show(explore.conv2d(size=6, stride=2))
    assert page.locator('svg[aria-label^="input"] path.x').count() == 11
    assert "11 input values are read by no output (crossed out)" in say(page)


def test_play_and_pause(show):
    page = show(explore.conv2d(), reduced_motion="no-preference")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('.cx-say').textContent.startsWith('Step 3 of 9')")
    page.get_by_role("button", name="Pause").click()
    stopped = say(page)
    page.wait_for_timeout(1000)
    assert say(page) == stopped
    slide(page, "step", 8)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('.cx-say').textContent.startsWith('Step 2 of 9')")


def test_no_play_where_motion_is_reduced(show):
    page = show(explore.conv2d(), reduced_motion="reduce")
    assert page.get_by_role("button", name="Play").count() == 0
    page.get_by_role("button", name="Next step").click()
    assert say(page).startswith("Step 2 of 9")


def test_reset_and_copy(show):
    e = explore.conv2d(stride=2)
    page = show(e, permissions=["clipboard-read", "clipboard-write"])
    slide(page, "padding", 1)
    page.get_by_role("button", name="Copy as PyTorch").click()
    page.wait_for_function("document.querySelector('.cx-note').textContent !== ''")
    assert page.locator(".cx-code").inner_text().strip() == e.set(padding=1).code("torch").strip()
    assert note(page) in ("Copied.", "The code is selected: copy it.")
    page.get_by_role("button", name="Reset").click()
    same(page, e)
    assert page.locator(".cx-code").inner_text().strip() == e.code("torch").strip()


# ------------------------------------------------------------ the other kinds
@pytest.mark.parametrize(
    ("label", "name", "value"),
    [
        ("step", "step", 12), ("input size", "size", 3), ("kernel size", "kernel", 2), ("stride", "stride", 1),
        ("padding (crop)", "padding", 1), ("output padding", "output_padding", 1), ("dilation", "dilation", 2), ("follow input", "cell", 3),
    ],
)  # fmt: skip
def test_every_slider_of_transposed(show, label, name, value):
    e = explore.transposed()
    page = show(e)
    slide(page, label, value)
    same(page, e.set(**{name: value}))


@pytest.mark.parametrize(
    ("label", "name", "value"),
    [
        ("input size", "size", 8),
        ("kernel size", "kernel", 5),
        ("stride", "stride", 3),
        ("padding p", "p", 2),
        ("target size", "target", 14),
    ],
)
def test_every_number_of_arithmetic(show, label, name, value):
    e = explore.arithmetic()
    page = show(e)
    page.get_by_label(label, exact=True).fill(str(value))
    page.keyboard.press("Tab")
    same(page, e.set(**{name: value}))


def test_arithmetic_solves_and_follows(show):
    e = explore.arithmetic(7, transposed=True)
    page = show(e)
    page.get_by_label("target size").fill("14")
    page.keyboard.press("Tab")
    assert page.locator(".cx-rest button").count() == 15
    page.get_by_role("button", name="k=4, stride=2, padding=1, output_padding=0").press("Enter")
    same(page, e.set(target=14, kernel=4, p=1))
    assert (
        page.locator(".cx-rest button[aria-pressed=true]").inner_text()
        == "k=4, stride=2, padding=1, output_padding=0"
    )
    assert page.evaluate("document.activeElement.textContent") == "k=4, stride=2, padding=1, output_padding=0"
    page.get_by_label("operation").select_option("convolution")
    page.get_by_label("padding", exact=True).select_option("same")
    slide(page, "dilation", 2)
    same(page, e.set(way="convolution", target=14, kernel=4, p=1, padding="same", dilation=2))
    page.get_by_label("Dumoulin and Visin").select_option("14: the same, a position more")
    same(page, e.set(target=14, kernel=3, p=1, output_padding=1, size=3))
    slide(page, "output padding", 0)
    slide(page, "step", 2)
    same(page, e.set(target=14, kernel=3, p=1, size=3, step=2))


def test_arithmetic_says_what_is_out_of_range(show):
    page = show(explore.arithmetic())
    page.get_by_label("stride", exact=True).fill("900")
    page.keyboard.press("Tab")
    assert note(page) == "Not possible: stride must be an integer from 1 to 64, not 900."
    assert page.get_by_label("stride", exact=True).input_value() == "64"


def test_correlation(show):
    e = explore.correlation()
    page = show(e)
    page.get_by_label("turn the kernel").check()
    same(page, e.set(reverse=True))
    hit = page.locator('svg[aria-label^="output"] [data-pick]')
    box = hit.bounding_box()
    hit.click(position={"x": box["width"] * 3.5 / 23, "y": box["height"] * 15.5 / 19})
    same(page, e.set(reverse=True, step=15 * 23 + 3))
    slide(page, "step", 7)
    same(page, e.set(reverse=True, step=7))
    page.get_by_label("shown").select_option("signal")
    slide(page, "signal 0", 5)
    slide(page, "kernel 2", -2)
    kept = e.set(view="signal", reverse=True, step=7)
    same(page, kept.set(signal=[5, *kept.state["signal"][1:]], kernel=[1, 2, -2]))


def test_one_and_three_dimensions(show):
    for e in (explore.conv1d(), explore.conv3d()):
        page = show(e)
        slide(page, "stride", 2)
        slide(page, "padding", 1)
        page.locator(".cx-draw").press("End")
        last = e.set(stride=2, padding=1)
        steps = last._kind.limits(last.state, last._data)["outputs"]
        same(page, last.set(step=steps))


@pytest.mark.parametrize(
    ("label", "name", "value"),
    [
        ("step", "step", 3), ("input size", "size", 4), ("channels", "channels", 3), ("kernel size", "kernel", 2),
        ("stride", "stride", 2), ("padding", "padding", 1), ("dilation", "dilation", 2), ("follow input", "cell", 3),
    ],
)  # fmt: skip
def test_every_slider_of_wiring(show, label, name, value):
    e = explore.wiring()
    page = show(e)
    slide(page, label, value)
    same(page, e.set(**{name: value}))


def test_groups_shuffle_turn_and_sort(show):
    e = explore.wiring(channels=4, size=3, kernel=2)
    page = show(e)
    slide(page, "groups", 3)
    assert note(page) == "Not possible: 3 groups do not divide 4 channels."
    slide(page, "groups", 2)
    same(page, e.set(groups=2))
    page.get_by_label("shuffle channels").check()
    same(page, e.set(groups=2, shuffle=True))
    page.get_by_label("sort into blocks").check()
    same(page, e.set(groups=2, shuffle=True, sort=True))
    assert "Blocks that share no wire: 2 (4×6, 4×6)" in say(page)
    page.get_by_label("turn the arrows").check()
    same(page, e.set(groups=2, shuffle=True, sort=True, turn=True))


@pytest.mark.parametrize(
    ("label", "name", "value"),
    [
        ("step", "step", 5), ("input size", "size", 5), ("kernel size", "kernel", 1), ("padding", "padding", 1),
        ("input channels", "channels", 4), ("output channels", "filters", 3), ("groups", "groups", 2), ("stacked layers", "layers", 3),
        ("follow input", "cell", 9),
    ],
)  # fmt: skip
def test_every_slider_of_channels(show, label, name, value):
    e = explore.channels(channels=2, filters=2)
    page = show(e)
    if name in ("channels", "filters"):
        assert e.set(**{name: value}).state[name] == value
    slide(page, label, value)
    same(page, e.set(**{name: value}))


def test_shuffle_of_channels_and_a_refused_group(show):
    e = explore.channels(channels=4, filters=4, layers=2)
    page = show(e)
    slide(page, "groups", 3)
    assert note(page) == "Not possible: 3 groups do not divide 4 input channels."
    slide(page, "groups", 2)
    same(page, e.set(groups=2))
    assert "sees 2 of 4 input channels" in say(page)
    page.get_by_label("shuffle channels").check()
    same(page, e.set(groups=2, shuffle=True))
    assert "sees 4 of 4 input channels" in say(page)


def test_checkerboard(show):
    e = explore.checkerboard()
    page = show(e)
    assert page.get_by_role("slider", name=re.compile("weights")).count() == 3
    slide(page, "weights 1", 2)
    same(page, e.set(weights=[1, 2, 1, 1, 1, 1]))
    assert "The phase sums 2, 2 are equal" in say(page)
    slide(page, "kernel size", 4)
    slide(page, "stride", 3)
    slide(page, "input size", 4)
    slide(page, "step", 6)
    same(page, e.set(weights=[1, 2, 1, 1, 1, 1], kernel=4, stride=3, size=4, step=6))
    assert page.get_by_role("slider", name=re.compile("weights")).count() == 4


def test_a_row_of_the_matrix_and_its_window(show):
    e = explore.matrix(np.arange(1, 17).reshape(4, 4), np.arange(1, 10).reshape(3, 3))
    page = show(e)
    hit = page.locator('svg[aria-label^="C, 4×16"] [data-pick]')
    box = hit.bounding_box()
    hit.click(position={"x": box["width"] / 2, "y": box["height"] * 2.5 / 4})
    same(page, e.set(step=2))
    assert say(page).startswith("Drawn row 2 of C, 4×16 makes y[0, 1, 0] = 528 from 9 of 16 inputs.")
    assert page.locator('svg[aria-label^="input"] path.i.h').count() == 9
    page.get_by_label("transpose").check()
    assert "Cᵀ, 16×4" in say(page)
    page.locator('svg[aria-label^="input"] [data-go="step=5"]').click()
    same(page, e.set(turn=True, step=5))
    assert say(page).startswith("Drawn row 5 of Cᵀ, 16×4 makes x[0, 1, 1] = 23 from 4 of 4 outputs.")


def test_groups_are_blocks_and_the_shuffle_is_a_permutation(show):
    e = explore.matrix(channels=4, filters=4, size=4, kernel=2, flat=True)
    page = show(e)
    slide(page, "groups", 3)
    assert note(page) == "Not possible: 3 groups do not divide 4 input channels."
    slide(page, "groups", 2)
    assert "Blocks that share no wire: 2 (6×8, 6×8)." in say(page)
    page.get_by_label("shuffle channels").check()
    assert page.locator('svg[aria-label^="P, 12×12"]').count() == 1
    page.get_by_label("sort into blocks").check()
    same(page, e.set(groups=2, shuffle=True, sort=True))


def test_where_gradients_go(show):
    e = explore.backward([[1, 2, 3], [4, 5, 6]], [[10, 20]], [[1, -1], [2, 3]])
    page = show(e)
    assert (
        say(page)
        == "Step 1 of 4: dL/dy[0, 0] = 1 goes back to 2 inputs, times the weight, and to 2 weights, times the input."
    )
    page.locator('svg[aria-label^="gradient"] [data-go^="step=3"]').click()
    same(page, e.set(step=3))
    page.locator('svg[aria-label^="kernel"] [data-go="cell=-1&weight=1"]').click()
    same(page, e.set(step=3, weight=1))
    assert page.locator(".cx-sum").inner_text() == "dL/dw[0, 1] = 2·1 + 3·(−1) + 5·2 + 6·3 = 27"
    page.locator('svg[aria-label^="input"] [data-go="cell=4&weight=-1"]').click()
    same(page, e.set(step=3, cell=4))
    assert page.locator(".cx-sum").inner_text() == "dL/dx[1, 1] = 20·2 + 10·3 = 70"
    page.locator(".cx-draw").press("Home")
    same(page, e)


def test_a_kernel_is_edited_and_its_rank_follows(show):
    e = explore.separable([[1, 2], [2, 4]])
    page = show(e)
    assert say(page).startswith(
        "Rank 1: it is separable. The nearest one differs from the kernel by 0 of its size."
    )
    slide(page, "weights 3", 0)
    same(page, e.set(weights=[1, 2, 2, 0]))
    assert say(page).startswith("Rank 2: it takes 2 separable kernels to give it.")
    page.locator(".cx-draw").press("End")
    same(page, e.set(weights=[1, 2, 2, 0], step=1))
    for name in ("weights 0", "weights 1", "weights 2"):
        slide(page, name, 0)
    assert note(page) == "Not possible: a kernel of zeros has rank 0: there is nothing to separate."


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(show, theme):
    axe = Path(explore.__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
    if not axe.exists():
        pytest.skip("axe-core is not installed: run npm ci")
    page = show(
        explore.conv2d(stride=2, size=6), explore.conv1d(), explore.conv3d(), explore.transposed(), explore.wiring(),
        explore.arithmetic(7, 14, transposed=True), explore.correlation(), explore.correlation(view="signal"), explore.channels(), explore.checkerboard(), explore.receptive(), explore.ink(), explore.cost(),
        explore.matrix(channels=2, filters=2, shuffle=True), explore.backward(), explore.separable(), explore.separable(np.ones((2, 3, 3))),
        theme=theme,
    )  # fmt: skip
    if theme == "dark":
        page.add_style_tag(content="body { background: #14181e; color: #e6edf3 }")
    page.get_by_role("button", name="Copy as Keras").first.click()
    page.add_script_tag(path=str(axe))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []


# ------------------------------------------------------------ the page around
def test_the_address_carries_the_state_beside_sections_and_other_explorers(show):
    a, b = explore.conv2d(), explore.conv2d(stride=2, name="second")
    c = explore.conv2d()
    page = show(a, b, c, after='<h2 id="part">Part</h2>', address="?conv2d.stride=3&second.step=2&x=1#part")
    assert say(page, 0) == a.set(stride=3).sentence
    assert say(page, 1) == b.set(step=2).sentence
    assert say(page, 2) == c.sentence
    page.locator(".cx-draw").nth(2).press("ArrowRight")
    page.locator(".cx-draw").nth(1).press("Home")
    page.wait_for_function("location.search.includes('conv2d-2') && !location.search.includes('second')")
    url = page.url.split("?")[1]
    assert url == "conv2d.stride=3&x=1&conv2d-2.step=1#part"
    page.reload()
    assert say(page, 2) == c.set(step=1).sentence
    assert page.locator("figure").evaluate_all("all => all.map(f => f.id)") == [
        "conv2d",
        "second",
        "conv2d-2",
    ]


def test_an_impossible_address_is_not_followed(show):
    e = explore.conv2d()
    page = show(e, address="?conv2d.dilation=4")
    same(page, e)
    assert note(page).startswith("The address was not followed: the kernel does not fit")
    page = show(e, address="?conv2d.stride=99")
    assert note(page) == "The address was not followed: stride must be an integer from 1 to 4, not 99."


def test_without_script_picture_and_sentence_stand_and_nothing_is_dead(show):
    e = explore.conv2d(step=4)
    page = show(e, java_script_enabled=False)
    assert page.locator(".cx-say").inner_text() == e.sentence
    assert page.locator(".cx svg").first.is_visible()
    assert page.locator("button, input, select").count() == 0


def test_names_roles_and_live_region(show):
    page = show(explore.conv2d(), explore.arithmetic(7, 14), explore.correlation(view="signal"))
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('.cx input, .cx select, .cx button, .cx svg')].filter(e =>
           !(e.getAttribute('aria-label') || (e.labels && e.labels.length) || e.tagName === 'BUTTON' && e.textContent)).length"""
    )
    assert nameless == 0
    assert page.locator(".cx-say").first.get_attribute("aria-live") == "polite"
    assert page.locator(".cx-note").first.get_attribute("role") == "status"
    assert page.locator(".cx svg:not([role=img])").count() == 0
    label = page.locator("svg").first.get_attribute("aria-label")
    assert label == "input 5×5: 3 1 4 1 0; 3 0 3 4 2; 3 4 1 2 1; 3 2 2 4 0; 4 1 4 2 1."


@pytest.mark.parametrize("width", [360, 390, 740, 1200])
def test_no_horizontal_scrolling_and_targets_large_enough(show, width):
    page = show(
        explore.conv2d(size=7, padding=1), explore.transposed(), explore.arithmetic(7, 14, transposed=True),
        explore.correlation(), explore.conv3d(padding=1), explore.correlation(view="signal"), explore.receptive(size=33), explore.ink(16, 4), explore.cost(),
        explore.matrix(), explore.backward(), explore.separable(np.ones((3, 3, 3))),
        viewport={"width": width, "height": 800},
    )  # fmt: skip
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.evaluate(
        """() => [...document.querySelectorAll('.cx button, .cx input, .cx select')].filter(e => e.offsetParent)
           .map(e => e.getBoundingClientRect()).filter(r => r.width < 24 || r.height < 24).length"""
    )
    assert small == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_contrast(show, theme):
    """Text of the explorer has at least 4.5:1 against its ground, whatever the page around is."""
    page = show(explore.conv2d(stride=2, size=6), theme=theme)
    page.evaluate("document.querySelector('.cx-note').textContent = 'Not possible'")
    worst = page.evaluate(
        """() => {
          const rgb = c => c.match(/[\\d.]+/g).slice(0, 3).map(Number);
          const lum = c => { const [r, g, b] = rgb(c).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
          const ground = lum(getComputedStyle(document.querySelector('.cx')).backgroundColor);
          const ratio = c => { const l = lum(c); return (Math.max(l, ground) + .05) / (Math.min(l, ground) + .05); };
          return Math.min(...['.cx-say', '.cx-sum', '.cx-note', '.cx label', '.cx button'].map(q => ratio(getComputedStyle(document.querySelector(q)).color)),
            ratio(getComputedStyle(document.querySelector('.cx text')).fill));
        }"""
    )
    assert worst >= 4.5
    ground = page.locator(".cx").evaluate("e => getComputedStyle(e).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 30)"}[theme]


def test_print_shows_the_state_without_controls(show):
    page = show(explore.conv2d(), theme="dark")
    page.locator(".cx-draw").press("End")
    page.emulate_media(media="print")
    assert say(page).startswith("Step 9 of 9")
    assert not page.get_by_role("slider").first.is_visible()
    assert page.locator(".cx-draw svg").first.is_visible()
    assert page.locator(".cx").evaluate("e => getComputedStyle(e).color") == "rgb(28, 33, 39)"


def test_a_step_takes_less_than_a_frame(show):
    page = show(explore.conv2d())
    ms = page.evaluate(
        """() => { const e = convexplore.all.conv2d, all = [];
           for (let i = 0; i < 90; i++) { const t = performance.now(); e.want({ step: i % 9, cell: -1 }); document.body.offsetHeight; all.push(performance.now() - t); }
           return all.sort((a, b) => a - b)[30]; }"""
    )
    assert ms < 16


def test_the_script_may_come_many_times(show):
    e = explore.conv2d()
    page = show(e, e, e)
    assert page.locator(".cx-bar").count() == 3
    page.evaluate(
        "s => { const t = document.createElement('script'); t.textContent = s; document.body.append(t); }",
        explore.script(),
    )
    page.wait_for_timeout(50)
    assert page.locator(".cx-bar").count() == 3


def test_a_reader_s_array_and_its_weight_on_the_page():
    e = explore.conv2d(np.arange(35).reshape(5, 7) / 4, [[1, 0.5], [-1, 2], [0, 0.25]], stride=2)
    own = e.html(with_assets=False)
    assert len(re.sub(r"<svg.*?</svg>", "", own, flags=re.S).encode()) < 6000
