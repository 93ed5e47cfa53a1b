"""The pictures, by their artists: what is drawn, in which colour, and never a pixel."""

import io
import re
import subprocess
import sys

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from convlib import plotting
from convlib.explore import palette

EVERY = {
    "grid": np.arange(6.0).reshape(2, 3),
    "matrix": np.array([[1, 2, 0], [0, 1, 2.0]]),
    "wiring": np.array([[1, 2, 0], [0, 1, 2.0]]),
    "image": np.arange(6.0).reshape(2, 3),
    "signal": np.arange(4.0),
    "bars": np.arange(1, 4.0),
    "table": np.arange(6.0).reshape(2, 3),
}
NAMES = {"table": {"rows": ["a", "b"], "columns": ["c", "d", "e"]}}  # what a picture can't do without


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def wires(ax):
    """Input place, output place and colour of every wire."""
    lines = [line for line in ax.lines if len(line.get_xdata()) == 2]
    return sorted((*map(float, line.get_xdata()), to_hex(line.get_color())) for line in lines)


def toeplitz(kernel, n, stride=1):
    rows = (n - len(kernel)) // stride + 1
    C = np.zeros((rows, n))
    for i in range(rows):
        C[i, i * stride : i * stride + len(kernel)] = kernel
    return C


@pytest.mark.parametrize("name", EVERY)
def test_axes_in_axes_out_and_nothing_else_changes(name):
    before = dict(matplotlib.rcParams)
    ax = plt.figure().add_subplot()
    assert getattr(plotting, name)(EVERY[name], ax=ax, title="a title", **NAMES.get(name, {})) is ax
    assert ax.get_title() == "a title"
    assert dict(matplotlib.rcParams) == before
    kept = EVERY[name].copy()
    fresh = getattr(plotting, name)(EVERY[name], **NAMES.get(name, {}))
    assert fresh is not ax
    assert fresh.figure.get_figwidth() == 5
    np.testing.assert_array_equal(EVERY[name], kept)


@pytest.mark.parametrize("name", EVERY)
def test_lines_and_text_have_colours_of_the_palette_alone(name):
    allowed = {*plotting.PALETTE.values(), *plotting.CHANNELS}
    with matplotlib.rc_context(plotting.STYLE):
        options = {
            "grid": {"lit": (0, 0), "padding": 1},
            "matrix": {"emphasise": 1},
            "wiring": {"emphasise": 1},
            **NAMES,
        }
        ax = getattr(plotting, name)(EVERY[name], **options.get(name, {}))
        text = io.StringIO()
        ax.figure.savefig(text, format="svg")
    drawn = text.getvalue()
    used = set(re.findall(r"#[0-9a-f]{6}\b", drawn))
    if name != "image":  # a picture's only content is its pixels
        assert used
    assert used <= allowed
    assert "<text" in drawn or name == "image"
    assert not re.search(r"(fill|stroke): ?(black|white|rgb)", drawn)
    for style in re.findall(r"<text[^>]*>", drawn):
        assert "fill: #" in style  # black, the default, is not written


def test_the_palette_is_that_of_the_explorers():
    assert {name: shades["light"] for name, shades in palette.PALETTE.items()} == plotting.PALETTE
    assert palette.CHANNELS["light"] == plotting.CHANNELS


def test_text_is_legible_on_a_phone():
    sizes = [
        value for key, value in plotting.STYLE.items() if key.endswith("size") and key != "figure.figsize"
    ]
    assert len(sizes) == 6
    css_pixels_per_point = 340 / (plotting.STYLE["figure.figsize"][0] * 72)
    assert min(sizes) * css_pixels_per_point > 11


def test_a_grid_shows_its_values_its_padding_and_what_is_lit():
    ax = plotting.grid(EVERY["grid"], padding=((1, 0), (0, 2)), lit=np.s_[0:2, 1:2])
    assert [t.get_text() for t in ax.texts] == list("00000" + "01200" + "34500")
    cells = [to_hex(patch.get_facecolor()) for patch in ax.patches if isinstance(patch, Rectangle)]
    assert len(cells) == 15
    assert cells.count(plotting.PALETTE["input"]) == 5
    assert cells.count(plotting.PALETTE["padding"]) == 8
    lit = [i for i, colour in enumerate(cells) if colour == plotting.PALETTE["highlight"]]
    assert lit == [1, 6]
    assert len(ax.lines) == 6  # the outline of two cells, one above the other


