"""Worlds against the numbers that others published."""

import json

import numpy as np
import pytest

from rl_core import finite_worlds
from rl_core.tabular import worlds
from rl_core.tabular.dynamic_programming import optimal_values, policy_evaluation, value_iteration
from rl_core.tabular.mdp import WorldError
from rl_core.tabular.tables import from_gymnasium
from rl_core.tabular.world_file import from_json, load, save, to_json

UP, RIGHT, DOWN, LEFT = range(4)


def start_value(name, gamma):
    mdp = finite_worlds.world(name)
    return mdp.start @ optimal_values(mdp, gamma).max(axis=1)


@pytest.mark.parametrize("name", finite_worlds.WORLDS)
def test_every_world_is_complete(name):
    mdp = finite_worlds.world(name)
    assert len(set(mdp.states)) == len(mdp.states)
    assert not mdp.start[mdp.terminal].any()
    if mdp.positions:
        assert len(set(mdp.positions)) == len(mdp.states)
    assert np.isfinite(start_value(name, 1.0))


@pytest.mark.parametrize(
    ("name", "gamma", "value"),
    [
        ("cliff", 1, -13),
        ("windy", 1, -15),
        ("frozen_lake", 1, 0.823529),
        ("frozen_lake", 0.99, 0.542026),
        ("frozen_lake", 0.95, 0.180472),
        ("frozen_lake", 0.9, 0.068891),
        ("frozen_lake_deterministic", 0.99, 0.950990),
        ("frozen_lake_deterministic", 0.9, 0.590490),
        ("taxi", 1, 7.9300),
        ("taxi", 0.99, 6.3275),
        ("taxi", 0.95, 1.7299),
        ("cliff_walking", 1, -13),
        ("cliff_walking", 0.99, -12.2479),
        ("cliff_walking", 0.95, -9.7332),
        ("cliff_walking", 0.9, -7.4581),
    ],
)
def test_optimal_value_of_the_start(name, gamma, value):
    assert start_value(name, gamma) == pytest.approx(value, abs=6e-5)
    if name.startswith("frozen"):
        assert start_value(name, gamma) == pytest.approx(value, abs=1e-6)


def test_the_lake_with_its_time_limit():
    """The value of k steps to go is the k-th sweep."""
    lake = finite_worlds.world("frozen_lake")
    assert lake.time_limit == 100
    sweeps = list(value_iteration(lake, 1.0))
    assert lake.start @ sweeps[99].v == pytest.approx(0.744190, abs=1e-6)


def test_our_cliff_and_gymnasiums_agree_where_one_can_stand():
    ours, theirs = worlds.cliff(), finite_worlds.world("cliff_walking")
    shared = [theirs.states.index(name) for name in ours.states]
    q = optimal_values(theirs, 0.9)[shared]
    np.testing.assert_allclose(optimal_values(ours, 0.9), q, atol=1e-9)


def test_falling_off_the_cliff_leads_to_the_start_and_goes_on():
    mdp = worlds.cliff()
    start, goal = mdp.states.index("3,0"), mdp.states.index("3,11")
    assert mdp.step(start, RIGHT, 0.5) == (start, -100, False)
    assert mdp.step(mdp.states.index("2,5"), DOWN, 0.5) == (start, -100, False)
    assert mdp.step(mdp.states.index("2,11"), DOWN, 0.5) == (goal, -1, True)
    assert mdp.step(start, LEFT, 0.5) == (start, -1, False)


def test_the_wind_blows_where_one_stands():
    mdp = worlds.windy()
    moves = [("3,3", RIGHT, "2,4"), ("3,6", RIGHT, "1,7"), ("1,6", DOWN, "0,6"), ("3,2", UP, "2,2")]
    for name, a, to in moves:
        assert mdp.states[mdp.step(mdp.states.index(name), a, 0.5)[0]] == to


