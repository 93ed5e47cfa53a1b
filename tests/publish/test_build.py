"""The build: what it makes of a good book, and every guard of it seen to catch, with file and line."""

import json
import re
import shutil
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from publish import execute, links
from publish.build import build_site

ROOT = Path(__file__).parent.parent.parent


def line_of(root, name, words):
    """The number of the line of a page that holds these words."""
    lines = (root / "book" / f"{name}.md").read_text().split("\n")
    return next(k for k, line in enumerate(lines, 1) if words in line)


@pytest.mark.xdist_group("good")
def test_a_short_formula_stays_with_its_brackets(good_site):
    html = (good_site / "book" / "sample.html").read_text()
    kept = re.search(r'<span class="kept">(.+?)</span> says', html, re.S)
    assert kept
    assert (kept[1][0], kept[1][-1]) == ("(", ")")
    assert "katex" in kept[1]


@pytest.mark.xdist_group("good")
def test_a_page_opens_with_its_question_its_cell_and_its_answer(good_site):
    html = (good_site / "book" / "sample.html").read_text()
    places = [html.index(text) for text in ('class="box question"', 'class="box answer"', 'class="promise"')]
    assert places == sorted(places)
    assert "There are 4, as" in re.sub(r"<[^>]+>", "", html)


@pytest.mark.xdist_group("good")
def test_stations_are_classes_and_the_comments_are_gone(good_site):
    html = (good_site / "book" / "sample.html").read_text()
    assert re.search(r'<section class="station station-failure" id="it-fails">', html)
    assert "% station" not in html
    assert "form: practice" not in html


@pytest.mark.xdist_group("good")
def test_a_figure_stands_in_the_page_in_the_palettes_variables(good_site):
    html = (good_site / "book" / "sample.html").read_text()
    figure = re.search(r'<div class="figure-svg">(<svg.*?</svg>)', html, re.S)[1]
    assert 'role="img" aria-label="Four bars that grow from left to right."' in figure
    assert "var(--conv-" in figure
    assert "<img" not in html
    style = (good_site / "_static" / "site.css").read_text()
    assert set(re.findall(r"var\((--conv-\w+)", figure)) <= set(re.findall(r"(--conv-\w+):", style))


@pytest.mark.xdist_group("good")
def test_formulas_are_drawn_at_the_build_and_only_their_pages_load_the_style(good_site):
    sample, index = ((good_site / "book" / f"{name}.html").read_text() for name in ("sample", "index"))
    assert 'class="katex-display"' in sample
    assert "katex.min.css" in sample
    assert "katex" not in index
    assert "MathJax" not in sample
    assert not list(good_site.rglob("*.woff")) + list(good_site.rglob("*.ttf"))


@pytest.mark.xdist_group("good")
def test_the_ledger_lists_every_claim_with_its_source(good_site):
    html = (good_site / "book" / "claims.html").read_text()
    rows = [re.sub(r"<[^>]+>", " ", row) for row in re.findall(r"<tr.*?</tr>", html, re.S)]
    row = next(row for row in rows if "sample.count" in row)
    assert "There are four values." in row
    assert re.findall(r"\b4\b", row) == ["4", "4"]
    assert "Dumoulin" in row
    assert "✓" in next(row for row in rows if "sample.sum" in row)


@pytest.mark.xdist_group("good")
def test_the_root_has_a_title_a_language_and_a_link(good_site):
    html = (good_site / "index.html").read_text()
    assert '<html lang="en">' in html
    assert "<title>Every Convolution</title>" in html
    assert '<a href="book/index.html">' in html


@pytest.mark.xdist_group("good")
def test_nothing_that_no_page_needs_is_shipped(good_site):
    files = {path.relative_to(good_site).as_posix() for path in good_site.rglob("*") if path.is_file()}
    assert not [name for name in files if name.endswith(".map") or "fontawesome" in name or "thebe" in name]
    assert not [name for name in files if "bootstrap" in name or "jquery" in name]


@pytest.mark.xdist_group("good")
def test_an_unchanged_book_executes_nothing_again_and_a_failed_build_leaves_the_site(
    good_book, good_site, capfd
):
    capfd.readouterr()
    assert build_site(good_book) == 0
    assert "Nothing has changed" in capfd.readouterr().out
    before = (good_site / "book" / "sample.html").read_text()
    path = good_book / "book" / "sample.md"
    text = path.read_text()
    try:
        path.write_text(text.replace("sum(values) == 10", "sum(values) == 11"))
        assert build_site(good_book) == 1
    finally:
        path.write_text(text)
    said = capfd.readouterr().err
    line = line_of(good_book, "sample", 'claim("sample.sum"')
    assert f"book/sample.md:{line}: cell 1 raised ClaimError: claim sample.sum" in said
    assert (good_site / "book" / "sample.html").read_text() == before


def test_a_broken_cell_stops_the_build_and_is_named(page, capfd):
    root = page("```{code-cell} ipython3\nx = 1\n\n\nx / 0\n```\n")
    assert build_site(root) == 1
    assert (
        f"book/index.md:{line_of(root, 'index', 'x / 0')}: cell 1 raised ZeroDivisionError"
        in capfd.readouterr().err
    )
    assert not (root / "_build" / "html").exists()


