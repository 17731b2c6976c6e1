"""The PPO page through AppTest, in both languages; training is tested in runs and browser."""

from functools import partial

import pytest
import torch

from playground import code_diff
from playground.language import blocks, labels
from playground.ppo import settings
from rl_core.by_hand import ppo as ppo_by_hand
from rl_core.deep import a2c, ppo
from tests.playground.app import click_on, open_page, said

pytestmark = pytest.mark.usefixtures("own_store")

opened = partial(open_page, "ppo")
click = partial(click_on, "ppo_")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_speaks_one_language(lang):
    app = opened(lang)
    assert blocks(lang, "ppo")["idea"] in said(app)
    assert blocks("en" if lang == "zh" else "zh", "ppo")["idea"] not in said(app)
    assert app.button(key="ppo_train").label == labels(lang)["training.train"]
    assert app.button(key="ppo_climb").label == labels(lang)["ppo.climb"]


def test_steps_stop_behind_the_border_and_go_on_without_the_clip():
    app = click(opened(), *["climb"] * 4)
    stopped = app.session_state.ppo_ratio
    assert 1.2 < stopped < 1.4
    assert labels("en")["ppo.case.good_above"] in said(app)
    app.toggle(key="ppo_clip_on").set_value(False).run()
    click(app, "climb", "climb")
    assert app.session_state.ppo_ratio > stopped + 0.1
    assert labels("en")["ppo.case.unclipped_good"] in said(app)
    click(app, "to_one")
    assert app.session_state.ppo_ratio == 1


@pytest.mark.parametrize(
    ("ratio", "advantage", "case", "gradient"),
    [(1.6, 1, "good_above", "0"), (0.6, 1, "good_below", "1"), (1.6, -1, "bad_above", "-1"),
     (0.6, -1, "bad_below", "0"), (1, 0, "none", "0")],
)  # fmt: skip
def test_each_case_says_what_the_gradient_does(ratio, advantage, case, gradient):
    app = opened(ppo_ratio=str(ratio), ppo_advantage=str(advantage))
    assert labels("en")[f"ppo.case.{case}"] in said(app)
    slope = rf"\partial L / \partial r_t = \mathbf{{{gradient}}}"
    assert any(slope in line.value for line in app.latex)


def test_the_numbers_are_what_the_function_computed(monkeypatch):
    app = opened()

    def patched(ratio, advantage, clip):
        return ratio * 0 + 7.25

    patched.__doc__ = ppo.clipped_surrogate.__doc__
    monkeypatch.setattr(ppo, "clipped_surrogate", patched)
    app.run()
    assert sum(r"\mathbf{7.25}" in line.value for line in app.latex) == 2  # stage and formulas


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_batch_is_gone_through_and_back(lang):
    app = opened(lang, ppo_station="batch")
    click(app, "epoch_one", "epoch_five", "epoch_one")
    assert app.session_state.ppo_visited == [0, 1, 6, 7]
    click(app, "batch_back")
    assert labels(lang)["ppo.batch.epoch"].format(n=6) in said(app)
    click(app, "batch_other")
    assert app.session_state.ppo_batch_now == 4
    assert app.session_state.ppo_visited == [0, 1, 6]
    click(app, "batch_luck")
    assert app.session_state.ppo_luck_now == 3
    assert app.session_state.ppo_visited == [0]


def test_there_are_as_many_batches_as_policies():
    assert settings.BATCHES == ppo_by_hand.RUNS


def test_only_the_chosen_station_is_drawn_and_the_sliders_are_kept():
    app = opened()
    app.slider(key="ppo_advantage").set_value(-1.5).run()
    app.segmented_control(key="ppo_station").set_value("batch").run()
    assert "ppo_climb" not in [button.key for button in app.button]
    app.segmented_control(key="ppo_station").set_value("sample").run()
    assert app.slider(key="ppo_advantage").value == -1.5


def test_the_address_restores_the_session():
    app = opened(ppo_station="batch")
    app.segmented_control(key="ppo_batch_clip").set_value(0.3).run()
    click(app, "batch_other", "epoch_one", "epoch_five")
    names = ("ppo_station", "ppo_batch_clip", "ppo_batch", "ppo_epochs_done")
    other = opened("zh", **{name: app.query_params[name] for name in names})
    assert other.session_state.ppo_visited == [0, 6]
    assert other.session_state.ppo_batch_now == 4
    assert other.segmented_control(key="ppo_batch_clip").value == 0.3


@pytest.mark.parametrize(
    ("key", "value"),
    [("ratio", "5"), ("advantage", "nan"), ("epsilon", "x"), ("station", "none"),
     ("batch_clip", "7"), ("batch", "8"), ("luck", "-1"), ("epochs_done", "1000")],
)  # fmt: skip
def test_what_is_wrong_in_the_link_is_said_once(key, value):
    app = opened(**{f"ppo_{key}": value})
    (warning,) = app.warning
    assert f"ppo_{key} = {value}" in warning.value
    assert not click(app, "climb").warning


def test_the_formulas_follow_the_chosen_sample():
    app = opened()
    before = [line.value for line in app.latex]
    app.slider(key="ppo_formulas_sample").set_value(17).run()
    assert [line.value for line in app.latex] != before
    app.slider(key="ppo_formulas_epochs").set_value(0).run()
    assert any(r"\mathbf{1} \;=\;\frac" in line.value for line in app.latex)


def test_there_is_a_sentence_on_every_change_since_a2c():
    changes = code_diff.between(
        (a2c.train, ppo.train),
        (a2c.update, ppo.update),
        (a2c.policy_gradient_loss, ppo.clipped_surrogate),
    )
    number = sum(not change.same for change in changes)
    for lang in ("en", "zh"):
        assert len(labels(lang)["changed.ppo"].split("|")) == number


@pytest.mark.parametrize(
    ("check", "wrong", "slip", "right"),
    [
        ("ratio", 0.8, "upside_down", 1.25),
        ("objective", 3.0, "took_plain", 2.4),
        ("gradient", 0.0, "both_sides", -2.0),
        ("kl", 1.0, "log_missing", 2 - 1 - float(torch.tensor(2.0).log())),
        ("first", 12.8, "share_clip", 0.0),
    ],
)
def test_checks_are_computed_and_name_the_slip(check, wrong, slip, right):
    app = opened()
    app.number_input(key=f"ppo_check_{check}").set_value(wrong).run()
    assert labels("en")[f"slip.ppo.{slip}"] in said(app)
    app.number_input(key=f"ppo_check_{check}").set_value(right).run()
    assert labels("en")["check.right"].split("{")[0] in said(app)


def test_two_of_the_four_cases_are_flat():
    app = opened()
    for name, mark in (("above_good", "yes"), ("below_bad", "yes"), ("above_bad", "no"),
                       ("below_good", "no")):  # fmt: skip
        app.radio(key="ppo_check_flat").set_value(name).run()
        assert labels("en")[f"check.{mark}"] in said(app)
