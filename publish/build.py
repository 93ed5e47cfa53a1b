"""Build the site: execute, let Jupyter Book write the pages, finish them, and only then put them in place."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

from publish import execute, pages

JUPYTER_BOOK = "import sys; from jupyter_book.cli.main import main; main(prog_name='jupyter-book')"


def build_site(root: Path, only: list[str] | None = None) -> int:
    """Build the whole book, or some of its pages into a folder of their own; 0 if all is well."""
    started = time.perf_counter()
    output = root / "_build" / (_folder(only) if only else "")
    output.mkdir(parents=True, exist_ok=True)
    try:
        with _alone(output):
            docs = _only(root, only) if only else pages.toc_files(root)
            toc = _toc(root, docs, output) if only else root / "_toc.yml"
            errors = _build(root, docs, toc, output, strict=not only)
    except pages.PageError as raised:
        errors = [str(raised)]
    for error in errors:
        print(error, file=sys.stderr)
    seconds = time.perf_counter() - started
    if errors:
        print(f"\nThe book was not built: {len(errors)} to mend ({seconds:.0f} s).", file=sys.stderr)
        return 1
    print(f"The book is built in {seconds:.0f} s: {output / 'html' / 'index.html'}")
    return 0


def cache_folder(root: Path) -> Path:
    """Where the executed pages of the library's present state are."""
    return root / "_build" / "cache" / execute.key()


def _build(root: Path, docs: list[str], toc: Path, output: Path, strict: bool) -> list[str]:
    cache = cache_folder(root)
    state, stamp = _inputs(root, toc, cache), output / "html" / ".state"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == state:
        print("Nothing has changed since the last build")
        return []
    print("Executing the pages", flush=True)
    errors = execute.fill(root, docs, cache, say=lambda text: print(text, flush=True))
    if errors:
        return errors
    work = output / "work" / _state(cache)
    for old in (output / "work").glob("*"):
        if old != work:
            shutil.rmtree(old, ignore_errors=True)
    print("Writing the pages", flush=True)
    errors = _sphinx(root, toc, work, cache, strict)
    if errors:
        return errors
    from publish import site

    fresh = output / "html.new"
    errors = site.finish(root, docs, work / "_build" / "html", fresh, cache)
    if errors and strict:
        return errors
    for error in errors:
        print(error, file=sys.stderr)
    if state == _inputs(root, toc, cache):  # nothing was edited meanwhile
        (fresh / ".state").write_text(state, encoding="utf-8")
    _swap(fresh, output / "html")
    return []


