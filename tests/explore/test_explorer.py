"""The explorers' Python face: states, errors, stills, code, HTML, the palette and the assets."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from convlib import explore
from convlib.explore import assets
from convlib.explore._text import fmt
from convlib.explore.palette import CHANNELS, PALETTE
from convlib.separable import best_separable
from convlib.shapes import ShapeError
from publish.explorers import OURS

KINDS = [name for name in explore.__all__ if name not in ("Explorer", "script", "style")]


# ------------------------------------------------------------ what cannot be is said in words
@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: explore.conv2d(np.ones((1, 5, 5))), ShapeError,
         "conv2d: x must have 2 axes (H, W), without batch and channel, but has 3: its shape is (1, 5, 5)."),
        (lambda: explore.conv1d(3), ShapeError,
         "conv1d: x must have 1 axis (W), without batch and channel, but has 0: its shape is ()."),
        (lambda: explore.conv2d(weight=np.ones(3)), ShapeError,
         "conv2d: weight must have 2 axes (H, W), without batch and channel, but has 1: its shape is (3,)."),
        (lambda: explore.conv2d([[1, 2], [3, np.nan]]), ValueError,
         "conv2d: x[1, 1] is nan: an explorer needs finite numbers."),
        (lambda: explore.conv2d(weight=[[np.inf]]), ValueError,
         "conv2d: weight[0, 0] is inf: an explorer needs finite numbers."),
        (lambda: explore.conv2d(np.ones((64, 80))), ShapeError,
         "conv2d: x of shape (64, 80) is too large to draw: at most 14 on every axis. Pass a part of it, such as x[:14, :14]."),
        (lambda: explore.conv2d(np.ones((0, 3))), ShapeError, "conv2d: x is empty: its shape is (0, 3)."),
        (lambda: explore.conv2d([[1, 2], [3]]), ShapeError,
         "conv2d: x is ragged: every row needs as many values as the first."),
        (lambda: explore.conv2d([[1j]]), TypeError, "conv2d: x must hold real numbers, not complex128."),
        (lambda: explore.conv2d([["a"]]), TypeError, "conv2d: x must hold real numbers, not <U1."),
        (lambda: explore.conv2d(np.ones((2, 2)), np.ones((3, 3))), ShapeError,
         "conv2d: the kernel does not fit: 3 wide with dilation 1 it spans 3, the input with its padding only 2 + 2·0 = 2."),
        (lambda: explore.conv2d(stride=9), ShapeError, "conv2d: stride must be an integer from 1 to 4, not 9."),
        (lambda: explore.conv2d(stride=(1, 2)), ShapeError, "conv2d: stride must be an integer from 1 to 4, not (1, 2)."),
        (lambda: explore.conv2d(padding="same"), ShapeError, "conv2d: padding must be an integer from 0 to 4, not same."),
        (lambda: explore.conv2d(step=9), ShapeError, "conv2d: step must be an integer from 0 to 8, not 9."),
        (lambda: explore.conv2d(cell=25), ShapeError, "conv2d: follow input must be an integer from -1 to 24, not 25."),
        (lambda: explore.conv2d(padding_mode="wrap"), ShapeError,
         "conv2d: padding mode must be one of zeros, reflect, replicate, circular, not wrap."),
        (lambda: explore.conv2d(size=3, padding=3, padding_mode="reflect"), ShapeError,
         "conv2d: reflect padding must be smaller than the input: padding 3, input 3."),
        (lambda: explore.conv2d(size=2, kernel=1, padding=3, padding_mode="circular"), ShapeError,
         "conv2d: circular padding must not exceed the input: padding 3, input 2."),
        (lambda: explore.conv2d(size=9, padding=3), ShapeError,
         "conv2d: an input of 15 with its padding is too large to draw (at most 14)."),
        (lambda: explore.conv2d(name="1st"), ValueError,
         "conv2d: name must be letters, digits, - and _, a letter first, not '1st'."),
        (lambda: explore.conv2d().set(strid=2), TypeError,
         "conv2d: there is no setting 'strid'; there are step, size, kernel, stride, padding, dilation, padding_mode, cell."),
        (lambda: explore.conv2d().code("jax"), ValueError,
         "conv2d: dialect must be one of convlib, torch, keras, not 'jax'."),
        (lambda: explore.conv2d().steps(range(40)), ValueError,
         "conv2d: a strip has 1 to 36 steps, not 40; choose some with which=[…]."),
        (lambda: explore.transposed(output_padding=2), ShapeError,
         "transposed: output padding must be less than the stride or the dilation: output padding 2, stride 2, dilation 1."),
        (lambda: explore.transposed([1], [1, 2], padding=1, stride=1), ShapeError,
         "transposed: nothing is left of the output: (1 − 1)·1 − 2·1 + 1·(2 − 1) + 0 + 1 = 0."),
        (lambda: explore.transposed(np.ones((5, 5)), np.ones((3, 3)), stride=4), ShapeError,
         "transposed: an output of 19 before cropping is too large to draw (at most 11)."),
        (lambda: explore.transposed(np.ones((2, 2)), np.ones(3)), ShapeError,
         "transposed: weight must have 2 axes (H, W), without batch and channel, but has 1: its shape is (3,)."),
        (lambda: explore.arithmetic(2, kernel=5), ShapeError,
         "arithmetic: the kernel does not fit: it spans 5, the input with its padding only 2 + 0 + 0 = 2."),
        (lambda: explore.arithmetic(7, output_padding=1), ShapeError,
         "arithmetic: output padding belongs to a transposed convolution."),
        (lambda: explore.arithmetic(7, padding="same", transposed=True, output_padding=1), ShapeError,
         "arithmetic: SAME fixes the size: output padding must be 0."),
        (lambda: explore.channels(channels=3, groups=2), ShapeError,
         "channels: 2 groups do not divide 3 input channels."),
        (lambda: explore.channels(channels=2, filters=3, groups=2), ShapeError,
         "channels: 2 groups do not divide 3 output channels."),
        (lambda: explore.channels(np.ones((3, 4, 4)), np.ones((2, 1, 3, 3))), ShapeError,
         "channels: the kernels have 1 channel, but each group has 3."),
        (lambda: explore.channels(layers=2), ShapeError,
         "channels: a stack needs as many output as input channels: 2 and 3."),
        (lambda: explore.channels(size=2), ShapeError,
         "channels: the kernel does not fit: 3×3 on an input of 2×2 with padding 0."),
        (lambda: explore.channels(np.ones((4, 4))), ShapeError,
         "channels: x must have 3 axes (C_in, H, W), but has 2: its shape is (4, 4)."),
        (lambda: explore.wiring(channels=4, groups=3), ShapeError, "wiring: 3 groups do not divide 4 channels."),
        (lambda: explore.wiring(channels=8), ShapeError,
         "wiring: 48 inputs and 32 outputs are too many dots to draw (at most 24 each)."),
        (lambda: explore.wiring([1, np.nan]), ValueError,
         "wiring: weight[1] is nan: an explorer needs finite numbers."),
        (lambda: explore.wiring(np.ones((2, 2))), ShapeError,
         "wiring: weight must have 3 axes (C_out, C_in/groups, W), but has 2: its shape is (2, 2)."),
        (lambda: explore.matrix(channels=3, filters=3, groups=2), ShapeError,
         "matrix: 2 groups do not divide 3 input channels."),
        (lambda: explore.matrix(size=6, channels=2), ShapeError,
         "matrix: 72 inputs and 16 outputs are too many to draw (at most 64 each)."),
        (lambda: explore.matrix(size=3, kernel=2, dilation=3), ShapeError,
         "matrix: the kernel does not fit: 2×2 on an input of 3×3 with padding 0 and dilation 3."),
        (lambda: explore.matrix([1, 2, 3], [[1, 2]]), ShapeError, "matrix: x and weight must both have one axis, or neither."),
        (lambda: explore.matrix(np.ones((2, 2, 3, 3))), ShapeError,
         "matrix: x must have 3 axes (C_in, H, W), but has 4: its shape is (2, 2, 3, 3)."),
        (lambda: explore.matrix([[1, 2], [3]]), ShapeError,
         "matrix: x is ragged: every row needs as many values as the first."),
        (lambda: explore.matrix([1, np.nan]), ValueError, "matrix: x[0, 0, 1] is nan: an explorer needs finite numbers."),
        (lambda: explore.matrix(np.ones(40)), ShapeError,
         "matrix: x of shape (1, 1, 40) is too large to draw: at most 16 on every axis. Pass a part of it, such as x[:1, :1, :16]."),
        (lambda: explore.backward(grad=[[1, 2]]), ShapeError,
         "backward: the output is 2×2, but its gradient only 1×2."),
        (lambda: explore.backward(np.ones((9, 9))), ShapeError,
         "backward: x of shape (9, 9) is too large to draw: at most 8 on every axis. Pass a part of it, such as x[:8, :8]."),
        (lambda: explore.backward([1, 2, 3], [[1]]), ShapeError,
         "backward: weight must have 1 axis (W), without batch and channel, but has 2: its shape is (1, 1)."),
        (lambda: explore.backward(grad=[[np.inf]]), ValueError,
         "backward: grad[0, 0] is inf: an explorer needs finite numbers."),
        (lambda: explore.backward(shared=9), ShapeError, "backward: look at weight must be an integer from -1 to 8, not 9."),
        (lambda: explore.backward(size=2), ShapeError,
         "backward: the kernel does not fit: 3 wide with dilation 1 it spans 3, the input with its padding only 2 + 2·0 = 2."),
        (lambda: explore.separable(np.zeros((3, 3))), ShapeError,
         "separable: a kernel of zeros has rank 0: there is nothing to separate."),
        (lambda: explore.separable([[0.5]]), ShapeError, "separable: weights[0] must be an integer from -9 to 9, not 0.5."),
        (lambda: explore.separable([1, 2, 1]), ShapeError,
         "separable: kernel must have 2 axes (H, W), without batch and channel, but has 1: its shape is (3,)."),
        (lambda: explore.separable(np.ones((4, 3, 3))), ShapeError,
         "separable: kernel of shape (4, 3, 3) is too large to draw: at most 3 on every axis. Pass a part of it, such as kernel[:3, :3, :3]."),
        (lambda: explore.separable([[1, 2], [2, 4]], step=1), ShapeError,
         "separable: terms must be an integer from 0 to 0, not 1."),
        (lambda: explore.separable([[1j]]), TypeError, "separable: kernel must hold real numbers, not complex128."),
        (lambda: explore.arithmetic(0), ShapeError, "arithmetic: input size must be an integer from 1 to 512, not 0."),
        (lambda: explore.correlation([1, 2, 3], np.ones((2, 2))), ShapeError,
         "correlation: x and kernel must both have one axis, or both two, not [1, 2]."),
        (lambda: explore.correlation([1.5, 2], [1]), ShapeError,
         "correlation: signal[0] must be an integer from -4 to 8, not 1.5."),
        (lambda: explore.receptive((3, 3), dilation=(1, 2, 4)), ShapeError,
         "receptive: kernel has 2 entries, but there are 3 layers."),
        (lambda: explore.receptive(dilation=(1, 2, 4, 8, 16)), ShapeError, "receptive: a stack has 1 to 4 layers, not 5."),
        (lambda: explore.receptive(layers=5), ShapeError, "receptive: layers must be an integer from 1 to 4, not 5."),
        (lambda: explore.receptive(dilation=(1, 2, 9)), ShapeError,
         "receptive: dilations[2] must be an integer from 1 to 8, not 9."),
        (lambda: explore.receptive(2.5), ShapeError, "receptive: kernel sizes[0] must be an integer from 1 to 5, not 2.5."),
        (lambda: explore.receptive(dilation=(2, 4, 8)), ShapeError,
         "receptive: layer 3 does not fit: 3 wide with dilation 8 its kernel spans 17, but it has only 5 positions to stand on."),
        (lambda: explore.receptive(size=34), ShapeError, "receptive: input size must be an integer from 1 to 33, not 34."),
        (lambda: explore.receptive(padding="same"), ShapeError,
         "receptive: padding must be one of valid, half, causal, not same."),
        (lambda: explore.receptive(step=5), ShapeError, "receptive: step must be an integer from 0 to 4, not 5."),
        (lambda: explore.ink(4, 3), ShapeError, "ink: 3 groups do not divide 4 channels."),
        (lambda: explore.ink(32, 4), ShapeError, "ink: channels must be an integer from 1 to 16, not 32."),
        (lambda: explore.ink(pour=8), ShapeError, "ink: pour into must be an integer from 0 to 7, not 8."),
        (lambda: explore.ink(step=4), ShapeError, "ink: step must be an integer from 0 to 3, not 4."),
        (lambda: explore.ink(shuffle=1), ShapeError, "ink: shuffle channels must be true or false, not 1."),
        (lambda: explore.cost(64, 6, groups=4), ShapeError, "cost: 4 groups do not divide 6 output channels."),
        (lambda: explore.cost(3), ShapeError, "cost: 4 groups do not divide 3 input channels."),
        (lambda: explore.cost(1024), ShapeError, "cost: input channels must be an integer from 1 to 512, not 1024."),
        (lambda: explore.cost(kind="dense"), ShapeError,
         "cost: kind must be one of ordinary, spatially separable, grouped, depthwise separable, flattened, pointwise, pointwise grouped, depthwise, not dense."),
        (lambda: explore.cost(measure="seconds"), ShapeError,
         "cost: measure must be one of parameters, multiply-adds, memory traffic, intensity, not seconds."),
        (lambda: explore.cost(kernel=True), ShapeError, "cost: kernel size must be an integer from 1 to 11, not True."),
        (lambda: explore.correlation(reverse=1), ShapeError, "correlation: turn the kernel must be true or false, not 1."),
    ],
)  # fmt: skip
def test_errors(make, error, message):
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message


def test_arrays_of_every_library_and_numpy_integers():
    torch = pytest.importorskip("torch")
    x = np.arange(12).reshape(3, 4)
    plain = explore.conv2d(x, [[1, 2]], stride=2)
    assert (
        explore.conv2d(torch.tensor(x, requires_grad=False), [[1, 2]], stride=np.int64(2)).html()
        == plain.html()
    )
    assert (
        explore.conv2d(torch.tensor(x.astype(np.float32), requires_grad=True), ((1, 2),), stride=2).html()
        == plain.html()
    )
    assert explore.conv2d(x > 5, [[1]]).sentence == explore.conv2d((x > 5).astype(int), [[1]]).sentence


# ------------------------------------------------------------ states
def test_state_is_a_copy_and_set_gives_another():
    e = explore.conv2d(stride=2)
    e.state["stride"] = 4
    assert e.state["stride"] == 2
    assert e.set(stride=1).state["stride"] == 1
    assert e.state["stride"] == 2


def test_a_smaller_input_has_fewer_steps():
    e = explore.conv2d(step=8)
    assert e.set(size=4).state["step"] == 3
    with pytest.raises(ShapeError, match="step must be an integer from 0 to 3, not 8"):
        e.set(size=4, step=8)


def test_worked_example_of_one_channel():
    x = [[0, 0, 1, 1, 0], [0, 1, 1, 1, 0], [1, 1, 1, 1, 1], [0, 1, 1, 1, 0], [0, 0, 1, 1, 0]]
    e = explore.conv2d(x, [[1, 0, -1]] * 3, step=0)
    assert e.sentence == "Step 1 of 9: y[0, 0] = −2. It reads input rows 0 to 2 and columns 0 to 2."
    assert e.scene.sum == "y[0, 0] = 1·0 + 0·0 + (−1)·1 + 1·0 + 0·1 + (−1)·1 + 1·1 + 0·1 + (−1)·1 = −2"
    assert explore.conv2d(x, [[1, 0, -1]] * 3, padding=1).scene.labels["step"] == "1 of 25"


def test_output_padding_shows_real_outputs():
    e = explore.transposed([1, 2], [1, 1, 1], padding=1, output_padding=1)
    assert [e.set(step=i).sentence.split(". ")[0].split("= ")[1] for i in range(4)] == ["1", "3", "2", "2"]


def test_ink_is_everywhere_after_the_layers_that_its_sentence_names():
    """The sentence's logarithm, against the numbers of ways, for every stack that is drawn."""
    for channels, groups in combinations(range(16, 0, -1), 2):
        if channels % groups or groups == 1:
            continue
        for pour in range(channels):
            e = explore.ink(channels, groups, layers=5, pour=pour, step=5)
            counts = [int(n) for n in re.findall(r"\d+", e.scene.sum)][:-1]
            needed = int(re.search(r"⌉ = (\d+) layer", e.sentence)[1])
            assert counts.index(channels) == needed


