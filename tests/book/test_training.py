"""What was recorded for the chapter on choosing belongs to the code that stands there now."""

import sys
from pathlib import Path

import pytest

from convlib.data import measured

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "book" / "choosing.md").read_text(encoding="utf-8")


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import train_kinds

    yield train_kinds
    for name in ("train_kinds", "measure", "contestants", "layers"):
        sys.modules.pop(name, None)


def test_the_recorded_training_ran_the_pages_code(script):
    assert script.fingerprint(PAGE) == measured("training")["cells"], (
        "the code of book/choosing.md has become another: run python benchmarks/train_kinds.py"
    )


def test_the_check_sees_another_code_and_no_other_comment(script):
    same = PAGE.replace("# the way back", "# back")
    other = PAGE.replace("rate=0.02", "rate=0.03")
    assert PAGE not in (same, other)
    assert script.fingerprint(same) == script.fingerprint(PAGE)
    assert script.fingerprint(other) != script.fingerprint(PAGE)


def test_every_kind_of_the_page_was_trained_three_times(script):
    page: dict = {}
    import numpy

    exec(script.code(PAGE), page | {"np": numpy}, page)
    found = measured("training")
    assert [row["kind"] for row in found["rows"]] == list(page["kinds"])
    assert all(len(row["accuracy"]) == found["seeds"] == 3 for row in found["rows"])
