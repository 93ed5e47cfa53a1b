"""Small books to build: the fixtures of the tests of `publish/`."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

HEADER = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

"""
GOOD = """\
# A sample

% form: practice

% station: promise

:::{promise}
:minutes: 30
:needs: [the index](index.md); what a sum is
You can say what a sample is.
:::

```{code-cell} ipython3
:tags: [hide-input]
import matplotlib.pyplot as plt
from convlib.claims import claim, glue
from convlib import plotting
plt.rcParams.update(plotting.STYLE)
values = [1, 2, 3, 4]
glue("count", len(values), ",d")
claim("sample.count", len(values), 4, says="There are four values.", source="dumoulin2016, section 2")
claim("sample.sum", sum(values) == 10, says="They sum to ten.")
```

:::{question}
How many values are there?
:::

:::{answer}
There are {glue:text}`count`, as ($n = 4$) says.
:::

## It fails

% station: failure

Read [the index](index.md) first; {cite:t}`dumoulin2016` has more.

```{code-cell} ipython3
---
mystnb:
  image:
    alt: Four bars that grow from left to right.
---
plotting.bars(values)
```

:::{predict}
What is the sum?

It is ten.
:::

:::{formulas}
$$o = \\left\\lfloor \\frac{i + 2p - k}{s} \\right\\rfloor + 1$$
:::

:::{quiz}
What slides?

- [ ] The input -- {slip}`kernel-reversed` It stays.
- [x] The kernel -- It slides as it stands.
:::
"""


def write_book(root: Path, pages: dict[str, str]) -> Path:
    """A book with these pages below `book/`; the first is the root."""
    (root / "book").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "_config.yml", root)
    shutil.copy(ROOT / "book" / "references.bib", root / "book")
    for name, text in pages.items():
        path = root / "book" / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    first, *rest = pages
    chapters = "".join(f"      - file: book/{name}\n" for name in rest)
    parts = f"parts:\n  - caption: One\n    chapters:\n{chapters}" if rest else ""
    (root / "_toc.yml").write_text(f"format: jb-book\nroot: book/{first}\n{parts}", encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def good_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small book that builds."""
    pages = {
        "index": "# A book\n\nSee [the sample](sample.md).\n",
        "sample": HEADER + GOOD,
        "claims": "# Ledger\n\n```{ledger}\n```\n\n```{bibliography}\n```\n",
    }
    return write_book(tmp_path_factory.mktemp("good"), pages)


@pytest.fixture(scope="session")
def good_site(good_book: Path) -> Path:
    """The small book, built."""
    from publish.build import build_site

    assert build_site(good_book) == 0
    return good_book / "_build" / "html"


@pytest.fixture
def page(tmp_path: Path) -> Callable[[str], Path]:
    """Write a book of one executed page with this text below its header."""
    return lambda text: write_book(tmp_path, {"index": HEADER + "# A page\n\n" + text})


@pytest.fixture(scope="session")
def make_book() -> Callable[[Path, dict[str, str]], Path]:
    """`write_book`, for tests."""
    return write_book


@pytest.fixture(scope="session")
def header() -> str:
    """The header of an executed page."""
    return HEADER