def test_a_shaded_grid_leaves_zeros_empty():
    ax = plotting.grid([[0, 1], [2, -4]], shade=True, values=False, kind="kernel")
    strengths = [patch.get_facecolor()[3] for patch in ax.patches]
    assert strengths == pytest.approx([0, 0.225, 0.45, 0.9])
    assert not ax.texts


def test_wires_are_the_entries_that_are_not_zero_and_share_a_colour_where_they_share_a_weight():
    C = toeplitz([5, 7, 9.5], 6)
    drawn = wires(plotting.wiring(C))
    expected = sorted(
        (float(j), i + 1.0, plotting.CHANNELS[j - i]) for i, j in np.argwhere(C)
    )  # an output stands below the middle of its window
    assert drawn == expected


def test_wiring_and_matrix_have_the_same_colours():
    C = toeplitz([5, -7, 9.5], 6, stride=2)
    lines = {(x, colour) for x, _, colour in wires(plotting.wiring(C))}
    cells = {
        (patch.get_x() + 0.5, to_hex(patch.get_facecolor()))
        for patch in plotting.matrix(C).patches
        if patch.get_facecolor()[3] > 0
    }
    assert lines == cells


def test_a_weight_keeps_its_colour_when_the_kernel_is_reversed_or_the_matrix_transposed():
    def colours(C):
        ax = plotting.matrix(C, values=False)
        faces = [to_hex(patch.get_facecolor(), keep_alpha=True) for patch in ax.patches]
        return dict(zip(np.asarray(C).ravel().tolist(), faces))

    kernel = [5, 7, 9.5]
    one = colours(toeplitz(kernel, 6))
    assert colours(toeplitz(kernel[::-1], 6)) == one
    assert colours(toeplitz(kernel, 6).T) == one


def test_a_matrix_without_sharing_is_grey():
    C = np.arange(1.0, 21).reshape(4, 5)
    assert {colour for *_, colour in wires(plotting.wiring(C))} == {plotting.PALETTE["muted"]}
    strengths = [patch.get_facecolor()[3] for patch in plotting.matrix(C, values=False).patches]
    assert strengths == sorted(strengths)
    assert len(set(strengths)) == 20


@pytest.mark.parametrize(("n", "stride"), [(7, 1), (7, 2), (9, 3)])
def test_outputs_stand_below_the_middle_of_their_windows(n, stride):
    C = toeplitz([1, 2, 3], n, stride)
    places = sorted({end for _, end, _ in wires(plotting.wiring(C))})
    assert places == [1 + stride * i for i in range(C.shape[0])]
    transposed = sorted({start for start, _, _ in wires(plotting.wiring(C.T))})
    assert transposed == places


def test_a_window_cut_short_by_the_border_does_not_move_the_outputs():
    C = toeplitz([1, 2, 3], 9, stride=2)[:, 1:-1]  # padding 1 on seven inputs
    assert sorted({end for _, end, _ in wires(plotting.wiring(C))}) == [0, 2, 4, 6]


def test_arrows_point_at_the_outputs_or_back_at_the_inputs():
    C = toeplitz([1, 2, 3], 5, stride=2)
    ends = {}
    for way in ("forward", "backward"):
        heads = [note for note in plotting.wiring(C, arrows=way).texts if getattr(note, "arrow_patch", None)]
        assert len(heads) == 6
        ends[way] = {note.xy[1] for note in heads}
    assert ends == {"forward": {0}, "backward": {1}}


