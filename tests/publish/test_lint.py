"""The chapters' lint: each rule seen to catch, with file and line, and quiet where all is well."""

import subprocess
from pathlib import Path

import pytest

from publish import api, lint, lint_cells, lint_prose
from publish.stations import FORMS, STATIONS

ROOT = Path(__file__).parent.parent.parent
SCREEN = """\
:::{question}
What slides?
:::

```{code-cell} ipython3
explore.conv1d(x, w)
```

:::{answer}
The kernel.
:::

"""


def cell(code, options=""):
    return f"# T\n\n```{{code-cell}} ipython3\n{options}{code}\n```\n"


@pytest.mark.parametrize(
    "text",
    [
        "A 1×1 kernel, a 2-D image, `3 + 4`, $5 + 6$, conv2d, ResNet-50, VGG16 and 3×3×3.",
        "There are {glue:text}`count_2` values in [the text](page2.md#part-3), since 2012.",
        "1. first\n2. second",
        "$$\no = 3\n$$",
        ":::{quiz}\nHow many of 3?\n\n- [x] 3 -- yes, 3\n:::",
        ":::{question}\nWhy stride 2?\n:::",
        "# From 7 to 14: which stride?",
        ":::{promise}\n:minutes: 45\nText.\n:::",
        "```python\nx = 3\n```",
        "% 3 comments",
    ],
)
def test_digits_may_stand_in_names_code_and_mathematics(text):
    assert lint_prose.check("book/a.md", text) == []


@pytest.mark.parametrize(
    ("text", "line", "digit"),
    [
        ("Fine.\n\nIt has 36,864 weights.", 3, "36"),
        ("---\nkernelspec: {}\n---\n\nThere are 3.", 5, "3"),
        (":::{answer}\nOne.\n\nTwo are 2 too many.\n:::", 4, "2"),
        ("## Part 2", 1, "2"),
        ("Why stride 2?", 1, "2"),
        ("| a | 0.5 |", 1, "0.5"),
        (":::{admonition} The 4 kinds\nText.\n:::", 1, "4"),
        ("`code` and $x$\nthen 7 more", 2, "7"),
    ],
)
def test_a_typed_digit_is_named_with_its_line(text, line, digit):
    found = lint_prose.check("book/a.md", text)
    assert found[0].startswith(f"book/a.md:{line}: the digit {digit!r} stands in prose: compute it in a cell")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (cell('glue("a", 3)'), "book/a.md:4: glue() is given the literal 3: pass on what a cell computed"),
        (cell('\nglue("a", 3 * 3)'), "book/a.md:5: glue() is given the literal 3 * 3"),
        (cell('claim("a.b", True, says="It is.")'), "book/a.md:4: claim() is given the literal True"),
        (cell('claim("other.b", f(x), says="It is.")'), "book/a.md:4: the claim 'other.b' must begin with the page's slug: a."),
        (cell("x = ("), "book/a.md:4: the cell is no Python"),
        (cell("x = 1\n" * 9, "---\nmystnb: {image: {alt: Nine lines.}}\n---\n"), "book/a.md:7: the plotting cell has 9 lines, 8 are allowed"),
        (cell("plotting.bars(x)"), "book/a.md:4: the cell draws a figure but has no alternative text"),
        (cell("import torch"), "book/a.md:4: a cell that needs torch is tagged `torch`"),
        ("# T\n\n## Loop\n\n% station: loop\n\n" + cell("def f(x):\n" + "    x += 1\n" * 16), "book/a.md:10: the loop f has 17 lines, 15 are allowed"),
        ("# T\n\n## Loop\n\n% station: loop\n\nText.", "book/a.md:5: the station loop has no code cell"),
        (cell("from convlib import a, b, c\nfrom convlib.shapes import d, e, f") + "\n" * 30, "book/a.md:4: the first half of the page uses 6 names of convlib"),
    ],
)  # fmt: skip
def test_a_broken_rule_of_cells_is_named_with_its_line(text, said):
    assert any(message.startswith(said) for message in lint_cells.check("book/a.md", text))


def test_good_cells_are_left_alone():
    good = cell(
        'import numpy as np\nx = np.arange(3)\nglue("a", x.size)\nclaim("a.b", x.size, 3, says="Three.", source="s")'
    )
    assert lint_cells.check("book/a.md", good) == []
    torch = cell("try:\n    import torch\nexcept ImportError:\n    print('no torch')", ":tags: [torch]\n")
    assert lint_cells.check("book/a.md", torch) == []


@pytest.fixture
def chapter(make_book, header, tmp_path):
    """A book of one chapter that lacks its last station, with the list that says so."""
    have = "".join(f"## {name}\n\n% station: {name}\n\n" for name in STATIONS[:-1])
    body = (
        SCREEN + have + '```{code-cell} ipython3\nx = 2 + 2\nclaim("index.sum", x == 4, says="Four.")\n```\n'
    )
    root = make_book(tmp_path, {"index": f"{header}# T\n\n{body}".replace("## loop\n", "## loop\n")})
    text = (root / "book" / "index.md").read_text()
    (root / "book" / "index.md").write_text(text.replace("% station: loop\n", "% station: loop\n"))
    (root / "book" / "pending.txt").write_text("index: station summary\n")
    return root


