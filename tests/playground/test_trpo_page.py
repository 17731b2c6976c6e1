"""The TRPO page through AppTest, in both languages; training is tested in runs and browser."""

import math
from functools import partial

import pytest
import torch

from playground import code_diff
from playground.language import blocks, labels
from playground.trpo import link, updates
from rl_core.by_hand import trpo as trpo_by_hand
from rl_core.deep import natural, ppo, trpo
from tests.playground.app import click_on, open_page, said

pytestmark = pytest.mark.usefixtures("own_store")

opened = partial(open_page, "trpo")
click = partial(click_on, "trpo_")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_update_is_walked_through_and_back(lang):
    app = opened(lang)
    words = labels(lang)
    assert blocks(lang, "trpo")["idea"] in said(app)
    assert blocks("en" if lang == "zh" else "zh", "trpo")["idea"] not in said(app)
    assert app.button(key="trpo_train").label == words["training.train"]
    # gradient, two iterations, the full step, two shorter ones, the step itself
    for name in ("cg1", "cg2", "try0", "again", "again", "move"):
        assert app.button(key="trpo_press").label == words[f"trpo.press.{name}"]
        click(app, "press")
    before, after = app.session_state.trpo_path
    assert before == link.BEGIN
    found = trpo_by_hand.update(torch.tensor(before).double(), 0.1, 2, updates.BACKTRACKS)
    assert after == pytest.approx(tuple(found.tolist()))
    click(app, "undo")
    assert app.session_state.trpo_path == [before]
    assert app.button(key="trpo_press").label == words["trpo.press.move"]
    click(app, "restart")
    assert app.button(key="trpo_press").label == words["trpo.press.cg1"]


def test_the_full_step_goes_too_far_and_says_how_far():
    app = click(opened(), "press", "press", "press")
    here = trpo_by_hand.look(torch.tensor(link.BEGIN).double())
    x, _, beta = trpo_by_hand.direction(here, 2, 0.1)
    kl = float(trpo_by_hand.divergence(here, here.theta + beta * x))
    assert f"{kl:.4f}" in said(app)
    assert f"**{kl / 0.1:.2f} times δ**" in said(app)
    click(app, "press", "press")
    assert "**accepted**" in said(app)


def test_the_plain_gradient_runs_into_the_corner():
    app = opened()
    app.segmented_control(key="trpo_direction").set_value("plain").run()
    click(app, "round")
    a, b = app.session_state.trpo_path[-1]
    assert a > 3
    assert b < -1
    click(app, "restart")
    app.segmented_control(key="trpo_direction").set_value("natural").run()
    click(app, "round")
    a, b = app.session_state.trpo_path[-1]
    assert a < 0
    assert b > 2


@pytest.mark.parametrize("direction", link.DIRECTIONS)
@pytest.mark.parametrize("delta", link.DELTAS)
def test_every_step_is_within_delta_wherever_one_begins(direction, delta):
    for place in [(-5.0, -5.0), (-1.5, -3.5), (0.0, 0.0), (3.0, -2.0), (5.0, 5.0), (-3.0, 3.0)]:
        update = updates.update(place, delta, direction)
        assert update.accepted
        assert update.tries[-1].kl <= delta
        assert update.tries[-1].gain > 0
        assert all(not t.good for t in update.tries[:-1])


def test_the_numbers_are_what_the_function_computed(monkeypatch):
    app = click(opened(), "press", "press", "press")

    def patched(curvature, delta):
        return curvature * 0 + 0.625

    patched.__doc__ = natural.step_size.__doc__
    monkeypatch.setattr(natural, "step_size", patched)
    updates.update.cache_clear()
    app.run()
    assert sum(r"\mathbf{0.625}" in line.value for line in app.latex) == 2  # stage and formulas
    updates.update.cache_clear()


def test_the_address_restores_the_place():
    app = opened()
    app.segmented_control(key="trpo_delta").set_value(0.3).run()
    app.segmented_control(key="trpo_direction").set_value("plain").run()
    click(app, "press", "press", "press", "press")
    click(app, "press")
    assert app.query_params["trpo_station"] == "cg1"
    names = ("trpo_x", "trpo_y", "trpo_delta", "trpo_direction", "trpo_station")
    other = opened("zh", **{name: app.query_params[name] for name in names})
    assert other.session_state.trpo_path[-1] == pytest.approx(
        app.session_state.trpo_path[-1], abs=0.006
    )
    assert other.segmented_control(key="trpo_delta").value == 0.3
    assert other.segmented_control(key="trpo_direction").value == "plain"
    assert other.session_state.trpo_station_now == app.session_state.trpo_station_now == 1


def test_a_try_that_is_not_needed_at_the_rounded_place_is_the_last_one_there():
    app = opened(trpo_station="try10")
    assert app.query_params["trpo_station"].startswith("try")
    assert not app.warning


@pytest.mark.parametrize(
    ("key", "value"),
    [("x", "7"), ("y", "nan"), ("delta", "2"), ("direction", "up"), ("station", "cg3")],
)
def test_what_is_wrong_in_the_link_is_said_once(key, value):
    app = opened(**{f"trpo_{key}": value})
    (warning,) = app.warning
    assert f"trpo_{key} = {value}" in warning.value
    assert not click(app, "press").warning


def test_there_is_a_sentence_on_every_change_since_ppo():
    changes = code_diff.between((ppo.train, trpo.train), (ppo.update, trpo.update))
    number = sum(not change.same for change in changes)
    for lang in ("en", "zh"):
        assert len(labels(lang)["changed.trpo"].split("|")) == number


@pytest.mark.parametrize(
    ("check", "wrong", "slip", "right"),
    [
        ("length", 0.01, "no_root", 0.1),
        ("direction", 0.2, "no_visits", 2.0),
        ("kl", -0.5 * math.log(1.6), "one_term", 0.5 * math.log(0.25 / 0.16)),
        ("back", 2.0, "straight", 1.0),
    ],
)
def test_checks_are_computed_and_name_the_slip(check, wrong, slip, right):
    app = opened()
    app.number_input(key=f"trpo_check_{check}").set_value(wrong).run()
    assert labels("en")[f"slip.trpo.{slip}"] in said(app)
    app.number_input(key=f"trpo_check_{check}").set_value(right).run()
    assert labels("en")["check.right"].split("{")[0] in said(app)


def test_visits_cancel_in_the_natural_gradient():
    app = opened()
    for name, mark in (("g_half", "yes"), ("both_half", "no"), ("x_double", "no")):
        app.radio(key="trpo_check_visits").set_value(name).run()
        assert labels("en")[f"check.{mark}"] in said(app)
