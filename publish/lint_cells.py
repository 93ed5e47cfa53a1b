"""What the contract asks of code cells: glued values are computed, claims are named, cells are short."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from publish import pages

PLOTTING_LINES, LOOP_LINES, NAMES = 8, 15, 5
_NOT_COUNTED = {"claim", "glue", "plotting", "explore"}


def check(name: str, text: str) -> list[str]:
    """What is wrong in a page's cells."""
    found: list[str] = []
    slug = name.rpartition("/")[2].removesuffix(".md")
    for cell in pages.code_cells(text):
        try:
            tree = ast.parse("\n".join(_python(cell.body)))
        except SyntaxError as error:
            line = cell.body_line + (error.lineno or 1) - 1
            found.append(f"{name}:{line}: the cell is no Python: {error.msg}")
            continue
        found += [f"{name}:{cell.body_line + line - 1}: {what}" for line, what in _calls(tree, slug)]
        found += [f"{name}:{cell.body_line}: {what}" for what in _shape(cell)]
    return found + _loop(name, text) + _names(name, text)


def claims(text: str) -> list[tuple[str, int]]:
    """The ids of the claims that a page's cells write out, with their lines."""
    found = []
    for cell in pages.code_cells(text):
        try:
            tree = ast.parse("\n".join(_python(cell.body)))
        except SyntaxError:
            continue
        for call in _called(tree, "claim"):
            if call.args and isinstance(call.args[0], ast.Constant):
                found.append((str(call.args[0].value), cell.body_line + call.lineno - 1))
    return found


def _python(lines: list[str]) -> list[str]:
    """A cell without its magics, line for line."""
    return [re.sub(r"^(\s*)[%!].*", r"\1pass", line) for line in lines]


def _called(tree: ast.AST, name: str) -> list[ast.Call]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == name]


def _calls(tree: ast.AST, slug: str) -> Iterator[tuple[int, str]]:
    for function in ("glue", "claim"):
        for call in _called(tree, function):
            got = call.args[1] if len(call.args) > 1 else None
            if got is not None and not any(isinstance(n, ast.Name | ast.Call) for n in ast.walk(got)):
                yield (
                    call.lineno,
                    f"{function}() is given the literal {ast.unparse(got)}: pass on what a cell computed",
                )
    for call in _called(tree, "claim"):
        given = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        if isinstance(given, str) and given.partition(".")[0] != slug:
            yield call.lineno, f"the claim {given!r} must begin with the page's slug: {slug}.…"


def _shape(cell: pages.Block) -> Iterator[str]:
    code = [line for line in cell.body if line.strip() and not line.strip().startswith("#")]
    alternative = ((cell.options.get("mystnb") or {}).get("image") or {}).get("alt", "")
    if alternative and len(code) > PLOTTING_LINES:
        yield f"the plotting cell has {len(code)} lines, {PLOTTING_LINES} are allowed: compute in a cell before it"
    if re.search(r"\bplt\.(subplots|figure|plot|imshow)\(|\bplotting\.\w+\(", "\n".join(code)):
        draws = not re.search(r"^\s*def ", "\n".join(code), re.M)
        if draws and not str(alternative).strip():
            yield "the cell draws a figure but has no alternative text: add `mystnb: image: alt:` to its header"
    imports = re.search(r"^\s*(import torch|from torch)", "\n".join(code), re.M)
    if imports and ("torch" not in (cell.options.get("tags") or []) or code[0].strip() != "try:"):
        yield "a cell that needs torch is tagged `torch` and begins `try: import torch`, so that the page runs without it"


def _loop(name: str, text: str) -> list[str]:
    """The loop form: the first cell of its station."""
    place = re.search(r"^% station: loop\s*$", text, re.M)
    if not place:
        return []
    line = text.count("\n", 0, place.start()) + 1
    cell = next((c for c in pages.code_cells(text) if c.line > line), None)
    if cell is None:
        return [f"{name}:{line}: the station loop has no code cell: write the operation as loops"]
    try:
        tree = ast.parse("\n".join(_python(cell.body)))
    except SyntaxError:
        return []
    long = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and _length(n) > LOOP_LINES]
    return [
        f"{name}:{cell.body_line + node.lineno - 1}: the loop {node.name} has {_length(node)} lines, "
        f"{LOOP_LINES} are allowed"
        for node in long
    ]


def _length(node: ast.FunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _names(name: str, text: str) -> list[str]:
    """The names of convlib that the first half of a page asks a reader to know."""
    half = text.count("\n") / 2
    seen: dict[str, int] = {}
    for cell in pages.code_cells(text):
        if cell.line > half:
            break
        for match in re.finditer(r"^from convlib(?:\.\w+)* import (.+)$", "\n".join(cell.body), re.M):
            for item in match[1].strip("()").split(","):
                word = item.split(" as ")[0].strip()
                if word and word not in _NOT_COUNTED:
                    seen.setdefault(word, cell.body_line)
    if len(seen) <= NAMES:
        return []
    extra = list(seen)[NAMES]
    return [
        f"{name}:{seen[extra]}: the first half of the page uses {len(seen)} names of convlib ({', '.join(seen)}), "
        f"{NAMES} are allowed: write the small ones out, or use them later"
    ]
