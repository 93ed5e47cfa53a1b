"""Makes `convlib/explore/explore.min.js` from the sources in `convlib/explore/js`: `python -m publish.explorers`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from convlib.explore import assets

TERSER = Path("node_modules/terser/bin/terser")
# Names of our own between functions, that are no setting, no part of the data or of what `draw` returns, and nothing of the language's.
OURS = (
    "span padded inner held own taps dil wide edge element where rowOrder colOrder "
    "feeds entry deep up item letters"
)
OPTIONS = ["--compress", "passes=5", "--mangle", "--ecma", "2020"]


def minified() -> str:
    """The sources as one small classic script."""
    node = Path(sys.executable).parent / "node"
    sources = assets.joined()
    ours = OURS.split()
    taken = ",".join(f"'{name}'" for name in sorted(set(re.findall(r"[A-Za-z_$]\w*", sources)) - set(ours)))
    props = f"builtins,keep_quoted=strict,reserved=[{taken}],regex=/^({'|'.join(ours)})$/"
    command = [str(node) if node.exists() else "node", str(TERSER), *OPTIONS, "--mangle-props", props]
    done = subprocess.run(command, input=sources, capture_output=True, text=True, check=False)
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