def test_what_a_stack_sees_is_gridding_and_its_cure():
    gaps, cured = explore.receptive(dilation=(2, 2, 2)), explore.receptive(dilation=(1, 2, 5))
    assert "spans 13 positions, 2 to 14. It reads 7 inputs and skips 6; 27 paths" in gaps.sentence
    assert "spans 17 positions, 0 to 16. It reads 17 inputs; 27 paths" in cured.sentence
    wave = explore.receptive(2, 1, (1, 2, 4, 8), padding="causal", size=20, step=19)
    assert "spans 16 positions, 4 to 19. It reads 16 inputs; 16 paths" in wave.sentence


# ------------------------------------------------------------ stills and HTML
@pytest.mark.parametrize("name", KINDS)
def test_stills_are_svg_with_words_and_their_own_colours(name):
    e = getattr(explore, name)()
    for still in (e.svg(), e.steps([0, 1])):
        root = ElementTree.fromstring(still)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.get("role") == "img"
        assert root.get("aria-label")
        assert PALETTE["input"]["light"] in still
        assert PALETTE["input"]["dark"] in still
        assert still._repr_svg_() == still
    assert ElementTree.fromstring(e.svg()).get("aria-label") == e.sentence


def test_no_panel_of_a_still_covers_another():
    for name in KINDS:
        e = getattr(explore, name)()
        root = ElementTree.fromstring(e.svg())
        inner = [[float(s.get(k)) for k in ("x", "y", "width", "height")] for s in root.findall("{*}svg")]
        assert len(inner) == sum(len(panels) for _, panels in e.scene.groups)
        for (x, y, w, h), (u, v, a, b) in combinations(inner, 2):
            assert x + w <= u or u + a <= x or y + h <= v or v + b <= y
        assert max(x + w for x, _, w, _ in inner) + 8 == float(root.get("width"))


