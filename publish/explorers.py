"""Makes `convlib/explore/explore.min.js` from the sources in `convlib/explore/js`: `python -m publish.explorers`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from convlib.explore import assets

TERSER = Path("node_modules/terser/bin/terser")
OPTIONS = ["--compress", "passes=3", "--mangle", "--ecma", "2020"]


def minified() -> str:
    """The sources as one small classic script."""
    node = Path(sys.executable).parent / "node"
    command = [str(node) if node.exists() else "node", str(TERSER), *OPTIONS]
    done = subprocess.run(command, input=assets.joined(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"terser: {done.stderr.strip()}")
    return done.stdout + "\n"


def main() -> None:
    """Write the script and say how large it is."""
    file = assets.HERE / "explore.min.js"
    file.write_text(minified(), "utf-8")
    print(f"{file.name}: {len(file.read_bytes()):,} bytes")


if __name__ == "__main__":
    main()
