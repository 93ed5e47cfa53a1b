"""What all tests share: the array libraries, and a seed that never changes."""

from __future__ import annotations

import os
import shutil
import warnings

if os.environ.get(
    "PYTEST_XDIST_WORKER"
):  # the workers share the cores: threads of theirs would wait for each other
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")

import numpy as np
import pytest
from hypothesis import settings

# The same examples every time, however slow the machine; no files beside the tests.
settings.register_profile("repository", deadline=None, derandomize=True, database=None, max_examples=60)
settings.load_profile("repository")


class NumPy:
    """Makes and reads NumPy arrays."""

    def array(self, values):
        return np.array(values)

    def numpy(self, array):
        assert isinstance(array, np.ndarray)
        return array

    def __repr__(self):
        return "numpy"


class Torch:
    """Makes and reads torch tensors on one device."""

    def __init__(self, device):
        self.device = device

    def array(self, values):
        import torch

        return torch.tensor(np.array(values), device=self.device)

    def numpy(self, array):
        assert array.device.type == self.device
        return array.detach().cpu().numpy()

    def __repr__(self):
        return f"torch-{self.device}"


class StandIn(Torch):
    """Makes and reads torch tensors on a device that stands in for CUDA."""

    def array(self, values):
        import standin

        return standin.on_device(values)

    def __repr__(self):
        return "torch-stand-in"


DEVICES = [pytest.param(Torch("cuda"), marks=pytest.mark.cuda), StandIn("cuda")]


def device(request):
    """The library of a parameter, if this machine has it."""
    if isinstance(request.param, NumPy):
        yield request.param
        return
    torch = pytest.importorskip("torch", reason="torch is not installed")
    if isinstance(request.param, StandIn):
        import standin

        with standin.Device():
            yield request.param
        return
    if request.param.device == "cuda":
        if not torch.cuda.is_available():
            pytest.skip(NO_CUDA)
        torch.backends.cudnn.allow_tf32 = False  # whose ten bits no tolerance here allows for
    yield request.param


xp = pytest.fixture(device, params=[NumPy(), Torch("cpu"), *DEVICES], ids=repr, name="xp")
gpu = pytest.fixture(device, params=DEVICES, ids=repr, name="gpu")


@pytest.fixture
def rng():
    return np.random.default_rng(20260)


# Chromium without its calls home, for which no host but this one exists; the sandbox of its own needs rights that a container lacks.
CHROMIUM = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def need():
    """Skip with a line that says what is lacking; where CI is set it may not lack, and the test fails."""

    def present(found, what):
        if not found:
            if os.environ.get("CI"):
                pytest.fail(f"{what}, and where CI is set this may not be skipped")
            pytest.skip(what)
        return found

    return present


@pytest.fixture(scope="session")
def browser(need):
    """Debian's Chromium through Playwright: one for all tests of a process, which can have no second one."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    need(path, "no chromium is installed: `apt-get install chromium`")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield started
        started.close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Say when tests of one group no longer stay together: what they share would be made once a worker."""
    grouped = [item for item in items if item.get_closest_marker("xdist_group")]
    if config.getoption("loadgroup", False) and grouped and "@" not in grouped[0].nodeid:
        warnings.warn(f"xdist doesn't see the groups of pytest {pytest.__version__}", stacklevel=1)


NO_CUDA, NO_JAX = "this machine has no CUDA device", "JAX is not installed"


def pytest_sessionfinish(session, exitstatus):
    """Where CI is set, only what needs a GPU or JAX may be skipped, and all of it is."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("CI") or hasattr(session.config, "workerinput") or reporter is None:
        return
    skipped = reporter.stats.get("skipped", [])
    wrong = unexpected(
        [
            (report.nodeid, report.longrepr[2], "cuda" in getattr(report, "keywords", ()))
            for report in skipped
        ],
        sum(
            "cuda" in report.keywords for report in reporter.stats.get("passed", []) if report.when == "call"
        ),
    )
    if wrong:
        reporter.write_line("\n".join(["", "Skipped, and may not be:", *wrong]), red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def unexpected(skips, passed_on_cuda):
    """The skips that nothing excuses, a line each: (test, reason, whether it is marked cuda)."""
    allowed = [NO_CUDA] * (not passed_on_cuda) + [NO_JAX]
    return [
        f"{test}: {reason}"
        for test, reason, cuda in skips
        if reason.removeprefix("Skipped: ") not in allowed or cuda != (NO_CUDA in reason)
    ]
