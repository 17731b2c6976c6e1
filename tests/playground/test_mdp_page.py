"""The mathematics page through Streamlit's AppTest, in both languages."""

import sys
from functools import partial

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground.language import blocks, labels
from playground.mdp import markov_view, settings, worlds
from playground.mdp.settings import RewardsError, rewards
from rl_core.tabular import bellman, returns
from tests.playground.app import APP, click_on, open_page

EN = labels("en")

opened = partial(open_page, "mdp", prefix="mdp_")
click = partial(click_on, "mdp_")


def said(app: AppTest) -> str:
    parts = [*app.markdown, *app.warning, *app.caption, *app.info, *app.error, *app.latex]
    return " ".join(element.value for element in parts)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("view", settings.VIEWS)
def test_every_view_draws_in_one_language(lang, view):
    app = opened(lang, view=view, slip="0.1")
    other = "en" if lang == "zh" else "zh"
    assert blocks(lang, "mdp")["bellman"] in said(app)
    assert blocks(other, "mdp")["bellman"] not in said(app)
    assert not app.warning


@pytest.mark.parametrize("view", settings.VIEWS)
def test_every_view_draws_the_larger_world(view):
    assert not opened(view=view, world="near_far").warning


def test_the_app_imports_neither_torch_nor_gymnasium_for_this_page():
    import subprocess

    code = (
        "import sys\n"
        "import playground.mdp.stage\n"
        "assert not {'torch', 'gymnasium', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=APP.parent)


# Return


def test_the_return_is_stepped_backwards():
    app = click(opened(rewards="1_2_4", gamma="0.5"), "returns_step", "returns_step")
    assert r"G_{1} \;=\; \mathbf{4}" in said(app)
    click(app, "returns_step")
    assert r"G_{0} \;=\; \mathbf{3}" in said(app)
    assert EN["mdp.returns.total"].format(total="3") in said(app)
    assert app.button(key="mdp_returns_step").disabled
    click(app, "returns_undo")
    assert r"G_{1} \;=\; \mathbf{4}" in said(app)


def test_the_substituted_line_is_what_the_function_computed(monkeypatch):
    def patched(r, gamma, g_next):
        return 7.25

    patched.__doc__ = returns.backed_up.__doc__
    monkeypatch.setattr(returns, "backed_up", patched)
    assert r"\mathbf{7.25}" in said(click(opened(), "returns_step"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "none"),
        ("1, x", "not_a_number"),
        ("nan", "too_large"),
        ("1e9", "too_large"),
        (" ".join("1" * 21), "too_many"),
    ],
)
def test_rewards_that_cannot_be_read_leave_the_last_ones(text, problem):
    app = click(opened(), "returns_all")
    before = app.session_state.mdp_settings["rewards"]
    app.text_input(key="mdp_rewards_text").set_value(text).run()
    (error,) = app.error
    start = EN[f"mdp.rewards.{problem}"].split("{found}")[-1]
    assert error.value.endswith(start)
    assert app.session_state.mdp_settings["rewards"] == before
    app.text_input(key="mdp_rewards_text").set_value("5 −1，2").run()
    assert not app.error
    assert app.session_state.mdp_settings["rewards"] == (5, -1, 2)


def test_reading_rewards():
    assert rewards("1, 0,-2;3.5") == [1, 0, -2, 3.5]
    with pytest.raises(RewardsError):
        rewards("1 + 1")


# The lens


def test_no_gamma_flips_the_three_state_world():
    assert EN["mdp.lens.none"] in said(opened(view="lens", lens_world="current"))


def test_the_lens_opens_on_near_and_far():
    assert "**0.5**, **0.7071**" in said(opened(view="lens"))


# P and R


class Edited:
    """What the table component would hand over."""

    def __init__(self, row: int, column: int, text: str):
        self.edited = [row, column, text]


@pytest.fixture
def page(monkeypatch):
    """The settings of a session, without an app around them."""
    import streamlit as st

    state = type("State", (dict,), {"__getattr__": dict.get, "__setattr__": dict.__setitem__})()
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(st, "query_params", {})
    state.language = "en"
    settings.open_settings()
    return state