def test_each_mistake_of_a_page_is_named_with_file_and_line(page, capfd):
    root = page(
        "$$\\frac{1}{$$\n\nHere is $\\wrongcommand{x}$ inline.\n\n"
        "```{code-cell} ipython3\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);\n```\n\n"
        ":::{unheardof}\nWhat is this?\n:::\n\n"
        ":::{quiz}\nWhich?\n\n- [ ] this -- {slip}`no-such-slip` No.\n- [x] that -- Yes.\n:::\n\n"
        "[a page](nowhere.md) and {glue:text}`nothing`.\n\n"
        "% station: nonsense\n\nText.\n\n![](picture.svg)\n\n:::{exercises}\n:::\n\n:::{quiz}\nWhich?\n\n- [ ] one -- No.\n:::\n"
    )
    (root / "book" / "picture.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    assert build_site(root) == 1
    said = capfd.readouterr().err
    at = {words: line_of(root, "index", words) for words in ("frac{1}{", "wrongcommand", "unheardof", "![](")}
    assert f"book/index.md:{at['frac{1}{']}: wrong formula:" in said
    assert f"book/index.md:{at['wrongcommand']}: wrong formula:" in said
    assert re.search(rf"book/index.md:{at['unheardof']}: Unknown directive type: 'unheardof'", said)
    assert re.search(r"book/index.md:\d+: slip: no misconception is called 'no-such-slip'", said)
    cell = line_of(root, "index", "import matplotlib") - 1
    assert f"book/index.md:{cell}: figure without alternative text" in said
    assert f"book/index.md:{at['![](']}: figure without alternative text" in said
    assert re.search(r"book/index.md:\d+: .*nowhere.md", said)
    assert re.search(r"book/index.md:\d+: .*nothing", said)
    assert re.search(r"book/index.md:\d+: no station is called 'nonsense'", said)
    assert re.search(r"book/index.md:\d+: exercises: exercises/index.ipynb does not exist", said)
    assert re.search(r"book/index.md:\d+: quiz: it needs at least two choices", said)
    assert not (root / "_build" / "html").exists()


def test_a_table_of_contents_that_names_a_missing_page_says_so(page, capfd):
    root = page("Text.\n")
    toc = root / "_toc.yml"
    toc.write_text(toc.read_text() + "chapters:\n  - file: book/gone\n")
    assert build_site(root) == 1
    assert "_toc.yml:1: it names book/gone" in capfd.readouterr().err


def test_a_change_in_convlib_or_a_pin_or_a_measurement_changes_the_caches_key(tmp_path):
    shutil.copytree(ROOT / "convlib", tmp_path / "convlib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    keys = [execute.key(tmp_path)]
    (tmp_path / "convlib" / "shapes.py").write_text("# changed\n")
    keys.append(execute.key(tmp_path))
    (tmp_path / "requirements.txt").write_text("numpy==2.0\n")
    keys.append(execute.key(tmp_path))
    (tmp_path / "convlib" / "measured" / "new.json").write_text(json.dumps({}))
    keys.append(execute.key(tmp_path))
    assert len(set(keys)) == 4
    (tmp_path / "convlib" / "note.txt").write_text("no code")
    assert execute.key(tmp_path) == keys[-1]


def test_one_print_that_arrives_in_two_pieces_is_one_line():
    pieces = [new_output("stream", name="stdout", text=text) for text in ("same?  ", " False\n")]
    warning = new_output("stream", name="stderr", text="careful\n")
    outputs = execute.joined([*pieces, warning])
    assert [output.text for output in outputs] == ["same?   False\n", "careful\n"]


def test_what_is_kept_of_a_page_is_joined(tmp_path):
    """A kernel sends what is flushed at once; the cache holds it as the page shows it."""
    source = "import time\nprint('same? ', end='', flush=True)\ntime.sleep(0.6)\nprint(False, flush=True)"
    ran, _, error = execute._run(tmp_path / "a.md", new_notebook(cells=[new_code_cell(source)]))
    assert error is None
    assert [output.text for output in ran.cells[0].outputs] == ["same? False\n"]


HEAD = "<!DOCTYPE html><html lang='en'><head><title>t</title>{}</head><body>\n{}\n</body></html>"


def test_dead_links_missing_anchors_and_foreign_resources_are_named(tmp_path):
    site, root = tmp_path / "site", tmp_path
    (site / "book").mkdir(parents=True)
    (root / "book").mkdir()
    (root / "book" / "a.md").write_text("# A\n\nSee [b](gone.md).\n")
    (site / "book" / "b.html").write_text(HEAD.format("", "<p id='x'></p><p id='x'></p>"))
    body = (
        '<a href="gone.html">g</a><a href="b.html#x">b</a>\n<a href="b.html#y">b</a><a href="#z">z</a>\n'
        '<img src="https://example.org/i.png"><a href="https://example.org/">fine</a>'
    )
    (site / "book" / "a.html").write_text(
        HEAD.format('<script src="https://example.org/s.js"></script>', body)
    )
    assert links.check(site, root) == [
        "book/a.md:1 (built book/a.html:1): loads https://example.org/s.js from another site: ship the file with this one",
        "book/a.md:1 (built book/a.html:4): loads https://example.org/i.png from another site: ship the file with this one",
        "book/a.md:3: links to gone.html, which does not exist",
        "book/a.md:1 (built book/a.html:3): links to b.html#y, but that page has no such anchor",
        "book/a.md:1 (built book/a.html:3): links to #z, but that page has no such anchor",
        "book/b.html:2: the identifier 'x' is given twice on this page",
    ]


def test_katex_has_the_version_that_draws():
    from sphinxcontrib import katex

    assert json.loads((ROOT / "package.json").read_text())["devDependencies"]["katex"] == katex.katex_version
    assert "resolved" not in (ROOT / "package-lock.json").read_text()
