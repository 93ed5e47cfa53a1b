"""The sources that docstrings cite in short, as "Higham (2002), section 3.1", are in the book's bibliography."""

import ast
import re
from pathlib import Path

import pytest
from pybtex.database import parse_file

ROOT = Path(__file__).parents[2]
SECTION = re.compile(r"References\n-+\n(.*?)(?:\n\n[A-Z]\w+\n-+|\Z)", re.S)
SHORT = re.compile(r"((?:(?:van|den|von|de|De) )*[A-Z][\w'-]+)(?:(?:,| and| et al\.)[^();.]*)* ?\((\d{4})\)")


def cited(source):
    """Who and when, for every short citation in a module's docstrings."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            for section in SECTION.findall(ast.get_docstring(node) or ""):
                found |= set(SHORT.findall(" ".join(section.split())))
    return found


@pytest.fixture(scope="module")
def listed():
    """First author's family name and year of every entry."""
    entries = parse_file(str(ROOT / "book" / "references.bib")).entries.values()
    firsts = [(entry.persons["author"][0], entry.fields["year"]) for entry in entries]
    return {
        (" ".join(who.prelast_names + who.last_names).replace("{", "").replace("}", ""), year)
        for who, year in firsts
    }


def test_every_source_of_the_library_is_in_the_bibliography(listed):
    modules = [path for folder in ("convlib", "convgrader") for path in (ROOT / folder).rglob("*.py")]
    lacking = [
        f"{path.relative_to(ROOT)}: {who} ({year})"
        for path in modules
        for who, year in sorted(cited(path.read_text("utf-8")) - listed)
    ]
    assert not lacking, "\n".join(lacking)


def test_the_check_reads_citations_as_they_are_written():
    text = '"""Sum.\n\nReferences\n----------\nHigham (2002), section 3.1; van den Oord et al. (2016).\nLin, Chen and\nYan (2014).\n"""'
    assert cited(text) == {("Higham", "2002"), ("van den Oord", "2016"), ("Lin", "2014")}
