"""What every test may use: the fixtures of the simulated AWS.

A plugin can only be enabled here, at the top: pytest refuses ``pytest_plugins`` in a conftest below.
"""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

pytest_plugins = ["trueup.testing.fixtures"]

# A generated example may take as long as it needs: tests do not measure time, and machines are shared. The examples are
# the same in every run, so that a failure is seen by whoever runs it next.
settings.register_profile(
    "trueup", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("trueup")


def pytest_configure() -> None:
    """Let Ctrl-C reach what tests start: a job in the background is begun without it, and so are its children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
