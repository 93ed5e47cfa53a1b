"""What `import convlib` loads, and that what it offers is documented."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import convlib


def loaded_by(statement):
    code = f"import sys; {statement}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    return set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )


def test_import_loads_numpy_alone():
    new = loaded_by("import convlib") - loaded_by("import numpy") - set(sys.stdlib_module_names)
    assert new == {"convlib"}


def test_convolving_lists_loads_no_torch():
    assert "torch" not in loaded_by("import convlib; convlib.conv1d([[1, 2]], [[[1]]], padding='same')")


@pytest.mark.parametrize("name", convlib.__all__)
def test_public_functions_are_documented(name):
    thing = getattr(convlib, name)
    if inspect.isclass(thing) and issubclass(thing, Exception):
        assert thing.__doc__
        return
    named = [
        parameter for parameter in inspect.signature(thing).parameters if parameter not in ("args", "kwargs")
    ]
    refers = "those of `" in thing.__doc__
    short = "Parameters\n" not in thing.__doc__ and len(named) <= 4
    missing = [parameter for parameter in named if parameter not in thing.__doc__]
    assert refers or short or not missing, f"{name} does not document {missing}"


def test_all_is_sorted_and_true():
    assert convlib.__all__ == sorted(convlib.__all__)
    assert all(hasattr(convlib, name) for name in convlib.__all__)
