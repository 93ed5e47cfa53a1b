"""The self-check: right functions are content, wrong ones get a name, and no report holds an answer."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest

import convlib
from convgrader import check, sizes
from convgrader.properties import PROPERTIES, Operation
from convgrader.report import Report, misconceptions
from convgrader.sizes import CONVOLUTION, TRANSPOSED, name_formula


def flat(function):
    """Make convlib's function take arrays without channels."""
    return lambda x, weight, **options: function(x[None], weight[None, None], **options)[0]


OPTIONS = [{"stride": 2, "padding": 1}, {"stride": 3}, {}]


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("name", ["conv", "conv_transpose"])
@pytest.mark.parametrize("channels", [True, False])
def test_the_library_passes(dims, name, channels):
    function = getattr(convlib, f"{name}{dims}d")
    report = getattr(check, name)(
        function if channels else flat(function), dims=dims, channels=channels, options=OPTIONS
    )
    assert report.ok, report
    assert len(report.held) == len(PROPERTIES)


@pytest.mark.parametrize(
    ("transposed", "uses"),
    [(True, ("stride", "padding", "output_padding", "dilation")), (False, ("stride",))],
)
def test_the_librarys_sizes_pass(transposed, uses):
    rule = convlib.transposed_output_size if transposed else convlib.output_size
    report = check.size(rule, transposed=transposed, uses=uses)
    assert report.ok, report
    assert check.size(lambda *sizes, **o: float(rule(*sizes, **o)), transposed=transposed, uses=uses).ok


@pytest.mark.parametrize("broken", range(len(PROPERTIES)))
def test_every_property_is_broken_once(broken):
    """Each wrong function holds the properties before the one that it breaks, and fails that one."""

    def right(x, w, **options):
        return convlib.conv_transpose2d(x, w, **options)

    def shape(x, w, **options):
        return right(x, w, **options)[..., :-1]

    def kept(x, w, **options):
        y = right(x, w, **options)
        x += 1
        return y

    def linear(x, w, **options):
        return np.maximum(right(x, w, **options), 0)

    def pixel(x, w, **options):
        return right(x, w[..., ::-1, :], **options)

    def adjoint(x, w, **options):  # another result where several pixels are not zero
        y = right(x, w, **options)
        return y + np.pad(np.diff(x[0, :2, :2], axis=0)[:, :1], ((0, y.shape[1] - 1), (0, y.shape[2] - 1)))

    def everywhere(x, w, **options):  # wrong for one input alone
        y = right(x, w, **options)
        return y + np.eye(*y.shape[1:], dtype=int) * np.array_equal(x, Operation(2, True, True).arrays(5)[0])

    def fractions(x, w, **options):
        return np.trunc(right(x, w, **options))

    function = [shape, kept, linear, pixel, adjoint, everywhere, fractions][broken]
    report = check.conv_transpose(function, options=[{"stride": 2}])
    assert not report.ok
    assert report.held == [held for held, _ in PROPERTIES][:broken]


def test_a_report_shows_the_misconceptions_words():
    report = Report("mine", held=["a <b>"], failed="it does not", slip="bias-missing")
    entry = misconceptions()["bias-missing"]
    assert str(report).splitlines() == [
        "mine: not yet",
        "  ✓ a <b>",
        "  ✗ it does not",
        f"  → {entry['title']} (bias-missing). {entry['right']}",
    ]
    assert "a &lt;b&gt;" in report._repr_html_()


def test_a_report_leads_to_the_page_that_refutes_the_misconception():
    *_, last = str(Report("mine", failed="it does not", slip="output-padding-ignored")).splitlines()
    assert last == "    The book refutes it with a cell: book/misconceptions.html#output-padding-ignored"


def test_what_is_not_written_yet_is_no_crash():
    def stub(*_, **__):
        raise NotImplementedError

    reports = [
        check.values(lambda: not_there, [1, 2, 3], [1, 2], transposed=True),  # noqa: F821
        check.conv_transpose(stub),
        check.conv(stub),
        check.size(stub),
        check.enlarging(stub),
    ]
    assert [report.failed for report in reports] == [check.NOT_WRITTEN] * 5


