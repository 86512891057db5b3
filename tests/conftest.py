"""What every test stands on: its own home, English, repeatable examples, and the shared data where they are."""

import gc
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from helpdesk_tui.cli.main import COLLECT_AFTER
from helpdesk_tui.vocabulary.i18n import set_language
from tests import sparing

sparing.install()  # before anything takes the functions by name
gc.set_threshold(COLLECT_AFTER, *gc.get_threshold()[1:])  # as the program does

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile(
    "soak",
    max_examples=2000,
    stateful_step_count=100,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HELPDESK_HYPOTHESIS", "ci"))

_XDG = {
    "XDG_DATA_HOME": ".local/share",
    "XDG_CONFIG_HOME": ".config",
    "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache",
    "XDG_RUNTIME_DIR": ".run",
}
_KEPT = frozenset({"HELPDESK_TEST_DATA", "HELPDESK_HYPOTHESIS"})
_FORGOTTEN = ("EDITOR", "VISUAL", "PAGER", "LANGUAGE", "LC_MESSAGES", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")


def _settle(patch: pytest.MonkeyPatch, home: Path) -> None:
    """Point every place a program might read or write at `home`, and drop the settings of whoever runs the tests."""
    patch.setenv("HOME", str(home))
    for name, below in _XDG.items():
        patch.setenv(name, str(home / below))
    (home / _XDG["XDG_RUNTIME_DIR"]).mkdir(mode=0o700)
    for name in [name for name in os.environ if name.startswith("HELPDESK_") and name not in _KEPT]:
        patch.delenv(name)
    for name in _FORGOTTEN:
        patch.delenv(name, raising=False)
    patch.setenv("HELPDESK_LANG", "en")
    patch.setenv("LC_ALL", "C.UTF-8")
    patch.setenv("LANG", "C.UTF-8")
    patch.setenv("TZ", "UTC")


def pytest_collection_finish() -> None:
    """Thousands of tests are no garbage: look for it among what they make."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _home_of_the_run() -> Iterator[None]:
    """Wider fixtures, too, must not meet the home of whoever runs the tests."""
    if (
        signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    ):  # begun in the background: programs that are started inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="helpdesk-home-") as home, pytest.MonkeyPatch.context() as patch:
        _settle(patch, Path(home))
        yield


@pytest.fixture(autouse=True)
def _home_of_the_test(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty home of its own and English for every test, whatever the test before it chose."""
    _settle(monkeypatch, tmp_path_factory.mktemp("home"))
    set_language("en")
    yield
    set_language("en")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of the shared data sets (tickets, events, SLA and on-call cases)."""
    named = os.environ.get("HELPDESK_TEST_DATA")
    if not named:
        pytest.skip("HELPDESK_TEST_DATA is not set")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"HELPDESK_TEST_DATA names {folder}, which is no folder")
    return folder
