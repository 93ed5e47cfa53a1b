"""An author's mistakes are errors with file and line; each is made once here and seen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from convgrader.model import AuthorError
from convgrader.release import prove
from convgrader.source import read

GOOD = """\
---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
exercises:
  title: Doubling
  points: 3
  parts:
    - {id: double, kind: implement, difficulty: easy, minutes: 5, points: 2}
    - {id: say, kind: explain, difficulty: easy, minutes: 5, points: 1}
---

# Exercises: Doubling

```{code-cell} ipython3
---
grade: {id: imports, role: given}
---
import numpy as np
from convgrader import emit
```

## Double

% exercise: double

Double it.

```{code-cell} ipython3
---
grade: {id: double-it, role: answer}
---
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
```

```{code-cell} ipython3
---
grade: {id: check-double, role: check, points: 2, hidden: true, inputs: {x: {shape: [3, [4, 6]]}}}
---
emit(double(x))
```

:::{hint}
One.
:::

:::{hint}
Two.
:::

:::{hint}
Three.
:::

## Say

% exercise: say

Say it.

+++ {"grade": {"id": "say-it", "role": "manual", "points": 1}}

<!-- BEGIN SOLUTION -->
Twice.
<!-- END SOLUTION -->

+++

:::{hint}
One.
:::

:::{hint}
Two.
:::

:::{hint}
Three.
:::
"""


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_good_file_is_read(tmp_path):
    path = tmp_path / "double.md"
    path.write_text(GOOD)
    source = read(path)
    prove(source)
    assert source.slug == "double"
    assert [grade.id for _, grade in source.graded("given", "answer", "check", "manual")] == [
        "imports",
        "double-it",
        "check-double",
        "say-it",
    ]
    assert [grade.exercise for _, grade in source.graded("answer", "check", "manual")] == [
        "double",
        "double",
        "say",
    ]
    for cell in source.cells:
        assert GOOD.splitlines()[cell.line - 1] == cell.source.splitlines()[0]


MISTAKES = {
    "region never closed": ("    ### END SOLUTION\n", "", "### BEGIN SOLUTION", "never closed"),
    "region never opened": ("    ### BEGIN SOLUTION\n", "", "### END SOLUTION", "without a BEGIN SOLUTION"),
    "region opened twice": ("    return 2 * x", "    ### BEGIN SOLUTION", "    ### BEGIN SOLUTION\n    ### END", "open already"),
    "empty region": ("    return 2 * x\n", "", "### END SOLUTION", "is empty"),
    "markdown region never closed": ("<!-- END SOLUTION -->", "", "<!-- BEGIN SOLUTION -->", "never closed"),
    "duplicate id": ("id: check-double", "id: double-it", "emit(double(x))", "duplicate id double-it, first used in line"),
    "points of an exercise": ("role: check, points: 2", "role: check, points: 1", "def double", "promises 2, its cells give 1"),
    "points of the page": ("  points: 3", "  points: 4", "exercises:", "promises 4, its exercises give 3"),
    "unknown role": ("role: answer", "role: solution", "def double", "role: Input should be"),
    "unknown field": ("role: answer", "role: answer, marks: 1", "def double", "marks: Extra inputs"),
    "bad id": ("id: double-it", "id: Double_It", "def double", "id: String should match"),
    "points for an answer": ("role: answer", "role: answer, points: 1", "def double", "points belong to"),
    "check without points": ("role: check, points: 2", "role: check", "emit(double(x))", "needs points"),
    "hidden without inputs": (", inputs: {x: {shape: [3, [4, 6]]}}", "", "emit(double(x))", "hidden needs inputs"),
    "inputs upside down": ("shape: [3, [4, 6]]", "low: 3, high: 1", "emit(double(x))", "low is 3, above high"),
    "nothing to hide": ("shape: [3, [4, 6]]", "choose: [1]", "emit(double(x))", "no second value to draw"),
    "a verdict in a check": ("emit(double(x))", "assert True\nemit(double(x))", "assert True", "no assert, no print"),
    "print in a check": ("emit(double(x))", "print(x)\nemit(double(x))", "print(x)", "no assert, no print"),
    "no emit": ("emit(double(x))", "double(x)", "double(x)\n```", "emits one value, in its last line"),
    "two emits": ("emit(double(x))", "emit(1)\nemit(double(x))", "emit(1)", "emits one value, in its last line"),
    "emit not last": ("emit(double(x))", "emit(double(x))\nx = 1", "emit(double(x))", "emits one value, in its last line"),
    "not Python": ("    return 2 * x", "    return 2 *", "    return 2 *", "not Python"),
    "two hints": (":::{hint}\nThree.\n:::\n\n## Say", "## Say", "## Double", "has 2 of 3 hints"),
    "unknown directive": ("Double it.", ":::{note}\nDouble it.\n:::", ":::{note}", "unknown directive {note}"),
    "unlisted exercise": ("% exercise: say", "% exercise: sing", "## Say", "sing is not in the front matter"),
    "missing exercise": ("% exercise: say", "", "---", "the page has double"),
    "solution without a role": ("role: answer", "role: given", "def double", "a cell of role given has a solution region"),
    "answer without a solution": (
        "    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
        "    return 2 * x",
        "def double",
        "a cell of role answer lacks a solution region",
    ),
    "code without a role": ("grade: {id: imports, role: given}", "tags: [x]", "import numpy", "a code cell cannot have the role None"),
    "wrong exercise": ("role: answer}", "role: answer, exercise: say}", "def double", "says exercise say but stands in double"),
    "picture without alt": ("role: given", "role: picture", "import numpy", "a picture needs alt"),
    "solution that raises": ("return 2 * x", "return 2 * y", "def double", None),
    "check that passes on the stub": ("emit(double(x))", "emit(x)", "emit(x)", "check check-double passes on the stub"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_an_error_with_file_and_line(tmp_path, mistake):
    old, new, place, message = MISTAKES[mistake]
    assert GOOD.count(old) >= 1
    text = GOOD.replace(old, new, 1)
    path = tmp_path / "double.md"
    path.write_text(text)
    with pytest.raises(AuthorError) as caught:
        prove(read(path))
    found = re.fullmatch(rf"{re.escape(str(path))}:(\d+): (.+)", str(caught.value), re.DOTALL)
    assert found, str(caught.value)
    if message is None:  # the solution raises where it is called: in the check
        message, place = "the solution fails in cell check-double", "emit(double(x))"
    assert message in found.group(2)
    assert int(found.group(1)) == line_of(text, place), found.group(2)


def test_yaml_that_cannot_be_read_names_the_line(tmp_path):
    path = Path(tmp_path, "double.md")
    path.write_text(GOOD.replace("grade: {id: double-it, role: answer}", "grade: {id: double-it"))
    with pytest.raises(AuthorError, match=rf"double\.md:{line_of(GOOD, 'grade: {id: double-it') - 2}: "):
        read(path)
