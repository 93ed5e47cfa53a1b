"""Every example in the library's docstrings runs, and every public function has one."""

import doctest
import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import convlib

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(convlib.__path__, "convlib.")
    if not module.name.rpartition(".")[2].startswith("__")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    module = importlib.import_module(name)
    with np.printoptions(legacy=False):
        result = doctest.testmod(module, extraglobs={"np": np}, verbose=False)
    assert result.failed == 0


@pytest.mark.parametrize(
    "name", [name for name in convlib.__all__ if inspect.isfunction(getattr(convlib, name))]
)
def test_every_public_function_has_an_example(name):
    assert ">>>" in inspect.getdoc(getattr(convlib, name))


def test_a_wrong_example_is_caught():
    def wrong():
        """
        >>> 1 + 1
        3
        """

    runner = doctest.DocTestRunner(verbose=False)
    (example,) = doctest.DocTestFinder().find(wrong, "wrong", module=False, globs={})
    assert runner.run(example, out=lambda _: None).failed == 1
