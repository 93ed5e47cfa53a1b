"""A kernel that dies before it has run anything begins again, and only that one does."""

from __future__ import annotations

import nbformat
import pytest
from jupyter_client import KernelClient
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import v4

from convgrader import kernel, selfcheck


@pytest.fixture
def starts(monkeypatch):
    """The starts of kernels; as many as it is set to find their port taken."""
    real, log = KernelClient._async_wait_for_ready, {"fail": 0, "count": 0}

    async def ready(self, timeout=None):
        log["count"] += 1
        if log["count"] <= log["fail"]:
            raise RuntimeError("Kernel died before replying to kernel_info")
        await real(self, timeout)

    for name in ("wait_for_ready", "_async_wait_for_ready"):
        for kind in KernelClient.__subclasses__():
            if hasattr(kind, name) and "Async" in kind.__name__:
                monkeypatch.setattr(kind, name, ready)
    return log


def client(*sources):
    cells = [v4.new_code_cell(source) for source in sources]
    return NotebookClient(v4.new_notebook(cells=cells), kernel_name="python3", timeout=60)


def test_a_start_that_fails_twice_is_tried_a_third_time(starts):
    starts["fail"] = 2
    ours = client("print(6 * 7)")
    kernel.execute(ours)
    assert ours.nb.cells[0].outputs[0].text == "42\n"
    assert starts["count"] == kernel.STARTS == 3


def test_after_the_third_the_error_is_the_callers(starts):
    starts["fail"] = 3
    with pytest.raises(RuntimeError, match="died before replying"):
        kernel.execute(client("1"))


def test_a_kernel_that_dies_in_a_cell_does_not_run_it_again(starts, tmp_path):
    said = f"with open({str(tmp_path / 'said')!r}, 'a') as file: file.write('once ')"
    with pytest.raises(DeadKernelError):
        kernel.execute(client(said, "import os; os._exit(1)"))
    assert starts["count"] == 1
    assert (tmp_path / "said").read_text() == "once "


def test_a_self_check_says_that_its_kernel_never_began(starts, tmp_path):
    starts["fail"] = 3
    path = tmp_path / "one.ipynb"
    cell = v4.new_code_cell("# grade: first (try it as often as you like)\n1")
    nbformat.write(v4.new_notebook(cells=[cell]), path)
    (said,) = selfcheck.run(path)
    assert not said.ok
    assert said.lines == ["first: The kernel died, so what comes after that was not run."]