def test_random_walk_has_the_values_of_example_6_2():
    mdp = worlds.random_walk()
    v = policy_evaluation(mdp, np.full((7, 2), 0.5), 1.0)
    np.testing.assert_allclose(v[1:6], np.arange(1, 6) / 6, atol=1e-12)
    assert np.sqrt(np.mean((0.5 - v[1:6]) ** 2)) == pytest.approx(0.2357, abs=1e-4)


@pytest.mark.parametrize("p", [0.05, 0.5, 2 - np.sqrt(2), 0.95])
def test_short_corridor_return_is_the_exact_value(p):
    mdp = worlds.short_corridor()
    v = policy_evaluation(mdp, np.tile([p, 1 - p], (4, 1)), 1.0)
    assert v[0] == pytest.approx(worlds.short_corridor_return(p), abs=1e-9)


def test_short_corridor_has_the_answers_of_example_13_1():
    grid = np.linspace(0.01, 0.99, 9801)
    returns = worlds.short_corridor_return(grid)
    assert grid[returns.argmax()] == pytest.approx(2 - np.sqrt(2), abs=1e-4)
    assert returns.max() == pytest.approx(-11.6569, abs=1e-4)
    assert worlds.short_corridor_return(0.95) == pytest.approx(-44.21, abs=0.005)
    assert worlds.short_corridor_return(0.05) == pytest.approx(-82.11, abs=0.005)


def test_a_table_that_ends_an_episode_only_sometimes_is_refused():
    table = {0: {0: [(1.0, 1, 0.0, True)], 1: [(1.0, 1, 0.0, False)]}, 1: {0: [], 1: []}}
    with pytest.raises(WorldError, match="state 1 ends the episode, but not from 0"):
        from_gymnasium(table, np.array([1.0, 0.0]), ("a", "b"))


def test_entries_with_one_outcome_are_added_up():
    row = [(0.25, 1, 4.0, True), (0.25, 1, 0.0, True), (0.5, 0, 1.0, False)]
    mdp = from_gymnasium(
        {0: {0: row}, 1: {0: []}} | {1: {0: [(1.0, 1, 0.0, True)]}}, np.eye(2)[0], ("a",)
    )
    assert (mdp.p[0, 0].tolist(), mdp.r[0, 0].tolist()) == ([0.5, 0.5], [1.0, 2.0])
    assert mdp.terminal.tolist() == [False, True]


@pytest.mark.parametrize("name", finite_worlds.WORLDS)
def test_a_world_survives_its_file(name, tmp_path):
    mdp = finite_worlds.world(name)
    save(mdp, tmp_path / "world.json")
    again = finite_worlds.world(str(tmp_path / "world.json"))
    for key in ("states", "actions", "time_limit", "positions", "seen"):
        assert getattr(again, key) == getattr(mdp, key)
    possible = (mdp.p > 0) & ~mdp.terminal[:, None, None]
    for key in ("p", "r"):
        assert (getattr(again, key)[possible] == getattr(mdp, key)[possible]).all()
    assert (again.start == mdp.start).all()
    assert (again.terminal == mdp.terminal).all()


def test_a_file_may_hold_arrays():
    mdp = worlds.three_state()
    content = {
        "states": list(mdp.states),
        "actions": list(mdp.actions),
        "start": mdp.start.tolist(),
        "terminal": mdp.terminal.tolist(),
        "p": mdp.p.tolist(),
        "r": mdp.r.tolist(),
    }
    assert (from_json(content).r == mdp.r).all()
    assert (from_json({**content, "start": "S2"}).start == [0, 1, 0]).all()


