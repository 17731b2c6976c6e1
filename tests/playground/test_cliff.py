"""The cliff and the relatives, on the Q-learning page in both languages."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground import cliff, cliff_checks, deeper
from playground.language import label, labels
from rl_core.tabular import expected_sarsa
from rl_core.tabular.epsilon_soft import soft_value
from tests.playground.app import open_page, said


def at(name: str, lang: str = "en", **state: object) -> AppTest:
    """The page with one of its deeper tabs open."""
    app = open_page("q-learning", lang)
    app.session_state["ql_deeper"] = labels(lang)[f"deeper.tab.{name}"]
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["siblings", "cliff"])
def test_the_tabs_open_in_both_languages(lang, name):
    block = {"siblings": "on_policy", "cliff": "cliff"}[name]
    from playground.language import blocks

    assert blocks(lang, "q_learning")[block] in said(at(name, lang))


def test_exactly_q_learning_takes_the_edge_and_sarsa_keeps_away():
    """S&B 6.6: 13 steps along the edge, 15 with a row between; see the references."""
    tables, mdp = cliff.goals(0.1), cliff.cliff().mdp
    start = int(mdp.start.argmax())
    steps = {name: len(cliff.walked(q)) - 1 for name, q in tables.items()}
    assert steps == {"q_learning": 13, "sarsa": 15}
    worth = {name: soft_value(mdp, q, 1, 0.1)[start] for name, q in tables.items()}
    assert worth["q_learning"] == pytest.approx(-50.80, abs=0.005)
    assert worth["sarsa"] == pytest.approx(-20.71, abs=0.005)
    assert cliff.better_way() == "edge"


def test_a_table_that_leads_in_circles_is_walked_to_where_it_closes():
    q = np.zeros((38, 4))
    q[:, 0] = 1  # Up, for ever
    path = cliff.walked(q)
    assert path[-1] == path[-2]
    assert not cliff.cliff().mdp.terminal[path[-1]]


def test_the_runs_are_computed_only_when_asked_for(monkeypatch):
    monkeypatch.setattr(cliff, "RUNS", 6)
    monkeypatch.setattr(cliff, "EPISODES", 100)
    cliff.runs.clear()
    app = at("cliff")
    assert label("cliff.band", runs=6, window=10) not in said(app)
    app.button(key="ql_cliff_run").click().run()
    assert not app.exception
    assert label("cliff.band", runs=6, window=10) in said(app)
    app.button_group(key="ql_cliff_source").set_value("learned").run()
    assert not app.exception
    cliff.runs.clear()


def test_the_expected_target_and_its_slips():
    app = at("cliff")
    values, epsilon, _ = cliff_checks.exercise(0)
    q = np.array([values])
    right = expected_sarsa.target(q, cliff_checks.R, 0, False, cliff_checks.GAMMA, epsilon)
    by_hand = -1 + 0.9 * ((1 - epsilon) * values.max() + epsilon * values.mean())
    assert right == pytest.approx(by_hand)
    app.number_input(key="ql_check_expected").set_value(-1 + 0.9 * float(values.max())).run()
    assert labels("en")["slip.cliff.took_max"] in said(app)
    app.number_input(key="ql_check_expected").set_value(float(right)).run()
    assert "check" in said(app)
    assert labels("en")["slip.cliff.took_max"] not in said(app)


def test_after_exploring_the_edge_pays():
    app = at("cliff")
    app.radio(key="ql_check_after").set_value("safe").run()
    assert labels("en")["check.no"] in said(app)
    app.radio(key="ql_check_after").set_value("edge").run()
    assert labels("en")["check.yes"] in said(app)


def test_every_relative_can_be_shown():
    app = at("siblings")
    for name in ("expected_sarsa", "double_q_learning", "n_step"):
        app.button_group(key="ql_diff").set_value(name).run()
        assert not app.exception
    assert "siblings" in deeper.TABS
