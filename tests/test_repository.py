"""The house rules of CONTRIBUTING.md, read off the tree itself."""

import ast
import doctest
import importlib.util
import io
import json
import re
import subprocess
import tokenize
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("convlib", "convgrader", "publish")
MAY_IMPORT = {"convlib": set(), "convgrader": {"convlib"}, "publish": {"convlib", "convgrader"}}


def tracked(pattern: str = "*") -> list[Path]:
    """What git tracks, so that scratch files of a working tree don't count."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", pattern], cwd=ROOT, capture_output=True, check=True
    ).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in tracked(f"{package}/**.py")]


def code_lines(source: str) -> set[int]:
    """Lines that hold code: not blank, not a comment, not part of a docstring."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in (
            tokenize.COMMENT,
            tokenize.NL,
            tokenize.NEWLINE,
            tokenize.INDENT,
            tokenize.DEDENT,
            tokenize.ENDMARKER,
        ):
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and ast.get_docstring(node) is not None
        ):
            lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return lines


def too_long(source: str, module: int = 250, function: int = 40) -> list[str]:
    """What is over the budget, each with its line."""
    lines = code_lines(source)
    found = [f"1: {len(lines)} lines of code, the budget is {module}"] if len(lines) > module else []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            own = len(lines & set(range(node.lineno, node.end_lineno + 1)))
            if own > function:
                found.append(f"{node.lineno}: {node.name} has {own} lines of code, the budget is {function}")
    return found


def test_modules_and_functions_keep_their_budgets():
    over = [
        f"{path.relative_to(ROOT)}:{message}" for path in modules() for message in too_long(path.read_text())
    ]
    assert not over, "\n".join(over)


def test_the_budget_check_sees_what_is_too_long():
    body = "\n".join(f"    x{i} = {i}" for i in range(41))
    assert too_long(f'def f():\n    """One\n\n    two."""\n{body}\n') == [
        "1: f has 42 lines of code, the budget is 40"
    ]
    assert too_long("\n".join(f"x{i} = {i}  # why" for i in range(251))) == [
        "1: 251 lines of code, the budget is 250"
    ]
    assert too_long("# a comment\n" * 500) == []


def imported(source: str, top_level_only: bool = False) -> set[str]:
    """The first names of all modules that a source imports."""
    tree = ast.parse(source)
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.split(".")[0] for name in names}


def test_dependencies_point_one_way():
    for path in modules():
        room = path.relative_to(ROOT).parts[0]
        wrong = imported(path.read_text()) & set(PACKAGES) - {room} - MAY_IMPORT[room]
        assert not wrong, f"{path.relative_to(ROOT)} imports {', '.join(sorted(wrong))}"


def test_convlib_imports_numpy_alone_at_the_top():
    foreign = {"torch", "matplotlib", "scipy", "IPython", "anywidget", "ipywidgets", "PIL", "sklearn"}
    for path in tracked("convlib/**.py"):
        wrong = imported(path.read_text(), top_level_only=True) & foreign
        assert not wrong, f"{path.relative_to(ROOT)} imports {', '.join(wrong)} when it is itself imported"


def test_no_star_imports():
    for path in tracked("*.py"):
        stars = [
            n.lineno
            for n in ast.walk(ast.parse(path.read_text()))
            if isinstance(n, ast.ImportFrom) and n.names[0].name == "*"
        ]
        assert not stars, f"{path.relative_to(ROOT)}:{stars[0]}: a star import"


def test_notebooks_are_committed_without_outputs():
    for path in tracked("*.ipynb"):
        for k, cell in enumerate(json.loads(path.read_text())["cells"]):
            assert not cell.get("outputs"), f"{path.relative_to(ROOT)}: cell {k} has outputs"


def test_tracked_files_are_small():
    for path in tracked():
        assert path.stat().st_size <= 1 << 20, (
            f"{path.relative_to(ROOT)} has {path.stat().st_size:,} bytes, at most 1 MiB"
        )


def test_nothing_names_a_machine():
    folders = re.compile(rb"(/(?:root|work|home/\w+)/|/tmp/[a-z])")
    for path in tracked():
        if path.suffix in {".png", ".gz", ".npz", ".npy", ".jpg"} or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            found = folders.search(line)
            assert not found, f"{path.relative_to(ROOT)}:{number}: names {found[0].decode()}"


def test_workflows_hold_no_logic():
    """Each step that runs something runs make, or sets a machine up with one line."""
    allowed = re.compile(
        r"make( [a-z]+)+|sudo apt-get (update|install .*)|(python|python3) -m (venv|pip) .*|bash \.ci/run"
    )
    paths = tracked(".github/workflows/*.yml")
    assert len(paths) >= 3, "test, publish and newest"
    for path in paths:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r"\s*-?\s*run:\s*(.*)", line)
            assert not match or allowed.fullmatch(match[1].strip()), (
                f"{path.relative_to(ROOT)}:{number}: {match[1]}"
            )


def test_every_requirement_is_pinned():
    for number, line in enumerate((ROOT / "requirements.txt").read_text().splitlines(), 1):
        assert (
            not line or line.startswith("#") or re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.]*", line)
        ), f"requirements.txt:{number}: {line}"
    assert "torch==2.13.0" in (ROOT / "requirements.txt").read_text().splitlines()


def test_one_version_everywhere():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"version: {version}" in (ROOT / "CITATION.cff").read_text()
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_readmes_examples_run():
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert result.attempted >= 5
    assert result.failed == 0


def test_the_readmes_files_exist():
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / "README.md").read_text()):
        assert (ROOT / link).exists(), f"README.md links to {link}, which is not there"


@pytest.mark.parametrize(
    "name", ["book", "exercises", "convlib", "convgrader", "publish", "benchmarks", "tests"]
)
def test_every_room_is_in_the_readme(name):
    assert f"`{name}/`" in (ROOT / "README.md").read_text()
    assert (ROOT / name).is_dir()


def test_a_skip_that_nothing_excuses_is_seen():
    spec = importlib.util.spec_from_file_location("shared", ROOT / "tests" / "conftest.py")
    shared = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shared)
    cuda, jax, other = (
        ("a", f"Skipped: {shared.NO_CUDA}", True),
        ("b", shared.NO_JAX, False),
        ("c", "later", False),
    )
    assert shared.unexpected([cuda, jax], 0) == []
    assert shared.unexpected([cuda, jax, other], 0) == ["c: later"]
    assert shared.unexpected([cuda], 7) == [f"a: Skipped: {shared.NO_CUDA}"], "some ran on CUDA, so all must"
    assert shared.unexpected([("d", shared.NO_CUDA, False)], 0) == [f"d: {shared.NO_CUDA}"]
