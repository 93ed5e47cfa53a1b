"""The pages of exercises, their executed keys, and the wrong answers, for every test of this folder."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from convgrader import regions
from convgrader.key import load_key, write_key
from convgrader.release import released
from convgrader.source import Source, read

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "exercises" / "source").glob("*.md"))
SEED = "the tests' own secret"


@dataclass
class Page:
    """One page of exercises with all that is made from it."""

    source: Source
    key_path: Path
    solutions: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.key = load_key(self.key_path)
        self.released = released(self.source)
        cells = self.source.graded("answer", "manual")
        self.solutions = {grade.id: regions.solved(cell.source) for cell, grade in cells}
        self.stubs = {grade.id: regions.stubbed(cell.source) for cell, grade in cells}

    @property
    def checks(self):
        """The key's check cells."""
        return [cell for cell in self.key.cells if cell.metadata.grade.role == "check"]

    @property
    def table(self):
        """The file of wrong answers."""
        return tomllib.loads((ROOT / "tests/exercises/wrong" / f"{self.source.slug}.toml").read_text("utf-8"))

    @property
    def wrong(self):
        """The wrong answers, as (entry, source of the answer cell)."""
        return [(entry, wrong_source(entry, self.solutions)) for entry in self.table["wrong"]]


def wrong_source(entry, solutions):
    """Return the wrong answer's source; every edit has to find its text."""
    if "source" in entry:
        return entry["source"]
    text = solutions[entry["cell"]]
    for old, new in entry["edits"]:
        assert old in text, f"{entry['cell']}: {old!r} is not in the solution"
        text = text.replace(old, new)
    return text


def pytest_generate_tests(metafunc):
    """Run every test that asks for a slug once for each page; a page's tests stay on one worker."""
    if "slug" in metafunc.fixturenames:
        marks = [pytest.param(p.stem, marks=pytest.mark.xdist_group(f"exercises-{p.stem}")) for p in SOURCES]
        metafunc.parametrize("slug", marks)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """What was made for a page so far: each key is executed once in a worker, in whatever order tests run."""
    return {"folder": tmp_path_factory.mktemp("key")}


@pytest.fixture
def page(slug, made):
    """A page with its executed key."""
    if slug not in made:
        source = read(next(path for path in SOURCES if path.stem == slug))
        made[slug] = Page(source, write_key(source, made["folder"], SEED))
    return made[slug]
