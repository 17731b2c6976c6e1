"""An owner is alive as long as its process, and leaves nothing behind."""

import os
from pathlib import Path

from playground.runs.owner import Owner, clear_away, is_alive


def test_an_owner_is_alive_until_it_is_closed(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    assert is_alive(tmp_path, owner.id)
    assert is_alive(tmp_path, owner.id)  # asking does not take the lock away
    owner.close()
    assert not is_alive(tmp_path, owner.id)
    assert list(tmp_path.iterdir()) == []


def test_what_the_dead_left_is_cleared_away_and_nothing_else(tmp_path: Path) -> None:
    living = Owner(tmp_path)
    files = {name: tmp_path / f"owner-{name}.lock" for name in ("dead", "young", living.id)}
    for name in ("dead", "young"):
        files[name].touch()
    for name in ("dead", living.id):
        os.utime(files[name], (0, 0))
    clear_away(tmp_path)
    assert {name for name, file in files.items() if file.exists()} == {"young", living.id}
    assert is_alive(tmp_path, living.id)
    living.close()
