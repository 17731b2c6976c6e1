"""What the tests of several pages need."""

import pytest

from playground.training import panel


@pytest.fixture
def own_store(tmp_path, monkeypatch):
    """A store of trainings of its own for each test, and the workers ended after it."""
    monkeypatch.setenv("RL_PLAYGROUND_DATA", str(tmp_path))
    panel.pool.clear()
    yield
    panel.pool().close()
    panel.pool.clear()
