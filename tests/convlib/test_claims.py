"""Claims hold or stop the build; glued values are plain."""

import numpy as np
import pytest

from convlib.claims import ClaimError, claim, glue, plain

SAYS = {"says": "It is so.", "source": "dumoulin2016, 2.1"}


def test_a_true_claim_passes():
    claim("page.true", True, says="It is so.")
    claim("page.equal", 4, 4, **SAYS)
    claim("page.near", 4.21, 4.2, within=0.05, **SAYS)
    claim("page.several", (3, 7, 15), (3, 7, 15), **SAYS)
    claim("page.bound", 0.5, 1.0, kind="bound", **SAYS)


@pytest.mark.parametrize(
    ("got", "published", "options", "message"),
    [
        (False, None, {}, "claim page.id: the cell computes False, and must compute True"),
        (1, None, {}, "must compute True"),
        (float("nan"), 1.0, {}, "the cell computes nan, published is 1.0"),
        (5, 4, {}, r"the cell computes 5, published is 4 \(dumoulin2016, 2.1\)\."),
        (4.3, 4.2, {"within": 0.05}, "allowed is a difference of 0.05"),
        ((3, 7), (3, 7, 15), {}, "published are 3 values: 3, 7, 15"),
        ((3, 7, 14), (3, 7, 15), {}, "published is 3, 7, 15"),
        (2.0, 1.0, {"kind": "bound"}, "must not exceed 1.0"),
        (2**60 + 1, 2**60, {}, "published is 1152921504606846976"),
    ],
)
def test_a_false_claim_says_what_it_computed(got, published, options, message):
    with pytest.raises(ClaimError, match=message):
        claim("page.id", got, published, **SAYS, **options)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"id": "size"}, "the page's slug, a dot and a name"),
        ({"id": "Page.size"}, "lower-case words"),
        ({"kind": "sure"}, "kind must be one of exact, bound, measured, got 'sure'"),
        ({"says": "no full stop"}, "says must be a whole sentence"),
        ({"published": 1, "source": ""}, "a published value needs its source"),
    ],
)
def test_a_malformed_claim_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        claim(**{"id": "page.id", "got": True, **SAYS, **arguments})


def test_plain_values_only():
    assert plain(np.float64(0.5)) == "0.5"
    assert plain(np.int64(36864), ",d") == "36,864"
    assert plain([-2, 1], "g") == "−2, 1"
    with pytest.raises(TypeError, match="not ndarray"):
        glue("page", np.ones(3))
    with pytest.raises(TypeError, match="not dict"):
        glue("page", {})


def test_in_a_notebook_one_hidden_output_carries_the_text():
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    try:
        with capture_output() as captured:
            shell.run_cell(
                "from convlib.claims import claim, glue\nglue('a.b', 6 * 6000, ',d')\n"
                "claim('page.id', 7, 7, says='Seven.', source='dumoulin2016, 2')"
            )
    finally:
        InteractiveShell.clear_instance()
    shown = {o.metadata["scrapbook"]["name"]: o for o in captured.outputs}
    assert set(shown) == {"a.b", "page.id", "page.id.published"}
    assert shown["a.b"].data == {"application/papermill.record/text/plain": "'36,000'"}
    assert shown["page.id"].metadata["claim"] == {
        "id": "page.id",
        "kind": "exact",
        "says": "Seven.",
        "source": "dumoulin2016, 2",
        "value": "7",
        "published": "7",
    }