@pytest.mark.parametrize("name", KINDS)
def test_every_picture_has_words_made_from_the_state(name):
    e = getattr(explore, name)()
    labels = re.findall(r'<svg [^>]*role="img" aria-label="([^"]+)"', e.scene.html())
    assert len(labels) == e.scene.html().count("<svg ")
    last = high_step(e)
    if last:
        other = re.findall(r'role="img" aria-label="([^"]+)"', e.set(step=last).scene.html())
        assert e.set(step=last).sentence != e.set(step=0).sentence
        assert len(other) == e.set(step=last).scene.html().count("<svg ")


def high_step(e):
    return e._kind.limits(e.state, e._data)["outputs"]


@pytest.mark.parametrize("name", KINDS)
def test_html_is_light_and_its_spec_reads_back(name):
    e = getattr(explore, name)()
    bare = e.html(with_assets=False)
    assert assets.BEGIN not in bare
    assert len(re.sub(r"<svg.*?</svg>", "", bare, flags=re.S).encode()) <= 6000
    spec = json.loads(html.unescape(re.search(r"data-spec='([^']*)'", bare)[1]))
    assert spec["s"] == e.state
    full = e._repr_mimebundle_()["text/html"]
    assert full == e._repr_html_()
    head, _, rest = full.partition(assets.BEGIN)
    inner, _, tail = rest.partition(assets.END)
    assert (head, tail.strip()) == ("", bare)
    assert explore.script() in inner
    assert explore.style() in inner
    assert e.sentence in e._repr_mimebundle_()["text/plain"]


