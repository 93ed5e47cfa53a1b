"""Execute the book's pages, two at a time, into the cache that Jupyter Book then reads.

The cache's folder is named by a hash of everything a page's result depends on besides its own cells: the
library, the pinned requirements and the recorded measurements. A change there executes every page anew.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

from convgrader import kernel
from publish import pages

TIMEOUT = 60
WORKERS = 2
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_SETTINGS = """\
c = get_config()  # noqa: F821
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.print_figure_kwargs = {"bbox_inches": "tight", "metadata": {"Date": None}}
c.HistoryManager.enabled = False
c.IPKernelApp.log_level = 40
"""


def key(root: Path = pages.OURS) -> str:
    """The hash that names the cache."""
    digest = hashlib.sha256(_SETTINGS.encode())
    files = [root / "requirements.txt"]
    files += [p for p in sorted((root / "convlib").rglob("*")) if p.suffix in {".py", ".json", ".js", ".css"}]
    files += [p for p in sorted((root / "convlib" / "samples").rglob("*")) if p.is_file()]
    for path in files:
        if path.is_file():
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def read(path: Path) -> nbformat.NotebookNode:
    """A page as an unexecuted notebook, exactly as the book's build reads it."""
    config = MdParserConfig(enable_extensions={"colon_fence", "dollarmath"})
    return read_myst_markdown_notebook(
        path.read_text(encoding="utf-8"), config=config, add_source_map=True, path=str(path)
    )


def executed(path: Path, cache_path: Path) -> nbformat.NotebookNode:
    """A page's notebook with the outputs that the cache holds; KeyError where it holds none."""
    return get_cache(str(cache_path)).merge_match_into_notebook(read(path))[1]


def fill(root: Path, docs: list[str], cache_path: Path, say: Callable[[str], None] = print) -> list[str]:
    """Execute the pages that the cache doesn't hold; answer the errors as ``file:line: what``."""
    cache_path.mkdir(parents=True, exist_ok=True)
    cache = get_cache(str(cache_path))
    waiting = []
    for path in [p for p in (pages.source(root, doc) for doc in docs) if pages.is_notebook(p)]:
        notebook = read(path)
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            waiting.append((path, notebook))
    settings = cache_path / "ipython" / "profile_default" / "ipython_kernel_config.py"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(_SETTINGS, encoding="utf-8")
    os.environ["IPYTHONDIR"] = str(settings.parent.parent)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # two pages share the cores
    waiting.sort(key=lambda item: -len(item[1].cells))
    errors = []
    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = {pool.submit(_run, path, notebook): path for path, notebook in waiting}
        for count, job in enumerate(as_completed(jobs), 1):
            path = jobs[job]
            notebook, seconds, error = job.result()
            name = path.relative_to(root).as_posix()
            say(f"  {count} of {len(jobs)}  {name}  {'failed' if error else f'{seconds:.1f} s'}")
            if error:
                errors.append(_where(root, path, notebook, error))
            else:
                bundle = CacheBundleIn(notebook, str(path), data={"execution_seconds": seconds})
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    return errors


def _run(path: Path, notebook: Any) -> tuple[Any, float, Exception | None]:
    """Execute one notebook in place, in the page's own folder."""
    started = time.perf_counter()
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    error: Exception | None = None
    try:
        kernel.execute(client)
    except (CellExecutionError, CellTimeoutError, RuntimeError) as caught:
        error = caught
    for cell in notebook.cells:
        if cell.get("outputs"):
            cell.outputs = joined(cell.outputs)
    return notebook, time.perf_counter() - started, error


def joined(outputs: list[Any]) -> list[Any]:
    """Join what a kernel sent of one stream in several pieces: MyST-NB would begin a new line at each."""
    out: list[Any] = []
    for output in outputs:
        last: Any = out[-1] if out else {}
        if output.output_type == "stream" == last.get("output_type") and output.name == last.name:
            last.text += output.text
        else:
            out.append(output)
    return out


def _where(root: Path, path: Path, notebook: Any, error: Exception) -> str:
    """Name the file, the line, the cell and what it said."""
    name = path.relative_to(root).as_posix()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    blocks = pages.code_cells(path.read_text(encoding="utf-8"))
    for number, (cell, block) in enumerate(zip(code, blocks), 1):
        raised = [output for output in cell.get("outputs", []) if output.output_type == "error"]
        if raised:
            trace = _ANSI.sub("", "\n".join(raised[0].traceback))
            inside = re.findall(r"(?:Cell In\[\d+\], line |<cell line: )(\d+)", trace)
            line = block.body_line + (int(inside[-1]) - 1 if inside else 0)
            source = cell.source.split("\n")[int(inside[-1]) - 1].strip() if inside else ""
            what = f"{raised[0].ename}: {_ANSI.sub('', raised[0].evalue)}"
            return f"{name}:{line}: cell {number} raised {what}" + (f"\n    {source}" if source else "")
    unfinished = [n for n, cell in enumerate(code, 1) if not cell.get("execution_count")]
    number = (
        unfinished[0] - 1 if unfinished and isinstance(error, CellTimeoutError) else (unfinished or [1])[0]
    )
    number = max(1, min(number, len(blocks)))
    return f"{name}:{blocks[number - 1].body_line}: cell {number}: {type(error).__name__}: {error}"