BAD = [
    ({"states": None}, "states must be a list of names"),
    ({"states": []}, "states must be a list of names"),
    ({"states": ["S1", "S1"]}, "states has 'S1' twice"),
    ({"actions": ["Right", 3]}, "actions must be a list of names"),
    ({"start": "S9"}, "'S9' is no state: it must be one of S1, S2, S3"),
    ({"start": {"S1": "all"}}, "start must be a state, or states with their probabilities"),
    ({"start": {"S1": 0.5}}, r"start probabilities must sum to 1, not 0\.5"),
    ({"terminal": "S3"}, "terminal must be a list of states"),
    ({"terminal": [["S3"]]}, "is no state"),
    ({"transitions": 3}, "transitions must be a list"),
    ({"transitions": [["S1", "Right", "S2", 1]]}, "transition 1 must be"),
    ({"transitions": [["S1", "Right", "S2", 1, float("nan")]]}, "transition 1 must be"),
    ({"transitions": [["S1", "Up", "S2", 1, 0]]}, "'Up' is no action"),
    ({"transitions": [["S1", "Right", "S2", 1, 0]]}, "sum to 0, not 1, in state S1, action Left"),
    ({"transitions": [["S1", "Right", "S2", 1, 0]] * 2}, "S1, Right, S2 is there twice"),
    ({"time_limit": 0}, "time_limit must be a whole number of at least 1"),
    ({"time_limit": True}, "time_limit must be"),
    ({"positions": [[0, 0]]}, "positions must be a row and a column"),
    ({"seen": [0, 0, -1]}, "seen must be a whole number"),
    ({"colour": "red"}, "unknown key 'colour'"),
    ({"states": [f"s{i}" for i in range(2000)]}, "too many"),
]


@pytest.mark.parametrize(("change", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_a_bad_file_is_refused_with_the_reason(change, reason):
    with pytest.raises(WorldError, match=reason):
        from_json(to_json(worlds.three_state()) | change)


@pytest.mark.parametrize("key", ["states", "actions", "start", "terminal", "p"])
def test_what_is_missing_is_named(key):
    content = to_json(worlds.three_state())
    del content["transitions" if key == "p" else key]
    with pytest.raises(WorldError, match=f"no '{key}'"):
        from_json(content)


def test_shapes_of_arrays_are_checked():
    content = to_json(worlds.three_state())
    del content["transitions"]
    with pytest.raises(WorldError, match="p must be lists of numbers"):
        from_json(content | {"p": [[1], [2, 3]], "r": []})
    with pytest.raises(WorldError, match=r"p has shape \(1, 1\)"):
        from_json(content | {"p": [[1]], "r": []})


@pytest.mark.parametrize("text", ["", "[1, 2", "[]", '"x"', "[" * 100_000])
def test_what_is_not_json_is_refused(text, tmp_path):
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(WorldError):
        load(path)


def test_bytes_and_giants_are_refused(tmp_path):
    path = tmp_path / "bad.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WorldError, match="not JSON"):
        load(path)
    path.write_text(json.dumps("x" * 5_000_000))
    with pytest.raises(WorldError, match="at most 4,000,000 bytes"):
        load(path)


def test_an_unknown_world_is_named_with_a_likely_one():
    with pytest.raises(WorldError, match=r"unknown world 'clif' \(did you mean cliff"):
        finite_worlds.world("clif")
    with pytest.raises(WorldError, match=r"no world file 'nowhere\.json'"):
        finite_worlds.world("nowhere.json")


def test_the_three_state_world_after_rounds_of_right():
    """Round by round: S1 takes half of 0.9 times what S2 had, then S2 goes half of its way to 1."""
    s1 = s2 = 0.0
    for n in range(6):
        assert worlds.three_state_after(n) == pytest.approx((s1, s2))
        s1, s2 = s1 / 2 + 0.45 * s2, s2 / 2 + 0.5


def test_near_far_is_a_row_between_two_ends_that_pay():
    mdp = worlds.near_far(2, 7)
    assert mdp.states == ("Near", "1", "2", "3", "4", "5", "Far")
    assert np.flatnonzero(mdp.start).tolist() == [2]
    assert np.flatnonzero(mdp.terminal).tolist() == [0, 6]
    for s in range(1, 6):
        for a, to in ((worlds.RIGHT, s + 1), (worlds.LEFT, s - 1)):
            assert mdp.p[s, a].tolist() == np.eye(7)[to].tolist()
            assert mdp.r[s, a, to] == {0: 2, 6: 7}.get(to, 0)
