"""The page "Two routes" through Streamlit's AppTest, in both languages."""

import subprocess
import sys
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground.language import blocks, labels
from playground.link import LinkError
from playground.routes.duel import Config, Duel, Move, decode, encode
from playground.routes.numbers import many_returns, terms
from rl_core.tabular import policy_gradient
from rl_core.tabular.policy_gradient import softmax
from rl_core.tabular.worlds import RIGHT
from tests.playground.app import click_on, open_page, said

ROOT = Path(__file__).parents[2]

opened = partial(open_page, "two-routes")
click = partial(click_on, "routes_")


def duel(app: AppTest) -> Duel:
    return app.session_state.routes_duel


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_speaks_one_language(lang):
    app = opened(lang)
    other = "en" if lang == "zh" else "zh"
    assert app.button(key="routes_step").label == labels(lang)["routes.step"]
    assert blocks(lang, "two_routes")["idea"] in said(app)
    assert blocks(other, "two_routes")["idea"] not in said(app)


def test_both_meet_the_same_luck_in_every_episode():
    played = Duel.new(3).do(Move(20, Config()))
    assert played.frame.value.episode == played.frame.policy.episode == 19
    for frame in played.past:
        if frame.value_event and frame.policy_event:
            assert frame.value_event.episode == frame.policy_event.episode
            assert frame.value_event.t == frame.policy_event.t


def test_the_first_to_end_waits_and_the_parting_is_remembered_for_the_episode():
    frames = Duel.new(3).do(Move(20, Config())).past[1:]
    waiting = [f for f in frames if f.value_event is None or f.policy_event is None]
    assert waiting
    assert all(f.parted for f in waiting)
    first = next(f for f in frames if f.parted and f.value_event and f.policy_event)
    assert first.value_event.a != first.policy_event.a


def test_only_the_end_of_an_episode_teaches_the_policy():
    frames = Duel.new(1).do(Move(5, Config())).past
    for before, frame in pairwise(frames):
        learned = not np.array_equal(before.policy.q, frame.policy.q)
        assert learned == bool(frame.policy_event and frame.policy.over)


def test_the_lines_of_an_update_add_up_to_the_table():
    frames = Duel.new(1).do(Move(8, Config())).past
    for before, frame in pairwise(frames):
        for last in {(t.s, t.a): t for t in terms(frame, before)[-1:]}.values():
            assert last.after == pytest.approx(frame.policy.q[last.s, last.a])


def test_step_undo_redo_and_reset():
    app = click(opened(), "step", "episode", "undo")
    assert duel(app).cursor == 1
    click(app, "redo")
    assert duel(app).cursor == 2
    assert duel(app).frame.over
    click(app, "reset")
    assert len(duel(app).past) == 1


def test_both_learn_to_go_right():
    app = click(opened(), *["run"] * 5)
    frame = duel(app).frame
    assert (frame.value.q[:2].argmax(axis=1) == RIGHT).all()
    assert (softmax(frame.policy.q)[:2, RIGHT] > 0.6).all()


def test_sliders_act_on_the_next_step_only():
    app = click(opened(), "episode")
    app.slider(key="routes_alpha").set_value(0.1).run()
    click(app, "step")
    assert [move.config.alpha for move in duel(app).moves] == [0.5, 0.1]


def test_the_line_of_the_policy_is_what_the_function_computed(monkeypatch):
    app = click(opened(), "episode")

    def patched(theta_s, alpha, weight, grad):
        return np.full(np.shape(theta_s), 7.25)

    patched.__doc__ = policy_gradient.update.__doc__
    monkeypatch.setattr(policy_gradient, "update", patched)
    click(app, "undo", "redo")
    assert any(r"\mathbf{7.25}" in line.value for line in app.latex)


def test_a_link_is_what_it_was_made_of():
    changed = Config(0.25, 0.4, 0.8, 0.0)
    made = Duel.new(7).do(Move(0, Config())).do(Move(3, changed)).do(Move(1, changed)).jump(2)
    again = decode(encode(made))
    assert again.moves == made.moves
    assert again.cursor == 2
    assert (again.frame.policy.q == made.frame.policy.q).all()


@pytest.mark.parametrize("text", ["x", "1.0.", "0.0.r99", "0.0.a9S", "0.0.a.S", "0.0.<b>"])
def test_a_broken_link_is_refused(text):
    with pytest.raises(LinkError):
        decode(text)


def test_the_address_restores_the_session():
    app = click(opened(), "episode", "step", "join_ten", "more_10")
    query = {key: app.query_params[key] for key in ("routes", "routes_join", "routes_episodes")}
    other = opened("zh", **query)
    assert duel(other).moves == duel(app).moves
    assert other.session_state.routes_join_now == 10
    assert other.session_state.routes_episodes_now == 70


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_broken_link_gives_one_message_and_a_clean_start(lang):
    app = opened(lang, routes="9.0.S")
    assert [w.value for w in app.warning] == [labels(lang)["routes.broken"]]
    assert len(duel(app).past) == 1
    assert not click(app, "step").warning


@pytest.mark.parametrize(
    ("key", "value"),
    [("alpha", "5"), ("gamma", "nan"), ("p", "1"), ("d", "4"), ("cells", "2.5"), ("join", "-1"),
     ("episodes", "x")],
)  # fmt: skip
def test_a_setting_out_of_range_in_the_link_is_said(key, value):
    (warning,) = opened("en", **{f"routes_{key}": value}).warning
    assert f"routes_{key} = {value}" in warning.value


def test_many_seeds_show_the_price_of_the_policy():
    value, policy = many_returns(Config())
    assert value.shape == policy.shape == (20, 20)
    assert value.mean() > policy.mean()
    assert value[:, -5:].std() < policy[:, -5:].std()


def test_every_tab_and_every_part_can_be_seen():
    app = click(opened(), "episode", "join_step")
    for tab in ("paths", "formulas", "returns"):
        app.session_state.routes_tabs = labels("en")[f"routes.tab.{tab}"]
        app.run()
        assert not app.exception


def test_the_parts_below_react():
    app = opened()
    app.segmented_control(key="routes_d").set_value(3).run()
    assert "1,728" in said(app)
    app.slider(key="routes_p").set_value(0.5).run()
    assert any(r"\mathbf{-12}" in line.value for line in app.latex)
    click(app, "more_100", "again", "corridor_luck", "join_ten", "join_back", "join_restart")
    assert app.session_state.routes_join_now == 0


@pytest.mark.parametrize(
    ("key", "wrong", "slip", "right"),
    [("grid", 30, "product", 1000), ("corridor", 12, "no_sign", -12)],
)
def test_checks_name_the_slip(key, wrong, slip, right):
    app = opened()
    app.number_input(key=f"routes_check_{key}").set_value(wrong).run()
    assert labels("en")[f"slip.routes.{slip}"] in said(app)
    app.number_input(key=f"routes_check_{key}").set_value(right).run()
    assert labels("en")["check.right"].split(":")[0] in said(app)


def test_chance_helps_only_where_states_look_alike():
    app = opened()
    for name, mark in (("told", "no"), ("three", "no"), ("alike", "yes")):
        app.radio(key="routes_check_random").set_value(name).run()
        assert labels("en")[f"check.{mark}"] in said(app)


def test_the_page_needs_neither_torch_nor_gymnasium():
    code = (
        "import sys, playground.routes.stage, playground.routes.continuous_view, "
        "playground.routes.corridor_view, playground.routes.join; "
        "print({'torch', 'gymnasium'} & set(sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "set()"