def test_names_and_strings_are_escaped():
    e = explore.conv2d([[1]], [[1]], name="a-b_1")
    assert 'data-name="a-b_1"' in e.html()
    assert "'" not in re.search(r"data-spec='(.*?)'>", e.html(with_assets=False))[1]


@pytest.mark.parametrize("name", KINDS)
def test_the_gallery_has_it(name):
    gallery = Path(__file__).parents[2] / "book" / "explorers.md"
    assert f"explore.{name}(" in gallery.read_text("utf-8")


def test_the_small_script_is_made_from_the_sources():
    """After a change in convlib/explore/js: python -m publish.explorers."""
    assert assets.version() in (assets.HERE / "explore.min.js").read_text("utf-8")
    assert explore.script() == (assets.HERE / "explore.min.js").read_text("utf-8")


@pytest.mark.parametrize("name", KINDS)
def test_no_name_that_the_script_shortens_is_needed_outside(name):
    """Settings, data and the {names} of texts are read by name; `publish.explorers.OURS` may hold none of them."""
    e = getattr(explore, name)()
    named = set(re.findall(r"\{(\w+)\}", json.dumps(e._data))) | set(e.state) | set(e._data)
    named |= (
        set(e._kind.limits(e.state, e._data))
        | set(e.scene.labels)
        | set(re.findall(r"data-go=\"(\w+)=", e.html()))
    )
    assert not named & set(OURS.split())


