"""What every tabular learner promises, whichever it is: found by its form, not by a list."""

import copy
import dataclasses
import importlib
import inspect
import itertools
import pkgutil

import numpy as np
import pytest

import rl_core.tabular
from rl_core.settings import SettingError
from rl_core.tabular import worlds
from rl_core.tabular.luck import Luck
from rl_core.timeline import Timeline


def discovered():
    found = {}
    for info in pkgutil.iter_modules(rl_core.tabular.__path__):
        module = importlib.import_module(f"rl_core.tabular.{info.name}")
        train = getattr(module, "train", None)
        own = train and train.__module__ == module.__name__ and hasattr(module, "Config")
        if own and next(iter(inspect.signature(train).parameters)) == "mdp":
            found[info.name] = module
    return found


LEARNERS = discovered()
SIBLINGS = ["q_learning", "sarsa", "expected_sarsa", "double_q_learning"]
MDP = worlds.three_state()


def settings_of(learner):
    return {f.name for f in dataclasses.fields(learner.Config)}


# What learns values has a schedule; what learns preferences has not.
VALUE_LEARNERS = {name: m for name, m in LEARNERS.items() if "schedule" in settings_of(m)}
every_value_learner = pytest.mark.parametrize(
    "learner", VALUE_LEARNERS.values(), ids=list(VALUE_LEARNERS)
)
every_learner = pytest.mark.parametrize("learner", LEARNERS.values(), ids=list(LEARNERS))


def learn(learner, steps=200, seed=3, mdp=MDP, config=None, **kwargs):
    return list(learner.train(mdp, Timeline(config or learner.Config(), steps), seed, **kwargs))


def same(a, b):
    fields = [(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a)]
    return all(np.array_equal(x, y) for x, y in fields)


def test_all_are_found():
    others = ["n_step", "td", "monte_carlo", "policy_gradient"]
    assert set(LEARNERS) >= {*SIBLINGS, *others}


@every_learner
def test_the_interface_is_the_same(learner):
    names = list(inspect.signature(learner.train).parameters)
    assert names[:4] == ["mdp", "timeline", "seed", "state"]
    assert all(f.metadata["help"] for f in dataclasses.fields(learner.Config))
    formulas = [f for f in vars(learner).values() if "$$" in (inspect.getdoc(f) or "")]
    assert formulas
    assert len(inspect.getsource(learner).splitlines()) <= 155
    train = inspect.getsource(learner.train)
    body = train.replace(learner.train.__doc__, "")
    assert len(body.splitlines()) <= 45


@every_learner
def test_the_same_seed_gives_the_same_events(learner):
    first, again, other = learn(learner), learn(learner), learn(learner, seed=4)
    assert all(same(a, b) for a, b in zip(first, again, strict=True))
    assert not all(same(a, b) for a, b in zip(first, other, strict=True))


@every_learner
@pytest.mark.parametrize("stop", [1, 37, 100])
def test_it_goes_on_from_a_state_as_if_it_had_not_stopped(learner, stop):
    mdp = dataclasses.replace(worlds.near_far(), time_limit=7)
    whole = learn(learner, 150, mdp=mdp)
    state = learner.State.initial(mdp, Luck(3))
    learn(learner, stop, mdp=mdp, state=state)
    rest = learn(learner, 150 - stop, mdp=mdp, state=copy.deepcopy(state))
    assert all(same(a, b) for a, b in zip(whole[stop:], rest, strict=True))


@every_learner
def test_events_are_snapshots(learner):
    events = learner.train(MDP, Timeline(learner.Config(), 100), 0)
    kept, copies = [], []
    for event in events:
        kept.append(event)
        copies.append(copy.deepcopy(event))
    assert all(same(a, b) for a, b in zip(kept, copies, strict=True))
    assert not same(kept[0], kept[-1])
    with pytest.raises(dataclasses.FrozenInstanceError):
        kept[0].episode = 1


@every_learner
def test_steps_follow_each_other(learner):
    mdp = dataclasses.replace(worlds.near_far(), time_limit=5)
    events = learn(learner, 300, mdp=mdp)
    assert any(e.truncated for e in events)
    assert any(e.terminated for e in events)
    for before, after in itertools.pairwise(events):
        assert not (before.terminated and before.truncated)
        if before.terminated or before.truncated:
            assert (after.episode, after.t, after.s) == (before.episode + 1, 0, 2)
        else:
            assert (after.episode, after.t, after.s) == (
                before.episode,
                before.t + 1,
                before.s_next,
            )
        assert before.truncated == (before.t == 4 and not before.terminated)
        assert before.terminated == mdp.terminal[before.s_next]


@every_value_learner
def test_terminal_states_stay_worth_nothing(learner):
    q = learn(learner, 500, mdp=worlds.near_far())[-1].q
    assert not q[[0, 6]].any()


@every_learner
@pytest.mark.parametrize("bad", [1.5, -1, "much", None, float("nan")])
def test_a_bad_setting_is_refused_by_name(learner, bad):
    with pytest.raises(SettingError, match=r"gamma = .* is not allowed"):
        learner.Config(gamma=bad)


@every_learner
def test_settings_change_on_the_way_and_the_record_repeats_them(learner):
    timeline = Timeline(learner.Config(), 120)
    seen = []
    for event in learner.train(MDP, timeline, 1):
        seen.append(event)
        if len(seen) == 40:
            timeline.change("gamma", 0.3)
    again = list(learner.train(MDP, Timeline(learner.Config(), 120, timeline.changes), 1))
    assert all(same(a, b) for a, b in zip(seen, again, strict=True))
    assert not same(seen[-1], learn(learner, 120, seed=1)[-1])


@every_value_learner
def test_truncation_is_not_termination(learner):
    """Walking for ever at +1 a step is worth 10 at gamma = 0.9, wherever it is cut off."""
    p, r = np.ones((1, 1, 1)), np.ones((1, 1, 1))
    endless = worlds.FiniteMDP(p, r, np.array([False]), np.ones(1), ("s",), ("go",), 4)
    config = learner.Config(schedule="constant", alpha=0.5)
    assert learn(learner, 4000, mdp=endless, config=config)[-1].q.item() == pytest.approx(
        10, abs=1e-6
    )


@every_learner
def test_two_learners_meet_the_same_luck(learner):
    """The first episode of an untrained learner: same draws, whatever it learns."""
    mdp = worlds.random_walk()
    events = learn(learner, 60, seed=9, mdp=mdp)
    luck = Luck(9)
    for event in events:
        draws = luck(event.episode, event.t)
        assert event.s_next == mdp.step(event.s, event.a, draws.transition)[0]
