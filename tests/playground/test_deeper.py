"""What goes deeper on the Q-learning page: its numbers, and the app in both languages."""

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground import duel, step_sizes
from playground.language import labels
from playground.link import decode
from playground.provenance import coefficients, tree
from playground.stepping import Autoplay, Session, Step
from rl_core.tabular import comparisons, worlds
from rl_core.tabular.luck import Luck
from rl_core.tabular.q_learning import Config
from rl_core.tabular.worlds import LEFT, RIGHT
from tests.playground.app import APP

MDP = worlds.three_state()


def events_of(session):
    return [frame.transition for frame in session.line.frames if frame.transition]


def played(*moves, mdp=MDP):
    session = Session.new(mdp)
    for move in moves:
        session = session.do(move)
    return events_of(session)


def total(sources):
    return sum(x.weight * x.value for x in sources)


def leaves(sources):
    """The lines that no other line explains."""
    following = [*sources[1:], None]
    return [x for x, y in zip(sources, following, strict=True) if not y or y.depth <= x.depth]


SESSIONS = {
    "by hand": [Step(RIGHT, Config(), 0)] * 9,
    "there and back": [Step(a, Config(alpha=0.3), 0) for a in (RIGHT, LEFT, RIGHT, RIGHT) * 4],
    "autoplay": [Autoplay(300, Config(epsilon=0.5), 3)],
    "visits": [Autoplay(200, Config(epsilon=0.8, schedule="inverse_visits"), 1)],
    "changed settings": [Autoplay(50, Config(gamma=g, epsilon=0.9), 2) for g in (0.9, 0.5, 1.0)],
}


@pytest.mark.parametrize("moves", SESSIONS.values(), ids=SESSIONS)
def test_weights_times_rewards_are_the_table(moves):
    events = played(*moves)
    weights = coefficients(events, (3, 2))
    np.testing.assert_allclose(weights @ [e.r for e in events], events[-1].q, atol=1e-12)


def test_weights_hold_where_rewards_differ_and_chance_acts():
    events = played(Autoplay(400, Config(epsilon=0.7), 5), mdp=duel.world())
    weights = coefficients(events, (7, 2))
    np.testing.assert_allclose(weights @ [e.r for e in events], events[-1].q, atol=1e-12)
    assert {e.r for e in events} == {0, 1, 4}


@pytest.mark.parametrize("moves", SESSIONS.values(), ids=SESSIONS)
@pytest.mark.parametrize("cell", [(0, RIGHT), (1, RIGHT), (1, LEFT)])
def test_every_level_of_the_tree_adds_up(moves, cell):
    events = played(*moves)
    root, *lines = sources = tree(events, cell)
    value = float(events[-1].q[cell])
    assert root.value == value
    if value:
        assert total(x for x in lines if x.depth == 1) == pytest.approx(value, abs=1e-12)
        assert total(leaves(sources)) == pytest.approx(value, abs=1e-12)
    assert max(x.depth for x in sources) <= 3
    assert len(sources) < 200


def test_a_weight_by_hand():
    """Right three times: 0.5 * 0.9 of Q(S2, Right) = 0.5, which is half of the reward."""
    root, value, reward = tree(played(*[Step(RIGHT, Config(), 0)] * 3), (0, RIGHT))
    assert root.value == pytest.approx(0.225)
    assert (value.cell, value.step, value.weight) == ((1, RIGHT), 3, pytest.approx(0.45))
    assert (reward.kind, reward.step, reward.weight) == ("reward", 2, pytest.approx(0.225))


def test_equal_settings_never_part():
    fought = duel.fight(Config(), Config(), 4)
    assert (fought.tables_part, fought.paths_part) == (None, None)
    assert [e.a for e in fought.a] == [e.a for e in fought.b]


@pytest.mark.parametrize("seed", range(8))
def test_paths_part_where_an_exploring_draw_lies_between_the_epsilons(seed):
    a, b = Config(epsilon=0.1), Config(epsilon=0.4)
    fought = duel.fight(a, b, seed)
    k = fought.paths_part
    assert [(e.s, e.a) for e in fought.a[:k]] == [(e.s, e.a) for e in fought.b[:k]]
    assert fought.a[k].s == fought.b[k].s
    assert fought.a[k].a != fought.b[k].a
    u = Luck(seed)(fought.a[k].episode, fought.a[k].t).explore
    assert 0.1 <= u < 0.4
    assert duel.reason(fought, a, b, seed) == "explore"


def test_another_alpha_parts_the_tables_first():
    a = Config(epsilon=0.3)
    fought = duel.fight(a, replace(a, alpha=0.2), 0)
    assert fought.tables_part is not None
    assert fought.paths_part is None or fought.tables_part <= fought.paths_part
    if fought.paths_part is not None:
        assert duel.reason(fought, a, replace(a, alpha=0.2), 0) == "tables"


