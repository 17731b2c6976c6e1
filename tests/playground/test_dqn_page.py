"""The DQN page through AppTest, in both languages; training is tested in runs and browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from playground.language import blocks, labels
from playground.numbers import shown
from playground.training import panel as training_panel
from rl_core.deep import dqn

APP = Path(__file__).parents[2] / "streamlit_app.py"


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """A store of its own for each test, and the workers ended after it."""
    monkeypatch.setenv("RL_PLAYGROUND_DATA", str(tmp_path))
    training_panel.pool.clear()
    yield
    training_panel.pool().close()
    training_panel.pool.clear()


def opened(lang: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["lang"] = lang
    app.run()
    for key, value in query.items():
        app.query_params[key] = value
    app.switch_page("pages/dqn.py").run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.warning, *app.caption])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_speaks_one_language(lang):
    app = opened(lang)
    assert blocks(lang, "dqn")["idea"] in said(app)
    assert app.button(key="dqn_train").label == labels(lang)["training.train"]
    assert app.number_input(key="dqn_runs").value == 8


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_unknown_training_is_said(lang):
    app = opened(lang, run="../../etc/passwd")
    assert labels(lang)["training.unknown"] in said(app)


def test_formulas_follow_the_sliders_and_the_code(monkeypatch):
    app = opened("en")
    target = rf"\mathbf{{{shown(1 + app.session_state.dqn_gamma * 26)}}}"
    assert any(target in line.value for line in app.latex)
    app.toggle(key="dqn_try_terminated").set_value(True).run()
    assert not any(target in line.value for line in app.latex)

    def patched(y, q_sa):
        return y * 0 + 123

    patched.__doc__ = dqn.td_error.__doc__
    monkeypatch.setattr(dqn, "td_error", patched)
    app.run()
    assert any(r"\mathbf{123}" in line.value for line in app.latex)


@pytest.mark.parametrize(
    ("check", "right", "wrong", "slip"),
    [
        ("limit", 10.0, 1.0, "treated_as_end"),
        ("pull", 1.0, 3.0, "squared_pull"),
        ("size", 4610.0, 4480.0, "no_biases"),
        ("epsilon", 0.775, 0.225, "from_zero"),
    ],
)
def test_checks_are_computed_and_name_the_slip(check, right, wrong, slip):
    app = opened("en")
    app.number_input(key=f"dqn_check_{check}").set_value(wrong).run()
    assert labels("en")[f"slip.{slip}"] in said(app)
    app.number_input(key=f"dqn_check_{check}").set_value(right).run()
    assert labels("en")["check.right"].split("{")[0] in said(app)
