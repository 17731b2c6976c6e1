"""The clock of a training."""

from dataclasses import dataclass

import pytest

from rl_core.settings import SettingError, Settings, setting
from rl_core.timeline import Change, Timeline


@dataclass(frozen=True)
class Config(Settings):
    lr: float = setting(0.1, "learning rate", 0, 1, live=True)
    gamma: float = setting(0.9, "discount", 0, 1, live=True)
    hidden: int = setting(64, "units", 1)


def test_a_steady_timeline_counts():
    config = Config()
    assert list(Timeline(config, 3)) == [(0, config), (1, config), (2, config)]
    assert [step for step, _ in Timeline(config, 5, start=3)] == [3, 4]


def test_a_change_counts_from_the_next_step_and_is_recorded():
    timeline, seen = Timeline(Config(), 4), []
    for step, config in timeline:
        seen.append((step, config.lr, config.gamma))
        if step == 1:
            timeline.change("lr", 0.5)
            timeline.change("lr", 0.6)
            timeline.change("gamma", 0.0)
    assert seen == [(0, 0.1, 0.9), (1, 0.1, 0.9), (2, 0.6, 0.0), (3, 0.6, 0.0)]
    assert timeline.changes == [Change(2, "lr", 0.5), Change(2, "lr", 0.6), Change(2, "gamma", 0.0)]


def test_recorded_changes_happen_again():
    changes = [Change(1, "lr", 0.5), Change(3, "lr", 0.2)]
    timeline = Timeline(Config(), 5, changes)
    assert [config.lr for _, config in timeline] == [0.1, 0.5, 0.5, 0.2, 0.2]
    assert timeline.changes == changes


def test_recorded_changes_before_the_start_are_in_force():
    timeline = Timeline(Config(), 5, [Change(1, "lr", 0.5)], start=3)
    assert [config.lr for _, config in timeline] == [0.5, 0.5]


def test_stop_ends_after_the_step_under_way():
    timeline, seen = Timeline(Config(), 100), []
    for step, _ in timeline:
        seen.append(step)
        if step == 2:
            timeline.stop()
    assert seen == [0, 1, 2]
    assert timeline.stopped


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("lr", 2.0, "lr must be a number from 0 to 1"),
        ("lr", float("nan"), "lr must be"),
        ("hidden", 32, "hidden must be one of those that may change while it runs: lr, gamma"),
        ("nonsense", 1, "nonsense must be one of those"),
    ],
)
def test_a_bad_change_is_refused_and_changes_nothing(field, value, reason):
    timeline = Timeline(Config(), 2)
    with pytest.raises(SettingError, match=reason):
        timeline.change(field, value)
    assert [config for _, config in timeline] == [Config(), Config()]
    assert timeline.changes == []


def test_in_strides():
    timeline, seen = Timeline(Config(), 10), []
    for step, config in timeline.every(4):
        seen.append((step, config.lr))
        if step == 4:
            timeline.change("lr", 0.5)
    assert seen == [(0, 0.1), (4, 0.1), (8, 0.5)]
    assert timeline.changes == [Change(8, "lr", 0.5)]


def test_in_strides_a_recorded_change_counts_from_the_next_round():
    timeline = Timeline(Config(), 12, [Change(5, "lr", 0.5)])
    assert [config.lr for _, config in timeline.every(4)] == [0.1, 0.1, 0.5]
    assert timeline.changes == [Change(8, "lr", 0.5)]


def test_a_pause_stops_before_its_step():
    timeline = Timeline(Config(), 10, pause=5)
    assert [step for step, _ in timeline.every(2)] == [0, 2, 4]
    assert timeline.stopped
    whole = Timeline(Config(), 3, pause=3)
    assert [step for step, _ in whole] == [0, 1, 2]
    assert not whole.stopped


def test_what_is_not_yet_in_force_is_pending():
    timeline = Timeline(Config(), 9, [Change(1, "lr", 0.5), Change(7, "lr", 0.2)], pause=3)
    for step, _ in timeline:
        if step == 2:
            timeline.change("gamma", 0.0)
    assert timeline.changes == [Change(1, "lr", 0.5)]
    assert timeline.pending(3) == [Change(7, "lr", 0.2), Change(3, "gamma", 0.0)]
    assert timeline.first == Config()


def test_going_on_keeps_the_steps_at_which_changes_were_made():
    changes = [Change(1, "lr", 0.5), Change(3, "lr", 0.2)]
    timeline = Timeline(Config(), 6, changes, start=4)
    assert timeline.changes == changes
    assert timeline.config.lr == 0.2
    assert timeline.first == Config()