def test_the_emphasised_output_stands_out():
    ax = plotting.wiring(toeplitz([1, 2, 3], 6), emphasise=2)
    strong = [
        line.get_xdata()[1] for line in ax.lines if len(line.get_xdata()) == 2 and line.get_alpha() == 1
    ]
    assert strong == [3, 3, 3]
    box = plotting.matrix(toeplitz([1, 2, 3], 6), emphasise=2).lines
    assert {y for line in box for y in line.get_ydata()} == {1.5, 2.5}


def test_padding_has_its_own_colour_among_the_inputs():
    ax = plotting.wiring(toeplitz([1, 2, 3], 6), padding=(1, 2))
    dots = [line for line in ax.lines if len(line.get_xdata()) == 1 and line.get_ydata()[0] == 1]
    tints = [to_hex(dot.get_color()) == plotting.PALETTE["padding"] for dot in dots]
    assert tints == [True, False, False, False, True, True]


def test_an_image_is_grey_signed_or_in_colour():
    assert plotting.image([[0, 2.0]]).images[0].get_clim() == (0, 2)
    assert plotting.image([[-1, 2.0]]).images[0].get_clim() == (-2, 2)
    assert plotting.image([[0, 2.0]], signed=True).images[0].get_clim() == (-2, 2)
    assert plotting.image(np.zeros((3, 4, 5))).images[0].get_array().shape == (4, 5, 3)


def test_bars_write_their_values():
    ax = plotting.bars(
        [3, 36864, 1 / 3], labels=["a", "b", "c"], unit=" ms", kind=["input", "kernel", "muted"]
    )
    assert [t.get_text() for t in ax.texts] == ["3 ms", "36,864 ms", "0.333 ms"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a", "b", "c"]
    assert to_hex(ax.patches[1].get_facecolor()) == plotting.PALETTE["kernel"]


def test_a_table_is_the_stronger_the_greater_its_numbers_are():
    ax = plotting.table([[0, 50], [100, 0.5]], rows=["first", "second"], columns=["one", "other"])
    assert [t.get_text() for t in ax.texts] == ["0", "50", "100", "0.5", "first", "second", "one", "other"]
    strengths = [patch.get_facecolor()[3] for patch in ax.patches]
    assert strengths == pytest.approx([0, 0.3, 0.6, 0.003])
    assert ax.texts[4].get_position()[1] == 0  # a row's name stands beside it
    assert ax.texts[7].get_position()[0] == 1  # a column's above it


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plotting.grid(np.zeros((2, 3, 4))), r"grid: a must have 1 or 2 axes, got shape \(2, 3, 4\)"),
        (lambda: plotting.grid([[1]], kind="red"), "grid: kind must be one of input, kernel, .* got 'red'"),
        (lambda: plotting.grid([["a"]]), "grid: a must hold real numbers, got dtype"),
        (lambda: plotting.matrix([1, 2]), r"matrix: C must have 2 axes, got shape \(2,\)"),
        (
            lambda: plotting.matrix([[1]], emphasise=1),
            "matrix: emphasise must name one of the 1 outputs, 0 to 0, got 1",
        ),
        (
            lambda: plotting.wiring([[1]], arrows="up"),
            "wiring: arrows must be None, 'forward' or 'backward', got 'up'",
        ),
        (
            lambda: plotting.wiring([[1, 2]], labels=("a", "b")),
            "wiring: labels must be 2 names of inputs and 1 names",
        ),
        (lambda: plotting.image(np.zeros((2, 4, 5))), r"shape \(3, H, W\), got a of shape \(2, 4, 5\)"),
        (lambda: plotting.signal([[1]]), r"signal: x must have 1 axes, got shape \(1, 1\)"),
        (lambda: plotting.bars([1, 2], labels=["a"]), "bars: labels has 1 entries for 2 values"),
        (
            lambda: plotting.table([[1, 2]], rows=["a"], columns=["b"]),
            r"table: columns has 1 names for values of shape \(1, 2\)",
        ),
        (
            lambda: plotting.table([[-1]], rows=["a"], columns=["b"]),
            "table: values must not be negative, the least is -1",
        ),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_importing_the_module_does_not_load_matplotlib():
    code = "import sys, convlib.plotting; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
