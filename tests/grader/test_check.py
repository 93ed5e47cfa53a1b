"""The self-check: right functions are content, wrong ones get a name, and no report holds an answer."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest

import convlib
from convgrader import check
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
    assert check.values(lambda: None, [1, 2, 3], [1, 2]).failed.startswith(
        "Your answer stopped with TypeError"
    )
    assert check.conv(lambda x, w: None).failed.startswith(
        "Your function stopped with TypeError: expected numbers"
    )
    assert check.size(lambda *a, **k: 2.5).failed == "A size is one whole number."
    assert check.enlarging(lambda s, k: [1, 2]).slip == "wrong-shape"


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
    assert check.size(lambda i, k, **o: rule(i, k, **o) + 1, transposed=transposed).slip == "off-by-one"


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
