"""What was recorded: each file says how it was made and on what, and names no machine of anybody's."""

import json
import re
from importlib.resources import files

import pytest

from convlib import data

FILES = sorted((files("convlib") / "measured").iterdir(), key=lambda place: place.name)
PRIVATE = re.compile(
    r"/(home|root|work|tmp|Users|mnt)/|[A-Z]:\\\\|\b\d+\.\d+\.\d+\.\d+\b(?!\.)(?=[:/])|\w@\w"
)


def personal(text: str) -> list[str]:
    return [match[0] for match in PRIVATE.finditer(text)]


@pytest.mark.parametrize("place", FILES, ids=lambda place: place.name)
def test_a_measurement_names_its_command_and_its_machine(place):
    recorded = data.measured(place.name.removesuffix(".json"))
    assert recorded == json.loads(place.read_text(encoding="utf-8"))
    assert re.match(r"(make|python) [\w/]+", recorded["command"])
    assert {"cpu", "cores", "python", "numpy", "settings"} <= set(recorded["machine"])
    assert personal(place.read_text(encoding="utf-8")) == []


def test_there_is_something_and_a_path_would_be_seen():
    assert "cpu.json" in [place.name for place in FILES]
    assert personal('{"LD_PRELOAD": "/Users/somebody/lib.so"}') == ["/Users/"]
    assert personal('{"host": "me@desk"}') == ["e@d"]


def test_an_unknown_measurement_is_named_with_those_that_exist():
    with pytest.raises(
        ValueError, match=r"^measured: nothing was recorded as 'gpu9'; there are .*\bcpu\b.*\.$"
    ):
        data.measured("gpu9")