def test_a_size_is_called_one_only_where_all_sides_have_it():
    square, deep = explore.conv2d(), explore.conv3d(np.ones((3, 4, 4)), np.ones((3, 1, 1)))
    said = [
        [control[1] for control in e._controls if control[0] in ("size", "kernel")] for e in (square, deep)
    ]
    assert said == [["input size", "kernel size"], ["input at most", "kernel at most"]]


def test_script_and_style_are_small_and_alone():
    size = len(explore.script().encode()) + len(explore.style().encode())
    assert size <= 60_000
    for text in (explore.script(), explore.style()):
        assert not re.search(
            r"https?:|@import|import\(|fetch\(|XMLHttpRequest|eval\(", text.replace("http://www.w3.org", "")
        )


def test_import_needs_only_numpy():
    program = (
        "import sys; from convlib import explore; explore.conv2d().html(); explore.conv2d().svg(); "
        "print(*[m for m in ('torch', 'matplotlib', 'IPython', 'anywidget', 'ipywidgets', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


# ------------------------------------------------------------ code
def test_keras_code_follows_its_conventions():
    """Channels last in x and in the kernel (k, in, out); padding done by hand."""
    code = explore.conv2d(padding=1, padding_mode="replicate", stride=2).code("keras")
    assert 'x = np.pad(x, [(1, 1), (1, 1)], mode="edge")' in code
    assert (
        'y = ops.conv(x[None, ..., None], weight[..., None, None], strides=2, padding="valid", dilation_rate=1)[0, ..., 0]'
        in code
    )
    same = explore.arithmetic(7, padding="same").code("keras")
    assert 'padding="same"' in same
    assert "np.pad" not in same
    for name in KINDS:
        compile(getattr(explore, name)().code("keras"), name, "exec")


# ------------------------------------------------------------ the palette
def luminance(colour):
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_palette_has_contrast_on_its_grounds():
    for both in PALETTE.values():
        assert contrast(both["light"], "#ffffff") >= 4.5
        assert min(contrast(both["dark"], ground) for ground in ("#14181e", "#222832")) >= 4.5
    for scheme, ground in (("light", "#ffffff"), ("dark", "#222832")):
        assert min(contrast(colour, ground) for colour in CHANNELS[scheme]) >= 3
    every = [v for both in PALETTE.values() for v in both.values()] + [
        v for s in CHANNELS.values() for v in s
    ]
    assert len(set(every)) == len(every)


# Machado, Oliveira and Fernandes (2009): protanopia, deuteranopia, tritanopia, on linear RGB.
SIGHTS = (
    np.eye(3),
    np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
)


def oklab(colour, sight):
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.clip(sight @ np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4), 0, 1)
    lms = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.63]]) @ linear
    return np.array(
        [[0.2105, 0.7936, -0.0041], [1.978, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]]
    ) @ np.cbrt(lms)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("sight", range(4))