def _inputs(root: Path, toc: Path, cache: Path) -> str:
    """The hash of everything that the site is made of."""
    digest = hashlib.sha256(_state(cache).encode())
    texts = [path for folder in ("book", "exercises", "convgrader") for path in (root / folder).rglob("*")]
    named = [root / "_config.yml", root / "README.md", pages.OURS / "package-lock.json", toc]
    for path in sorted(path for path in texts + named if path.is_file() and "__pycache__" not in path.parts):
        digest.update(str(path.relative_to(path.anchor)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def write_notebooks(root: Path) -> int:
    """Write the readers' notebooks alone, without the site."""
    from publish import notebooks

    docs, cache = pages.toc_files(root), cache_folder(root)
    errors = execute.fill(root, docs, cache)
    if not errors:
        errors = notebooks.write(root, docs, cache, root / "_build" / "notebooks")
    for error in errors:
        print(error, file=sys.stderr)
    if not errors:
        print(f"The notebooks are in {root / '_build' / 'notebooks'}")
    return 1 if errors else 0


def _state(cache: Path) -> str:
    """The pages are written anew, not only the changed ones, when the library or this package changed."""
    digest = hashlib.sha256(cache.name.encode())
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.is_file() and path.suffix in {".py", ".css", ".js", ".html", ".svg", ".json"}:
            digest.update(path.read_bytes())
    digest.update(os.environ.get("GITHUB_REPOSITORY", "").encode())
    return digest.hexdigest()[:16]


def _sphinx(root: Path, toc: Path, work: Path, cache: Path, strict: bool) -> list[str]:
    """Run Jupyter Book; answer its warnings and errors, each with its place."""
    command = [sys.executable, "-c", JUPYTER_BOOK, "build", str(root), "--path-output", str(work)]
    command += ["--toc", str(toc)] + (["-W", "--keep-going"] if strict else ["--keep-going"])
    environment = dict(os.environ)
    environment["PUBLISH_CACHE"] = str(cache)
    environment["PYTHONPATH"] = os.pathsep.join([str(pages.OURS), environment.get("PYTHONPATH", "")])
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
    environment["PYTHONWARNINGS"] = "ignore"
    with tempfile.TemporaryFile("w+", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        assert process.stdout is not None
        _progress(process.stdout)
        process.wait()
        with contextlib.suppress(OSError, AttributeError):  # the formulas' server outlives a failed build
            os.killpg(process.pid, signal.SIGTERM)
        stderr.seek(0)
        said = stderr.read()
    errors = _messages(said, root)
    if process.returncode and not errors:
        return [said.strip()[-4000:]]
    if not strict:
        for error in errors:
            print(error, file=sys.stderr)
        return [] if not process.returncode else errors
    return errors if process.returncode or errors else []


def _progress(lines: Iterator[str]) -> None:
    """Show which page is being read and written."""
    for line in lines:
        match = re.match(
            r"(reading sources|writing output)\.\.\. \[\s*(\d+)%\]\s*(?:\x1b\[[\d;]*m)*(\S+)", line
        )
        if match:
            print(
                f"  {match[2]:>3} %  {match[1]}  {re.sub(chr(27) + r'[[][0-9;]*m', '', match[3])}", flush=True
            )


def _messages(said: str, root: Path) -> list[str]:
    """Sphinx's warnings as ``file:line: what``, without colours, duplicates and the closing traceback."""
    said = re.sub(r"\x1b\[[\d;]*m", "", said)
    said, _, crash = said.partition("Traceback (most recent call last)")
    found: list[str] = []
    for line in said.splitlines():
        match = re.match(r"^(?:(.*?): )?(WARNING|ERROR|CRITICAL|SEVERE): (.*)$", line)
        if match:
            place = (match[1] or "").replace(f"{root}{os.sep}", "")
            found.append(f"{place}: {match[3]}" if place else match[3])
        elif found and line.strip():
            found[-1] += "\n    " + line
    crash = crash.partition("\nThe above exception was")[0].strip()
    if crash and not found:
        found.append("\n".join(["Jupyter Book stopped:", *crash.splitlines()[-8:]]))
    if any(text.startswith("bibliography data error") for text in found):  # of which these are consequences
        found = [text for text in found if "could not find bibtex key" not in text]
    return list(dict.fromkeys(text.replace(f"{root}{os.sep}", "") for text in found))


def _folder(only: list[str]) -> str:
    """A name for the folder of some pages; where they are many, it is cut short."""
    name = "only-" + "-".join(only).replace("/", "-")
    if len(name) <= 120:
        return name
    return f"{name[:100]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _only(root: Path, only: list[str]) -> list[str]:
    docs = [slug if slug.startswith(("book/", "exercises/")) else f"book/{slug}" for slug in only]
    docs = [doc.removesuffix(".md").removesuffix(".ipynb") for doc in docs]
    for doc in docs:
        pages.source(root, doc)
    return docs


def _toc(root: Path, docs: list[str], output: Path) -> Path:
    """A table of contents of some pages only."""
    toc = output / "toc.yml"
    content: dict[str, object] = {"format": "jb-book", "root": docs[0]}
    if docs[1:]:  # an empty list of chapters is refused
        content["chapters"] = [{"file": doc} for doc in docs[1:]]
    toc.write_text(yaml.safe_dump(content), encoding="utf-8")
    return toc


def _swap(fresh: Path, place: Path) -> None:
    """Put the finished site in place; until here the old one stood untouched."""
    old = place.with_name("html.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    fresh.rename(place)
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two builds into one folder wait for each other (where the system has file locks)."""
    with (folder / "lock").open("w") as handle:
        try:
            import fcntl
        except ImportError:
            yield
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another build is running here: waiting for it", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
