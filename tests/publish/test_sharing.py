"""What a shared address shows: title, description and a picture; and where a misconception's name leads."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from docutils import nodes
from PIL import Image

from convlib import explore
from convlib.explore.palette import PALETTE
from publish import card_picture, cards, links
from publish.build import _folder, _toc, build_site
from publish.html import html

KINDS = [
    "conv1d",
    "conv2d",
    "conv3d",
    "transposed",
    "arithmetic",
    "correlation",
    "wiring",
    "channels",
    "checkerboard",
]
PAGES = {
    "index": "# A book\n\nSee [the belief](misconceptions.md#flops-are-macs) and [](answers/why.md).\n",
    "misconceptions": "# Wrong\n\n## Counts\n\n:::{misconception} flops-are-macs\n:::\n\nA cell.\n",
}
ANSWER = """\
# Why 3 & not "4"?

:::{question}
I took 4. Why does the page say 3?
:::

```{code-cell} ipython3
:tags: [hide-input]
from convlib import explore
from convlib.claims import claim, glue

explore.conv1d([1, 2, 3], [1, 1])
glue("count", len([1, 2, 3]))
explore.conv1d([1, 2, 3], [1, 1])
```

:::{answer}
There are {glue:text}`count`. See {slip}`flops-are-macs` and {slip}`bias-missing`
:::
"""


def pixels(*card):
    """A card's pixels; a few colours are kept, so that two of them may differ by a shade everywhere."""
    return np.asarray(card_picture.draw(*card).convert("RGB")).astype(int)


def differ(one, other):
    return np.abs(one - other).max(axis=2) > 60


def panels(kind):
    return re.findall(r"<svg.*?</svg>", getattr(explore, kind)().scene.html(), re.S)


@pytest.fixture(scope="module")
def shared(make_book, header, tmp_path_factory):
    """A small book, built as if it were published from owner/name."""
    pages = PAGES | {"answers/why": header + ANSWER}
    root = make_book(tmp_path_factory.mktemp("shared"), pages)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_REPOSITORY", "Owner/name")
        assert build_site(root) == 0
    return root / "_build" / "html"


@pytest.mark.xdist_group("shared")
def test_a_shared_page_has_title_description_and_picture(shared):
    text = (shared / "book" / "answers" / "why.html").read_text()
    meta = dict(re.findall(r'<meta (?:property|name)="([\w:]+)" content="([^"]*)">', text))
    assert meta["og:title"] == "Why 3 &amp; not “4”?"
    assert meta["og:description"].startswith("There are 3. See Multiply-adds")
    assert meta["og:url"] == "https://owner.github.io/name/book/answers/why.html"
    assert meta["og:image"] == "https://owner.github.io/name/cards/answers/why.png"
    picture = shared / meta["og:image"].removeprefix("https://owner.github.io/name/")
    assert Image.open(picture).size == (1200, 630)
    assert picture.stat().st_size < 100_000
    assert (shared / "notebooks" / "answers" / "why.ipynb").is_file()
    assert "og:title" not in (shared / "book" / "index.html").read_text()


@pytest.mark.xdist_group("shared")
def test_a_misconception_has_an_address_and_its_name_leads_there(shared):
    wrong = (shared / "book" / "misconceptions.html").read_text()
    assert re.search(r'<section class="misconception" id="flops-are-macs">\s*<h3>', wrong)
    why = (shared / "book" / "answers" / "why.html").read_text()
    slips = re.findall(r'<span class="slip">(.*?)</span>', why, re.S)
    assert 'href="../misconceptions.html#flops-are-macs"' in slips[0]
    assert slips[1] == "The bias is missing."
    assert 'href="misconceptions.html#flops-are-macs"' in (shared / "book" / "index.html").read_text()
    assert links.check(shared) == []


@pytest.mark.parametrize(
    ("directive", "said"),
    [
        (":::{misconception} flops-are-mac\n:::", "no misconception is called 'flops-are-mac'; did you mean 'flops-are-macs'?"),
        (":::{misconception} flops-are-macs\n:::", "is 'misconceptions': make it 'index'"),
    ],
)  # fmt: skip
def test_a_misconception_in_the_wrong_place_or_of_no_name_stops_the_build(page, capfd, directive, said):
    assert build_site(page(directive + "\n")) == 1
    assert said in capfd.readouterr().err


