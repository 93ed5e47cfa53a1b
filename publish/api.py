"""The reference of convlib, from its docstrings: `{reference}` lists the public names module by module."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective


def modules() -> list[str]:
    """convlib's modules that have public names, in alphabetical order."""
    import importlib
    import pkgutil

    import convlib

    names = [info.name for info in pkgutil.iter_modules(convlib.__path__, "convlib.")]
    found = []
    for name in sorted(names):
        if name.rpartition(".")[2].startswith("_"):
            continue
        if public(importlib.import_module(name)):
            found.append(name)
    return found


def public(module: Any) -> list[str]:
    """A module's public names: its `__all__`, or what it defines itself without a leading underscore."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and getattr(value, "__module__", "").startswith(module.__name__)
        and (callable(value) or isinstance(value, type))
    ]


class Reference(SphinxDirective):
    """`{reference} convlib.conv`: that module's text and its public names."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        import importlib

        name = self.arguments[0]
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            raise self.error(f"reference: no module {name!r}: {error}") from error
        lines = [f".. automodule:: {name}", "   :no-members:", ""]
        for item in public(module):
            lines += _directive(name, item, getattr(module, item))
        if module.__file__:
            self.env.note_dependency(module.__file__)
        text = "\n".join(lines)  # docstrings are reStructuredText, whatever the page's own markup
        return self.parse_text_to_nodes(f"```{{eval-rst}}\n{text}\n```")


def _directive(module: str, name: str, value: Any) -> list[str]:
    """How one public name is documented; a constant by the text below it in the source, if there is one."""
    if callable(value):
        kind = "autoclass" if isinstance(value, type) else "autofunction"
        return [f".. {kind}:: {module}.{name}", ""]
    documented = ("", name) in ModuleAnalyzer.for_module(module).find_attr_docs()
    if documented:
        return [f".. autodata:: {module}.{name}", "   :no-value:", ""]
    return [f".. py:data:: {module}.{name}", ""]


def _plain(line: str) -> str:
    """Escape stars and bars that the docstring means as such: ``(N, C_in, *k)``, ``|x|``."""
    line = re.sub(r"(?<![\\*\w`])\*(?=[A-Za-z])(?![^*]*[^\s*(,]\*)", r"\\*", line)
    return re.sub(r"(?<!\\)\|", r"\\|", line)


def _docstring(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """A docstring's numbered references, unique within the page by the object's name; stars as stars."""
    label = name.replace("convlib.", "").replace("_", "-").replace(".", "-")
    for k, line in enumerate(lines):
        if not re.match(r"\s*(>>>|\.\.\. )", line):
            line = "``".join(part if odd % 2 else _plain(part) for odd, part in enumerate(line.split("``")))
        line = re.sub(r"^(\s*)\.\. \[(\d+)\]", rf"\1.. [{label}-\2]", line)
        lines[k] = re.sub(r"\[(\d+)\]_", rf"[{label}-\1]_", line)


def setup(app: Any) -> None:
    """Register the directive and the handling of references."""
    app.add_directive("reference", Reference)
    app.connect("autodoc-process-docstring", _docstring, priority=100)