def commit(root):
    for arguments in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "t"],
    ):
        subprocess.run(["git", *arguments], cwd=root, check=True)


def test_the_list_of_what_is_pending_is_what_is_missing(chapter):
    assert lint.missing(chapter) == ["index: station summary"]
    assert lint.errors_in(chapter) == []
    (chapter / "book" / "pending.txt").write_text("index: station wrong\n")
    assert lint.errors_in(chapter) == [
        "book/pending.txt:2: 'index: station summary' is missing in the book: write it, or list it here",
        "book/pending.txt:1: 'index: station wrong' is in the book now: take the line out",
    ]


def test_the_list_of_what_is_pending_only_shrinks(chapter):
    commit(chapter)
    assert lint.errors_in(chapter) == []
    page = chapter / "book" / "index.md"
    page.write_text(page.read_text().replace("% station: wrong\n", ""))
    (chapter / "book" / "pending.txt").write_text("index: station wrong\nindex: station summary\n")
    said = "book/pending.txt:1: 'index: station wrong' was not pending before: the list only shrinks, so write it"
    assert said in lint.errors_in(chapter)


@pytest.mark.parametrize(
    ("old", "new", "lacking"),
    [
        (":::{question}\nWhat slides?\n:::\n", "", "question"),
        (":::{answer}\nThe kernel.\n:::\n", "", "answer"),
        ("explore.conv1d(x, w)", "print('explore')", "an explorer between question and answer"),
        (SCREEN, SCREEN.replace("explore.conv1d(x, w)", "0") + "```{code-cell}\nexplore.conv1d(x, w)\n```\n", "an explorer between question and answer"),
        ('claim("index.sum", x == 4, says="Four.")', "", "claims"),
    ],
)  # fmt: skip
def test_a_chapter_without_its_first_screen_or_claims_is_pending(chapter, old, new, lacking):
    page = chapter / "book" / "index.md"
    before = page.read_text()
    page.write_text(before.replace(old, new))
    assert page.read_text() != before
    assert lint.missing(chapter) == ["index: station summary", f"index: {lacking}"]


def test_a_page_of_part_practice_needs_two_stations_a_first_screen_and_claims(chapter):
    page = chapter / "book" / "index.md"
    text = page.read_text()
    for name in STATIONS:
        text = text.replace(f"% station: {name}\n", "")
    page.write_text(text)
    assert lint.missing(chapter) == []  # no station, no form: it follows its own
    page.write_text(text.replace("# T\n", "# T\n\n% form: practice\n"))
    assert lint.missing(chapter) == [f"index: station {name}" for name in FORMS["practice"]]
    assert "index                       ·············   1" in lint.table(chapter)
    page.write_text(page.read_text().replace(SCREEN, "").replace('claim("', 'print("'))
    assert lint.missing(chapter)[2:] == ["index: question", "index: answer", "index: claims"]


def test_an_unknown_form_is_named_with_its_line(chapter):
    page = chapter / "book" / "index.md"
    page.write_text(page.read_text().replace("# T\n", "# T\n\n% form: essay\n"))
    said = "book/index.md:14: no form is called 'essay': use one of operation, practice"
    assert said in lint.errors_in(chapter)


def test_an_unknown_station_a_claim_made_twice_and_a_page_outside_the_toc_are_named(chapter):
    page = chapter / "book" / "index.md"
    text = page.read_text().replace("% station: wrong\n", "% station: wrng\n")
    page.write_text(
        text.replace('claim("index.sum"', 'claim("index.sum", x == 4, says="F.")\nclaim("index.sum"')
    )
    (chapter / "book" / "stray.md").write_text("# Stray\n")
    (chapter / "book" / "answers").mkdir()
    (chapter / "book" / "answers" / "lost.md").write_text("# Lost\n")
    said = "\n".join(lint.errors_in(chapter))
    assert "no station is called 'wrng'" in said
    assert "the claim 'index.sum' is also made at book/index.md:" in said
    assert "book/stray.md:1: it is not in _toc.yml: add `- file: book/stray`" in said
    assert "book/answers/lost.md:1: it is not in _toc.yml: add `- file: book/answers/lost`" in said


def test_a_stale_reference_page_is_named(chapter):
    (chapter / "book" / "api.md").write_text(api.page())
    (chapter / "_toc.yml").write_text((chapter / "_toc.yml").read_text() + "chapters:\n  - file: book/api\n")
    assert lint.errors_in(chapter) == []
    (chapter / "book" / "api.md").write_text(api.page().replace("convlib.shapes", "convlib.forms"))
    assert lint.errors_in(chapter) == [
        "book/api.md:1: it is stale, convlib's modules have changed: run `python -m publish api`"
    ]
