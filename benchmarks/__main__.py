"""`make bench`: measure the layer set, write convlib/measured/<name>.json and results/<name>.{md,svg}, print the table.

python benchmarks [--layers vgg1 dw7] [--seconds 2] [--name cpu] [--no-memory]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from layers import LAYERS, Layer
from measure import Race, high_water, import_time, record, working_memory
from report import plot, summary, table

HERE = Path(__file__).parent
VISITS = 5


def raced(layers: list[Layer], seconds: float) -> list[dict]:
    """Every layer's figures. Each is visited several times, so that a busy minute of the machine falls on all of them."""
    races = []
    with torch.no_grad():
        for visit in range(VISITS):
            for number, layer in enumerate(layers):
                if not visit:
                    races.append(Race(layer))
                races[number].run(seconds / VISITS)
                ratio = races[number].ratio("convlib", "torch")
                print(f"{visit + 1} of {VISITS}  {layer.name:8} {ratio:6.2f} of torch's time", flush=True)
    return [race.result() for race in races]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--layers", nargs="*", metavar="NAME", help="only these layers")
    parser.add_argument(
        "--seconds", type=float, default=4, help="for the rounds of one layer, all visits together"
    )
    parser.add_argument("--name", default="cpu", help="of the files that are written")
    parser.add_argument("--no-memory", action="store_true", help="leave out the memory, a process each")
    parser.add_argument("--high-water", nargs=2, metavar=("LAYER", "WHO"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.high_water:
        print(high_water(*options.high_water))
        return
    known = [layer.name for layer in LAYERS]
    if unknown := set(options.layers or ()) - set(known):
        parser.error(f"no layer {', '.join(sorted(unknown))}; there are {', '.join(known)}.")

    chosen = [layer for layer in LAYERS if not options.layers or layer.name in options.layers]
    layers = raced(chosen, options.seconds)
    if not options.no_memory:
        for layer, found in zip(chosen, layers):
            whose = ("convlib", "torch") + (() if layer.transposed else ("windows + einsum",))
            found["working_memory"] = {who: working_memory(layer, who) for who in whose}
    figures = summary(layers) | {"import of convlib beyond NumPy, ms": import_time()}
    command = "python benchmarks" + (f" --layers {' '.join(options.layers)}" if options.layers else "")
    result = record(options.name, command, {"summary": figures, "layers": layers})
    where = HERE / "results"
    where.mkdir(exist_ok=True)
    (where / f"{options.name}.md").write_text(table(result))
    plot(result, where / f"{options.name}.svg")
    print("\n" + table(result))


if __name__ == "__main__":
    main()
