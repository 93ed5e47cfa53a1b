"""The site's own wheel of convlib and convgrader, built once for each state of their files."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from publish import pages

_BUILD = "import sys, setuptools.build_meta as b; b.build_wheel(sys.argv[1])"
_NEEDED = ("pyproject.toml", "README.md", "LICENSE", "convlib", "convgrader")


def build() -> Path:
    """The wheel's path; built in a copy of the sources, so that nothing is left among them."""
    digest = hashlib.sha256()
    for name in _NEEDED:
        place = pages.OURS / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(pages.OURS).as_posix().encode() + path.read_bytes())
    folder = pages.OURS / "_build" / "wheel" / digest.hexdigest()[:16]
    found = list(folder.glob("*.whl"))
    if found:
        return found[0]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name in _NEEDED:
            source, target = pages.OURS / name, Path(scratch) / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.is_file():
                shutil.copy(source, target)
        made = Path(scratch) / "dist"
        made.mkdir()
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "1577836800"}
        done = subprocess.run(
            [sys.executable, "-c", _BUILD, str(made)],
            cwd=scratch,
            env=environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"the wheel of convlib could not be built:\n{done.stderr[-2000:]}")
        fresh = Path(tempfile.mkdtemp(dir=folder.parent))
        shutil.copy(next(made.glob("*.whl")), fresh)
    try:
        fresh.rename(folder)
    except OSError:  # another build was faster
        shutil.rmtree(fresh)
    return next(folder.glob("*.whl"))