def test_errors_of_the_students_code_are_told_in_a_sentence():
    report = check.conv_transpose(lambda x, w, stride: 1 / 0)
    assert report.failed == "Your function stopped with ZeroDivisionError: division by zero"
    assert check.size(lambda *a, **k: 2.5).failed == "A size is one whole number."
    assert check.enlarging(lambda s, k: [1, 2]).slip == "wrong-shape"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None"),
        ([[1, 2], [3]], "a list whose parts have different lengths"),
        ({1, 2}, "a set: put its numbers into a list"),
        ((n for n in range(3)), "a generator: put its numbers into a list"),
        (map(int, "12"), "a map: put its numbers into a list"),
        ({1: 2}.values(), "a dict_values: put its numbers into a list"),
        ("5 8", "a value of type str: numbers are asked for"),
        ([5, None], "a list that holds more than numbers"),
        (10**30, "a whole number too large for an array"),
        ([5 + 0j, 8], "complex numbers: take their real part"),
        ([5, np.nan], "numbers that are not finite: nan or inf"),
        (np.full((2, 2), np.inf), "numbers that are not finite: nan or inf"),
    ],
)
def test_what_is_returned_in_place_of_numbers_is_said(value, said):
    by_hand = check.values(lambda: value, [1, 2, 3], [1, 2])
    assert (by_hand.failed, by_hand.slip) == (f"Your answer is {said}.", None)
    returned = check.conv(lambda x, w: value)
    said = "None: is a `return` missing?" if value is None else f"{said}."
    assert (returned.failed, returned.slip) == (f"It returned {said}", None)
    assert check.size(lambda *a, **k: value).failed == returned.failed


def test_a_misspelt_name_is_the_functions_own():
    def misspelt(*_, **__):
        return rowz  # noqa: F821

    def too_early(*_, **__):
        total += 1  # noqa: F821
        return total

    def asks(*_, **__):
        raise type("StdinNotImplementedError", (NotImplementedError,), {})("no input here")

    name = "Your function stopped with NameError: name 'rowz' is not defined"
    reports = [check.conv(misspelt), check.size(misspelt), check.enlarging(misspelt)]
    assert [report.failed for report in reports] == [name] * 3
    assert check.size(too_early).failed.startswith("Your function stopped with UnboundLocalError: ")
    assert check.size(asks).failed.startswith("Your function stopped with StdinNotImplementedError: ")


@pytest.mark.parametrize("dims", [1, 2])
def test_a_wrong_shape_is_called_that(dims):
    """Not constant where the two sizes happen to be equal; padding="same" is no number to compute with."""
    square = np.arange(4**dims).reshape((4,) * dims)
    for options in ([{}], [{"stride": 2, "padding": "same"}]):
        report = check.conv(lambda x, w, **_: square, dims=dims, channels=False, options=options)
        assert "wrong shape (4," in report.failed
        assert report.slip == "wrong-shape"
    larger = check.conv(lambda x, w: np.resize(x, np.array(x.shape) - w.shape + 2), dims=dims, channels=False)
    assert larger.slip == "wrong-shape"
    zeros = check.conv(lambda x, w: np.zeros((4,) * dims), dims=dims, channels=False)
    assert zeros.slip == "wrong-shape"


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("transposed", [True, False])
def test_no_size_stands_for_another(dims, transposed):
    x, weight = Operation(dims, transposed, True).arrays(0)
    sizes = [*x.shape, *weight.shape]
    assert len(sizes) - len(set(sizes)) == 1, "the input's channels alone stand in both"
    if dims == 2:
        assert abs(weight.shape[-1] - weight.shape[-2]) > 1