def type_into(page, row: int, column: int, text: str) -> None:
    from playground.mdp import world_view

    page.mdp_editing = Edited(row, column, text)
    world_view._take()


def test_a_row_is_taken_once_it_sums_to_one(page):
    type_into(page, 0, 2, "0.7")  # P(S2 | S1, Right)
    (complaint,) = page.mdp_drafts["complaints"].values()
    assert complaint == EN["mdp.problem.sum"].format(state="S1", action="Right", found="0.7")
    assert worlds.world().p[0, 0].tolist() == [0, 1, 0], "the last valid world stays in force"
    type_into(page, 0, 1, "0,3")
    assert not page.mdp_drafts["complaints"]
    assert worlds.world().p[0, 0].tolist() == [0.3, 0.7, 0]
    type_into(page, 2, 6, "5")  # R(S2, Right, S3)
    assert worlds.world().r[1, 0, 2] == 5
    assert worlds.world().p[0, 0].tolist() == [0.3, 0.7, 0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [("-0.5", "negative"), ("inf", "too_large"), ("nan", "not_finite"), ("a", "not_a_number")],
)
def test_a_row_is_refused_with_its_reason(page, text, problem):
    type_into(page, 0, 1, text)
    (complaint,) = page.mdp_drafts["complaints"].values()
    assert complaint.endswith(EN[f"mdp.problem.{problem}"].split("{found}")[-1])
    assert not page.mdp_settings["rows"]


def test_edited_rows_are_in_the_link(page):
    import streamlit as st

    type_into(page, 2, 6, "-2.5")
    code = st.query_params["mdp_rows"]
    app = opened(view="world", rows=code)
    assert not app.warning
    rows = worlds.decode(code, worlds.base("three_state"))
    assert rows[1, 0] == ((0, 0, 1), (0, 0, -2.5))


def test_rows_survive_a_visit_to_another_world():
    app = opened(view="world", rows="0_0_0.5_0.5_0_0_0_0")
    app.selectbox(key="mdp_world").set_value("near_far").run()
    assert app.session_state.mdp_settings["rows"] == ""
    app.selectbox(key="mdp_world").set_value("three_state").run()
    assert app.session_state.mdp_settings["rows"] == "0_0_0.5_0.5_0_0_0_0"


# The Markov property


def test_the_markov_property_broken_and_kept(page):
    assert not markov_view.is_markov(markov_view.pasts(0.8, remember=False))
    assert markov_view.is_markov(markov_view.pasts(0.8, remember=True))
    assert markov_view.is_markov(markov_view.pasts(0.5, remember=False))


def test_remembering_the_sign_restores_the_markov_property():
    app = opened(view="markov")
    assert EN["mdp.markov.broken"].format(first="0.8", other="0.2") in said(app)
    app.radio(key="mdp_remember").set_value("yes").run()
    assert EN["mdp.markov.kept"].format(first="0.8", other="0.2") in said(app)


# V, Q and Bellman


def test_a_policy_by_sliders():
    app = opened(view="values", gamma="0.5")
    app.slider(key="mdp_pi_0").set_value(1.0).run()
    app.slider(key="mdp_pi_1").set_value(1.0).run()
    assert r"V^{\pi}(\text{S1}) = \mathbf{0.5} = 1 \times 0.5 + 0 \times 0.25" in said(app)
    assert app.query_params["mdp_policy"] == ["1_1"] or app.query_params["mdp_policy"] == "1_1"


def test_samples_close_in_on_the_exact_value():
    from playground.mdp import values_view

    mdp = worlds.base("three_state")
    g = values_view._samples(mdp, (0.5,), 0.9, 0, 0)
    exact = worlds._values(mdp, (0.5,), 0.9)[0][0]
    assert abs(g.mean() - exact) < 4 * g.std() / np.sqrt(g.size)
    assert np.ptp(g[:, :100].mean(axis=1)) < np.ptp(g[:, :4].mean(axis=1))


