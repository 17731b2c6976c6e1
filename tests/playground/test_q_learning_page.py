"""The Q-learning page through Streamlit's AppTest, in both languages."""

from functools import partial

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground.language import blocks, labels
from rl_core.tabular import q_learning
from tests.playground.app import click_on, open_page, said

opened = partial(open_page, "q-learning")
click = partial(click_on, "ql_")


def table(app: AppTest) -> np.ndarray:
    return app.session_state.ql_session.frame.state.q


def numbers(app: AppTest) -> str:
    """The substituted line, as LaTeX."""
    return app.latex[1].value


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_speaks_one_language(lang):
    app = opened(lang)
    other = "en" if lang == "zh" else "zh"
    assert app.button(key="ql_undo").label == labels(lang)["stage.undo"]
    assert blocks(lang, "q_learning")["idea"] in said(app)
    assert blocks(other, "q_learning")["idea"] not in said(app)


def test_six_rights():
    app = click(opened(), *["right"] * 6)
    np.testing.assert_allclose(table(app), [[0.45, 0], [0.875, 0], [0, 0]])


def test_sliders_act_on_the_next_step_only():
    app = click(opened(), "right", "right")
    app.slider(key="ql_alpha").set_value(0.1).run()
    assert table(app)[1, 0] == 0.5
    click(app, "right", "right")
    np.testing.assert_allclose(table(app)[:2, 0], [0.1 * 0.45, 0.5 + 0.1 * 0.5])


def test_inverse_visits_can_be_chosen():
    app = opened()
    app.selectbox(key="ql_schedule").set_value("inverse_visits").run()
    assert app.slider(key="ql_alpha").disabled
    assert table(click(app, "right", "right"))[1, 0] == 1


def test_undo_redo_new_episode_and_reset():
    app = click(opened(), "right", "right", "left", "undo")
    assert app.session_state.ql_session.cursor == 2
    assert app.session_state.ql_session.frame.state.over
    click(app, "redo", "new_episode")
    assert app.session_state.ql_session.frame.state.s == 0
    click(app, "reset")
    assert not table(app).any()


def test_autoplay_is_the_same_for_the_same_luck():
    app = opened()
    app.number_input(key="ql_autoplay_n").set_value(40).run()
    first = table(click(app, "autoplay")).copy()
    assert (table(click(app, "reset", "autoplay")) == first).all()
    assert (table(click(app, "reset", "luck", "autoplay")) != first).any()


def test_the_substituted_line_is_what_the_function_computed(monkeypatch):
    app = click(opened(), "right", "right")
    assert r"\mathbf{0.5}" in numbers(app)

    def patched(q_sa, alpha, delta):
        return 7.25

    patched.__doc__ = q_learning.update.__doc__
    monkeypatch.setattr(q_learning, "update", patched)
    assert r"\mathbf{7.25}" in numbers(click(app, "right"))


def test_the_address_restores_the_session():
    app = click(opened(), "right", "right", "right", "undo")
    app.slider(key="ql_alpha").set_value(0.2).run()
    click(app, "left")
    code = app.query_params["ql"]
    other = opened("zh", ql=code)
    assert (table(other) == table(app)).all()
    assert other.session_state.ql_session.cursor == app.session_state.ql_session.cursor
    assert len(other.session_state.ql_session.lines) == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("link", ["nonsense", "1.0.<script>", "9.0.A", "1.0.p9999"])
def test_a_broken_link_gives_one_message_and_a_clean_start(lang, link):
    app = opened(lang, ql=link)
    assert [w.value for w in app.warning] == [labels(lang)["link.broken"]]
    assert not table(app).any()
    click(app, "right")
    assert not app.warning


@pytest.mark.parametrize(("name", "value"), [("alpha", "5"), ("gamma", "nan"), ("schedule", "x")])
def test_a_setting_out_of_range_in_the_link_is_said(name, value):
    app = opened("en", **{f"ql_{name}": value})
    (warning,) = app.warning
    assert f"{name} = {value}" in warning.value


def test_a_good_setting_in_the_link_is_taken():
    assert opened("en", ql_alpha="0.25").slider(key="ql_alpha").value == 0.25


def predicting(*before: str) -> AppTest:
    app = click(opened(), *before)
    app.toggle(key="ql_predict").set_value(True).run()
    return click(app, "right")


def test_predict_first_hides_the_number_until_it_is_checked():
    app = predicting("right", "right")
    assert "?" in numbers(app)
    assert table(app)[0, 0] == 0
    assert app.button(key="ql_right").disabled
    app.number_input(key="ql_predict_value").set_value(0.225)
    click(app, "predict_check")
    assert table(app)[0, 0] == 0.225
    assert labels("en")["check.right"].format(right="0.225") in said(app)


def test_a_wrong_prediction_is_named():
    app = predicting("right", "right")
    app.number_input(key="ql_predict_value").set_value(0.25)
    click(app, "predict_check")
    assert labels("en")["slip.forgot_gamma"] in said(app)


def test_turning_the_switch_off_shows_what_was_waiting():
    app = predicting("right", "right")
    app.toggle(key="ql_predict").set_value(False).run()
    assert table(app)[0, 0] == 0.225


def test_a_prediction_can_be_taken_back():
    app = click(predicting("right", "right"), "undo")
    assert app.session_state.ql_session.cursor == 2
    assert not app.button(key="ql_right").disabled


def test_checks_name_the_slip():
    app = opened()
    app.number_input(key="ql_check_left").set_value(0.0).run()
    assert labels("en")["slip.never_tried"] in said(app)
    app.number_input(key="ql_check_left").set_value(0.81).run()
    assert labels("en")["check.right"].format(right="0.81") in said(app)
    app.radio(key="ql_check_schedule").set_value("constant").run()
    assert labels("en")["check.no"] in said(app)
    app.radio(key="ql_check_schedule").set_value("inverse_visits").run()
    assert labels("en")["check.yes"] in said(app)


def test_another_exercise_has_other_numbers():
    app = opened()
    before = said(app)
    click(app, "check_update_another")
    assert said(app) != before


def test_gamma_one_is_explained():
    app = opened()
    app.slider(key="ql_gamma").set_value(1.0).run()
    assert labels("en")["stage.gamma_one"] in said(app)