@pytest.mark.parametrize(
    ("repository", "address"),
    [
        ("", ""),
        ("Owner/name", "https://owner.github.io/name/"),
        ("Owner/owner.github.io", "https://owner.github.io/"),
        ("no address", ""),
    ],
)
def test_the_sites_address_is_known_where_the_repository_is(monkeypatch, repository, address):
    monkeypatch.setenv("GITHUB_REPOSITORY", repository)
    assert cards.site() == address


def test_without_an_address_there_is_no_picture_in_the_head_and_the_card_is_noted(monkeypatch, tmp_path):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    document = nodes.section()
    document += html("div", nodes.paragraph("", "Why?"), class_="box question")
    app = SimpleNamespace(outdir=str(tmp_path / "html"))
    body = f'<div class="cx-draw">{explore.conv1d().scene.html()}</div>'
    assert cards.about(app, "book/a", "A", body, document) == {"title": "A", "description": "Why?"}
    assert (tmp_path / "cards" / "book" / "a.json").is_file()
    cards.write(["book/a", "book/b"], tmp_path / "html", tmp_path / "fresh", tmp_path / "kept")
    assert [path.name for path in (tmp_path / "fresh" / "cards").iterdir()] == ["a.png"]
    assert cards.about(app, "book/a", "A", "no explorer", document)["title"] == "A"
    assert not (tmp_path / "cards" / "book" / "a.json").exists()


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Short.", "Short."),
        (r"It is $2 \times 2$.", "It is $2 × 2$."),
        ("One. " + "Two " * 60, "One."),
        ("word " * 60, " ".join(["word"] * 39) + "…"),
    ],
)
def test_a_description_ends_with_a_sentence_or_a_word(text, short):
    assert cards.shorten(text) == short
    assert len(cards.shorten(text)) <= cards.DESCRIPTION


@pytest.mark.parametrize("kind", KINDS)
def test_every_explorer_can_be_drawn_on_a_card(kind):
    drawn, empty = pixels("A page", "A question?", panels(kind)), pixels("A page", "A question?", [])
    assert drawn.shape == (630, 1200, 3)
    changed = np.argwhere(differ(drawn, empty))
    (top, left), (bottom, right) = changed.min(axis=0), changed.max(axis=0)
    assert top > 150
    assert bottom < 630 - 60
    assert left >= 60
    assert right <= 1200 - 60
    assert bottom - top > 60


def test_a_card_shows_the_question_and_the_highlight():
    highlight = tuple(int(PALETTE["highlight"]["light"][k : k + 2], 16) for k in (1, 3, 5))
    one, other = (pixels(f"{ask}?", "", panels("conv1d")) for ask in ("Which", "Whose"))
    assert (np.abs(one[200:560] - highlight).sum(axis=2) < 60).any()
    assert differ(one, other)[:180].any()
    assert differ(one, other)[220:].mean() < 0.001


def test_a_long_question_is_set_smaller_and_stays_on_the_card():
    text = "Why does a layer that enlarges its input draw a fine grid on everything it makes, " * 2
    drawn = pixels("A page", text, panels("conv1d"))
    assert drawn[:600, 1140:].min() > 240
    assert drawn[:600, :60].min() > 240


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        ('<svg width="9" height="9"><path class="i" d="M0 0C1 1 2 2 3 3"/></svg>', "only M, L, h, v and z"),
        ('<svg width="9" height="9"><g transform="rotate(3)"/></svg>', "which is no translation"),
    ],
)
def test_a_drawing_that_the_card_does_not_know_is_named(panel, said):
    with pytest.raises(ValueError, match=said):
        card_picture.draw("A", "B?", [panel])


def test_the_folder_of_many_pages_has_a_name_that_a_disk_can_hold():
    assert _folder(["dilated", "answers/floor_or_ceil"]) == "only-dilated-answers-floor_or_ceil"
    many = [f"answers/page{k}" for k in range(40)]
    assert len(_folder(many)) < 120
    assert _folder(many) != _folder(many[::-1])


def test_one_page_alone_has_a_table_of_contents_without_chapters(tmp_path):
    one = yaml.safe_load(_toc(tmp_path, ["book/dilated"], tmp_path).read_text(encoding="utf-8"))
    assert one == {"format": "jb-book", "root": "book/dilated"}  # an empty list of chapters is refused
    two = yaml.safe_load(_toc(tmp_path, ["book/dilated", "book/cost"], tmp_path).read_text(encoding="utf-8"))
    assert two["chapters"] == [{"file": "book/cost"}]