def test_both_equations_of_a_pair():
    app = opened(view="bellman", picked="2", gamma="0.5", policy="1_1")  # S2, Right
    assert r"Q^{\pi}(\text{S2}, \text{Right}) &= \mathbf{1}" in said(app)
    app = opened(view="bellman", picked="1", gamma="0.5", policy="0_0")  # S1, Left
    assert r"Q^{\pi}(\text{S1}, \text{Left}) &= \mathbf{0} " in said(app)
    assert r"Q^*(\text{S1}, \text{Left}) &= \mathbf{0.25}" in said(app)
    assert r"\mathbf{0.5} = \max\,(0.5,\; 0.25)" in said(app)


def test_the_equation_is_what_the_function_computed(monkeypatch):
    def patched(*_):
        return 7.25

    patched.__doc__ = bellman.optimality_equation.__doc__
    monkeypatch.setattr(bellman, "optimality_equation", patched)
    assert r"\mathbf{7.25}" in said(opened(view="bellman"))


def test_sweeps_go_forward_and_back():
    app = click(opened(view="sweeps", method="iteration", gamma="0.5"), "sweep_forward")
    assert r"V_{1}(\text{S1}) = \mathbf{0}" in said(app)
    click(app, "sweep_forward")
    assert r"V_{2}(\text{S1}) = \mathbf{0.5} = \max\,(0.5,\; 0)" in said(app)
    click(app, "sweep_back")
    assert r"V_{1}(\text{S1}) = \mathbf{0}" in said(app)
    click(app, "sweep_restart")
    assert EN["mdp.sweeps.not_yet"] in said(app)


@pytest.mark.parametrize("view", ["values", "bellman", "sweeps"])
def test_gamma_one_is_allowed_only_where_every_policy_ends(view):
    sentence = EN["mdp.gamma_one"].format(states="S1, S2")
    app = opened(view=view, gamma="1")
    assert sentence in said(app)
    app.slider(key="mdp_slip").set_value(0.1).run()
    assert sentence not in said(app)
    assert not app.exception


# The link


@pytest.mark.parametrize(
    "query",
    [
        {"gamma": "5"},
        {"gamma": "nan"},
        {"slip": "<script>"},
        {"view": "nowhere"},
        {"world": "../../etc"},
        {"rewards": "1_x"},
        {"policy": "0.5_2"},
        {"picked": "-1"},
        {"rows": "0_0_1;drop"},
        {"rows": "0_0_0.5_0.2_0_0_0_0"},
        {"rows": "9_9_1_1"},
        {"sweep": "1e9"},
    ],
)
def test_a_broken_link_gives_one_sentence_and_a_clean_start(query):
    app = opened("zh", **query)
    (warning,) = app.warning
    assert warning.value
    (name,) = query
    assert app.session_state.mdp_settings[name] == settings.SETTINGS[name].usual


def test_the_link_restores_where_one_was():
    app = click(opened(view="sweeps", gamma="0.7", world="near_far"), "sweep_forward")
    query = {key: value for key, value in app.query_params.items() if key.startswith("mdp_")}
    query = {
        key[4:]: value[0] if isinstance(value, list) else value for key, value in query.items()
    }
    again = opened("zh", **query)
    assert again.session_state.mdp_settings == app.session_state.mdp_settings
    assert said(again).count("V_{1}") == said(app).count("V_{1}") == 1


# Checks


def test_checks_name_the_slip():
    app = opened()
    app.number_input(key="mdp_check_horizon").set_value(0.2).run()
    assert EN["slip.mdp.horizon_inverse"] in said(app)
    app.number_input(key="mdp_check_horizon").set_value(5.0).run()
    assert EN["check.right"].format(right="5") in said(app)
    app.radio(key="mdp_check_gamma_one").set_value("option_plain").run()
    assert EN["check.no"] in said(app)
    app.radio(key="mdp_check_gamma_one").set_value("option_slippery").run()
    assert EN["check.yes"] in said(app)


@pytest.mark.parametrize("name", ["return", "value", "bellman", "horizon"])
def test_another_exercise_has_other_numbers(name):
    app = opened()
    before = said(app)
    assert said(click(app, f"check_{name}_another")) != before