def test_which_step_sizes_settle():
    """Mean distance to Q* over 60 runs: between 100 and 600 updates two fall, two do not."""
    far = {kind: step_sizes.distances(kind, 0.5).mean(axis=1) for kind in step_sizes.KINDS}
    late = {kind: d[-1] / d[99] for kind, d in far.items()}
    assert late["inverse_visits"] < 0.6
    assert late["power"] < 0.6
    assert 0.8 < late["constant"] < 1.25
    assert late["geometric"] == pytest.approx(1, abs=1e-3)
    assert far["geometric"][-1] > 3 * far["inverse_visits"][-1]


def test_sampled_sweeps_without_chance_follow_the_recursion():
    q = comparisons.sampled_sweeps(MDP, 0.9, np.full(3, 0.5), runs=2)
    np.testing.assert_allclose(q[:, :, 1, RIGHT], [[0.5] * 2, [0.75] * 2, [0.875] * 2])
    np.testing.assert_allclose(q[1, :, 0, RIGHT], 0.5 * 0.9 * 0.5)


def test_who_explores_how():
    """Of 60 runs: without exploring hardly any finds the far end; always exploring, every one."""
    found = step_sizes.explored(0.1)
    knows = {way: float((x.q[:, 2].argmax(axis=1) == RIGHT).mean()) for way, x in found.items()}
    assert knows["never"] < 0.25 < knows["shrinking"]
    assert knows["always"] == 1
    earned = {way: x.rewards[:, -50:].mean() for way, x in found.items()}
    assert max(earned, key=earned.get) == "shrinking"
    assert min(earned, key=earned.get) == "always"


def opened(lang: str, tab: str = "", **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params["lang"] = lang
    app.run()  # the bare address leads to another page
    app.query_params.clear()
    for key, value in {"lang": lang, **query}.items():
        app.query_params[key] = value
    if tab:
        app.session_state["ql_deeper"] = labels(lang)[f"deeper.tab.{tab}"]
    app.switch_page("pages/q-learning.py").run()
    assert not app.exception
    return app


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("tab", ["gradient", "step_sizes", "exploration", "duel"])
def test_each_tab_opens_alone(lang, tab):
    app = opened(lang, tab)
    first = {
        "gradient": "ql_parabola_q", "step_sizes": "ql_sizes_alpha",
        "exploration": "ql_explore_epsilon", "duel": "ql_duel_alpha_a",
    }  # fmt: skip
    keys = {slider.key for slider in app.slider}
    assert [key for key in first.values() if key in keys] == [first[tab]]


def test_the_step_downhill_in_numbers():
    app = opened("en", "gradient")
    app.slider(key="ql_parabola_alpha").set_value(2.2).run()
    app.slider(key="ql_parabola_steps").set_value(3).run()
    assert not app.exception
    said = " ".join(x.value for x in app.markdown)
    assert "δ = **−1.728**" in said  # (1 - 2.2)³
    assert labels("en")["gradient.alpha.away"] in said


def test_with_a_certain_world_the_quarrel_is_over():
    app = opened("en", "gradient")
    app.slider(key="ql_split_p").set_value(1.0).run()
    assert not app.exception


def test_a_duel_that_never_parts_says_so():
    app = opened("en", "duel")
    app.slider(key="ql_duel_epsilon_b").set_value(0.1).run()
    assert not app.exception
    assert any("never part" in x.value for x in app.markdown)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_why_this_number_opens(lang):
    app = opened(lang, ql="6.0.AAAAAA")
    app.session_state["ql_tabs"] = labels(lang)["tab.why"]
    app.run()
    assert not app.exception
    assert events_of(decode("6.0.AAAAAA", MDP))[-1].q[0, RIGHT] == pytest.approx(0.45)
    assert any(x.value == labels(lang)["why.sum_caption"].format(n=2) for x in app.caption)


@pytest.mark.parametrize(
    ("key", "wrong", "slip"),
    [("ql_check_rests", 1.0, "semi"), ("ql_check_weight", 0.5, "fresh")],
)
def test_slips_are_named(key, wrong, slip):
    app = opened("en")
    app.number_input(key=key).set_value(wrong).run()
    assert any(labels("en")[f"slip.deeper.{slip}"] in x.value for x in app.markdown)


@pytest.mark.parametrize(("key", "right"), [("ql_check_rests", 0.75), ("ql_check_weight", 0.25)])
def test_right_answers_are_right(key, right):
    app = opened("en")
    app.number_input(key=key).set_value(right).run()
    assert any("Right: " in x.value for x in app.markdown)