def test_a_kernels_height_for_its_width_is_no_dropped_column():
    def height_twice(x, w):
        side = len(w)
        rows, columns = (size - side + 1 for size in x.shape)
        windows = [[x[i : i + side, j : j + w.shape[1]] for j in range(columns)] for i in range(rows)]
        return (np.array(windows) * w).sum(axis=(2, 3))

    assert check.conv(height_twice, channels=False).slip == "wrong-shape"


def test_lists_of_ways_to_enlarge():
    right = {case: sorted(sizes._enlarging(sizes._right, *case)) for case in ((2, 5), (3, 7), (4, 6))}
    assert check.enlarging(lambda *case: right[case]).ok
    twice = check.enlarging(lambda *case: right[case] * 2)
    assert twice.failed.endswith("is there twice.")
    assert twice.slip is None
    empty = check.enlarging(lambda *case: [])
    assert (empty.failed, empty.slip) == ("For stride=2, largest_kernel=5 your list is empty.", None)
    halves = check.enlarging(lambda *case: [(k, p + 0.5, a) for k, p, a in right[case]])
    assert "is not among the allowed choices" in halves.failed


def test_a_pattern_that_was_changed_is_said():
    pattern = np.array([[0, 1, 0], [1, 1, 0], [0, 0, 1]])
    kernel = pattern
    assert check.detector(lambda: (2 * kernel - 1, 1 - kernel.sum()), pattern).ok
    kernel[kernel == 0] = -1
    report = check.detector(lambda: (kernel, 1 - 4), pattern)
    assert report.slip == "input-mutated"
    assert report.failed.startswith("The pattern itself was changed")


def test_a_bias_that_is_off_by_one_moves_nothing():
    pattern = np.array([[0, 1, 0], [1, 1, 0], [0, 0, 1]])
    report = check.detector(lambda: (2 * pattern - 1, 2 - pattern.sum()), pattern)
    assert (report.ok, report.slip) == (False, None)


def test_no_report_holds_an_answer():
    """The right numbers of a case by hand and the right sizes do not occur in what is said about wrong ones."""
    x, weight = [101, -57, 89], [13, 17, 29]
    right = flat(convlib.conv_transpose1d)(np.array(x), np.array(weight), stride=2)
    for got in (right[::-1], right[:-1], right + 1, np.zeros(7)):
        text = str(check.values(lambda got=got: got, x, weight, transposed=True, stride=2))
        assert not set(re.findall(r"-?\d+", text)) & {str(v) for v in right if abs(v) > 9}
    text = str(check.size(lambda i, k, **o: 1000 + i, transposed=True))
    assert "1000" not in text


@pytest.mark.parametrize("transposed", [True, False])
def test_every_size_slip_is_named_and_is_in_the_table(transposed):
    rule = convlib.transposed_output_size if transposed else convlib.output_size
    for slip, formula in TRANSPOSED if transposed else CONVOLUTION:
        assert slip in misconceptions()

        def wrong(i, k, stride=1, padding=0, output_padding=0, dilation=1, formula=formula):
            return formula(i, k, stride, padding, output_padding, dilation)

        uses = (
            ("stride", "padding", "output_padding", "dilation")
            if transposed
            else ("stride", "padding", "dilation")
        )
        assert check.size(wrong, transposed=transposed, uses=uses).slip == slip
    one_more = check.size(lambda i, k, **o: rule(i, k, **o) + 1, transposed=transposed)
    assert one_more.slip == (None if transposed else "last-column-kept")


def test_sizes_that_nothing_explains_have_no_name():
    assert (
        name_formula([(7, 3, 2, 1, 0, 1), (9, 4, 3, 0, 0, 1)], [100, 250], [3, 2], transposed=False) is None
    )


def test_students_need_numpy_and_the_wheel_alone():
    code = (
        "import sys, convgrader; import convgrader.check, convgrader.emission; "
        "bad = {'pydantic', 'jupytext', 'nbformat', 'nbclient', 'nbval', 'torch', 'matplotlib', 'scipy'} & set(sys.modules); "
        "sys.exit(str(bad) if bad else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