def test_channels_stay_apart_for_every_sight(scheme, sight):
    seen = [oklab(colour, SIGHTS[sight]) for colour in CHANNELS[scheme]]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 0.08


@pytest.mark.parametrize(
    "kernel", [[[[0, 1], [1, 0]]], [[[0, -2], [-2, 0], [0, 0]]], [[[0, 0, 1], [0, 1, 0], [1, 0, 0]]]]
)
def test_sweeps_do_not_stay_at_a_kernel_of_zeros(kernel):
    """Their leading singular vectors are at right angles to them."""
    e = explore.separable(kernel).set(step=4)
    expected = best_separable(np.array(kernel[0], float)).error
    assert e.scene.sum.split(" → ")[-1] == fmt(expected)
    namespace = {}
    exec(e.code("convlib"), namespace)
    assert np.isclose(np.linalg.norm(namespace["near"] - kernel) / np.linalg.norm(kernel), expected)


def test_torch_begins_where_the_sweeps_begin():
    pytest.importorskip("torch")
    namespace = {}
    exec(explore.separable([[[0, 1], [1, 0]]]).code("torch"), namespace)
    assert namespace["near"].tolist() == [[[0, 1], [0, 0]]]


def test_a_small_singular_value_counts():
    kernel = [
        [-9, -3, -8, -9, 7],
        [0, -8, 9, -8, 0],
        [3, -4, 4, -6, -1],
        [8, -9, -3, 8, 8],
        [1, 9, -9, -6, -4],
    ]
    assert round(np.linalg.det(kernel)) == 1
    assert explore.separable(kernel).sentence.startswith("Rank 5: ")


def test_what_is_flat_at_its_ends_is_said_to_ripple_inside():
    said = explore.checkerboard().set(size=1, step=0).sentence
    assert "inside, a constant input ripples" in said
    assert "the overlap is uneven inside" in said


def test_a_large_size_is_written_out():
    assert explore.arithmetic(transposed=True).set(size=512, stride=20).scene.sum.endswith("= 10223")


def test_ink_of_groups_of_one_stays():
    assert "ink never leaves its channel" in explore.ink().set(groups=8).sentence


@pytest.mark.parametrize(
    "e",
    [
        explore.conv2d(),
        explore.arithmetic(),
        explore.wiring(size=9),
        explore.backward(),
        explore.matrix(size=6),
    ],
    ids=lambda e: e._kind.name,
)
def test_keras_is_never_asked_for_stride_and_dilation_at_once(e):
    program = e.set(stride=2, dilation=2, kernel=2).code("keras")
    assert "dilation_rate=2" in program
    assert "::2" in program
    assert "strides=2" not in program
