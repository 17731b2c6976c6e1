"""The Actor-Critic page through AppTest; training is tested in runs and browser."""

from functools import partial

import pytest
import torch

from playground import code_diff
from playground.actor_critic import settings
from playground.language import blocks, labels
from rl_core.by_hand import a2c as a2c_by_hand
from rl_core.deep import a2c, advantages, reinforce
from tests.playground.app import click_on, open_page, said

pytestmark = pytest.mark.usefixtures("own_store")

opened = partial(open_page, "actor-critic", prefix="ac_")
click = partial(click_on, "ac_")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("station", settings.STATIONS)
def test_the_page_speaks_one_language(lang, station):
    app = opened(lang, station=station)
    assert blocks(lang, "actor_critic")["idea"] in said(app)
    assert blocks("en" if lang == "zh" else "zh", "actor_critic")["idea"] not in said(app)
    assert app.button(key="a2c_train").label == labels(lang)["training.train"]
    shown = {button.key for button in app.button}
    first = {"record": "ac_next", "error": "ac_again", "update": "ac_take"}
    assert [key for key in first.values() if key in shown] == [first[station]]


def test_the_advantages_come_from_the_end_backwards():
    app = click(opened(), "next")
    assert "V(s′) counts 0" in said(app)
    click(app, "next", "next")
    assert app.session_state.ac_done_now == 3
    assert r"\mathbf{" in " ".join(line.value for line in app.latex[:2])
    click(app, "all")
    assert app.button(key="ac_next").disabled
    click(app, "back", "back", "back")  # the step that ends the first episode is number 2
    assert app.session_state.ac_done_now == 5
    click(app, "next")
    assert "another episode" in said(app)
    click(app, "restart")
    assert labels("en")["a2c.record.start"] in said(app)


@pytest.mark.parametrize("ending", settings.ENDINGS)
def test_each_ending_says_what_the_last_step_is_worth(ending):
    app = click(opened(ending=ending), "next")
    text = labels("en")[f"a2c.says.{ending}"].format(t=7, weight="", next=8, place="D")
    assert text in said(app)
    v = a2c_by_hand.critic(0.5, 0.95)
    expected = {"goal": 1 - v[5], "limit": 0.95 * v[4] - v[5], "bug": -v[5]}
    line = next(line.value for line in app.latex if "mathbf" in line.value)
    number = float(line.split(r"\mathbf{")[1].split("}")[0])
    assert number == pytest.approx(expected[ending], abs=1e-4)


def test_the_numbers_are_what_the_functions_computed(monkeypatch):
    app = opened(done="2")

    def patched(delta, ended, gamma, lam):
        return delta * 0 + 7.25

    patched.__doc__ = advantages.gae.__doc__
    monkeypatch.setattr(a2c_by_hand, "gae", patched)
    app.session_state.ac_formulas = True  # the expander is open
    app.run()
    assert sum(r"\mathbf{7.25}" in line.value for line in app.latex) == 2  # stage and formulas


def test_an_exact_critic_is_said_to_have_no_bias():
    app = opened(station="error", wrong="0")
    assert labels("en")["a2c.error.says_exact"] in said(app)
    app.slider(key="ac_wrong").set_value(0.5).run()
    assert labels("en")["a2c.error.says_exact"] not in said(app)


def test_more_estimates_move_the_best_lambda_to_the_right():
    app, least = opened(station="error"), []
    for n in settings.SAMPLES:
        app.select_slider(key="ac_samples").set_value(n).run()
        text = said(app)
        least.append(float(text.split("smallest at **λ = ")[1].split("**")[0]))
    assert least == sorted(least)
    assert least[0] < 0.5 < 0.9 <= least[-1]
    click(app, "again")
    assert app.session_state.ac_luck_now == 1


def test_the_step_is_taken_and_taken_back():
    app = click(opened(station="update"), "take")
    assert "Now raise β" in said(app)
    app.slider(key="ac_beta").set_value(1.0).run()
    assert "β = 1" in said(app)
    click(app, "untake")
    assert "0.673" in said(app)


def test_only_the_chosen_station_is_drawn_and_the_sliders_are_kept():
    app = opened()
    app.slider(key="ac_lambda").set_value(0.8).run()
    app.segmented_control(key="ac_station").set_value("error").run()
    assert app.slider(key="ac_lambda").value == 0.8
    assert "ac_next" not in [button.key for button in app.button]


def test_the_address_restores_the_session():
    app = click(opened(), "next", "next")
    app.slider(key="ac_lambda").set_value(0.9).run()
    app.segmented_control(key="ac_ending").set_value("limit").run()
    query = {name: app.query_params[f"ac_{name}"] for name in ("done", "lambda", "ending")}
    other = opened("zh", **query)
    assert other.session_state.ac_done_now == 2
    assert other.slider(key="ac_lambda").value == 0.9
    assert other.segmented_control(key="ac_ending").value == "limit"


@pytest.mark.parametrize(
    ("key", "value"),
    [("lambda", "2"), ("wrong", "nan"), ("discount", "x"), ("station", "none"), ("done", "9"),
     ("samples", "5"), ("ending", "never"), ("luck", "-1")],
)  # fmt: skip
def test_what_is_wrong_in_the_link_is_said_once(key, value):
    app = opened(**{key: value})
    (warning,) = app.warning
    assert f"ac_{key} = {value}" in warning.value
    assert not click(app, "next").warning


def test_the_formulas_follow_the_chosen_step():
    app = opened()
    app.session_state.ac_formulas = True  # the expander is open
    app.run()
    before = [line.value for line in app.latex]
    app.slider(key="ac_formulas_step").set_value(8).run()
    assert [line.value for line in app.latex] != before


def test_there_is_a_sentence_on_every_change_since_reinforce():
    changes = code_diff.between(
        (reinforce.train, a2c.train),
        (reinforce.policy_gradient_loss, a2c.policy_gradient_loss),
    )
    number = sum(not change.same for change in changes)
    for lang in ("en", "zh"):
        assert len(labels(lang)["changed.actor_critic"].split("|")) == number


@pytest.mark.parametrize(
    ("check", "wrong", "slip", "right"),
    [
        ("td", 0.2, "forgot_gamma", 0.9 * 0.6 - 0.4),
        ("limit", 1 - 18, "taken_for_end", 1 + 0.9 * 20 - 18),
        ("gae", 0.2 + 0.9 * 0.5, "all_of_it", 0.2 + 0.45 * 0.5),
        ("end", -0.5 + 0.45 * 0.8, "across", -0.5),
        ("error", 0.09, "not_averaged", 0.03),
    ],
)
def test_checks_are_computed_and_name_the_slip(check, wrong, slip, right):
    app = opened()
    app.number_input(key=f"ac_check_{check}").set_value(wrong).run()
    assert labels("en")[f"slip.a2c.{slip}"] in said(app)
    app.number_input(key=f"ac_check_{check}").set_value(right).run()
    assert labels("en")["check.right"].split("{")[0] in said(app)


def test_only_monte_carlo_has_no_bias_with_a_wrong_critic():
    app = opened()
    for name, mark in (("td", "no"), ("half", "no"), ("mc", "yes")):
        app.radio(key="ac_check_unbiased").set_value(name).run()
        assert labels("en")[f"check.{mark}"] in said(app)


def test_the_number_of_steps_is_that_of_the_recording():
    assert all(len(a2c_by_hand.recorded(name).s) == settings.STEPS for name in settings.ENDINGS)
    assert tuple(a2c_by_hand.ENDINGS) == settings.ENDINGS
    assert torch.equal(a2c_by_hand.recorded("goal").reward[:-1], torch.zeros(7).double())
