"""The REINFORCE page through AppTest, in both languages; training is tested in runs and browser."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground.language import blocks, labels
from playground.link import LinkError
from playground.reinforce import cloud_view, proof
from playground.reinforce.hand import MANY, USUAL, Move, Session, decode, encode
from rl_core.deep import reinforce
from rl_core.tabular import trajectories

APP = Path(__file__).parents[2] / "streamlit_app.py"

pytestmark = pytest.mark.usefixtures("own_store")


def opened(lang: str = "en", **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["lang"] = lang
    app.run()
    for key, value in query.items():
        app.query_params[key] = value
    app.switch_page("pages/reinforce.py").run()
    assert not app.exception
    return app


def click(app: AppTest, *keys: str) -> AppTest:
    for key in keys:
        app.button(key=f"rf_{key}").click().run()
        assert not app.exception
    return app


def choose(app: AppTest, key: str, value: str) -> AppTest:
    app.segmented_control(key=f"rf_{key}").set_value(value).run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.warning, *app.caption])


def session(app: AppTest) -> Session:
    return app.session_state.rf_session


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("station", ["episode", "gradient", "derivation"])
def test_the_page_speaks_one_language(lang, station):
    app = opened(lang, rf_station=station)
    assert blocks(lang, "reinforce")["idea"] in said(app)
    assert blocks("en" if lang == "zh" else "zh", "reinforce")["idea"] not in said(app)
    assert app.button(key="reinforce_train").label == labels(lang)["training.train"]


def test_episodes_are_learned_from_undone_and_done_again():
    app = click(opened(), "sample", "sample", "many")
    assert session(app).episodes == 2 + MANY
    theta = session(app).frame.theta
    click(app, "undo", "undo")
    assert session(app).episodes == 1
    click(app, "redo", "redo")
    assert session(app).frame.theta == pytest.approx(theta)
    click(app, "reset")
    assert session(app).episodes == 0
    click(app, "luck", "sample")
    assert session(app).seed == 1


def test_a_switch_learns_from_the_same_episode_anew():
    app = click(opened(), "sample")
    before = session(app).frame.update
    choose(app, "kind", "whole")
    after = session(app).frame.update
    assert (before.path.s == after.path.s).all()
    assert (before.path.a == after.path.a).all()
    alive = after.path.alive[0]
    assert after.weight[alive] == pytest.approx(np.full(alive.sum(), before.g[0]))
    assert session(app).episodes == 1


def test_a_session_survives_its_link():
    made = Session.new(7)
    for settings in (USUAL, USUAL, Move(1, USUAL).settings):
        made = made.do(Move(1, settings))
    made = made.do(Move(MANY, decode("0.0.a0.5g1k2t0w3").frame.settings)).jump(3)
    again = decode(encode(made))
    assert again.moves == made.moves
    assert again.cursor == 3
    assert again.frame.theta == pytest.approx(made.frame.theta)


@pytest.mark.parametrize("text", ["", "1.0.", "0.0.x", "0.0.a7e", "0.0.k5e", "-1.0.e", "2.0.e"])
def test_what_is_no_session_is_refused(text):
    with pytest.raises(LinkError):
        decode(text)


def test_the_address_restores_the_session():
    app = choose(click(opened(), "sample"), "kind", "baseline")
    query = {key: app.query_params[key] for key in ("rf", "rf_kind")}
    other = opened("zh", **query)
    assert session(other).frame.theta == pytest.approx(session(app).frame.theta)
    assert other.segmented_control(key="rf_kind").value == "baseline"


@pytest.mark.parametrize(
    ("key", "value"),
    [("rf_alpha", "5"), ("rf_gamma", "nan"), ("rf_kind", "best"), ("rf_cloud", "-1"),
     ("rf_step", "8"), ("rf_station", "x")],
)  # fmt: skip
def test_what_is_wrong_in_the_link_is_said_once(key, value):
    app = opened(**{key: value})
    (warning,) = app.warning
    assert f"{key} = {value}" in warning.value
    assert not click(app, "sample").warning


def test_a_broken_session_in_the_link_is_said():
    assert labels("en")["reinforce.broken"] in said(opened(rf="1.2.??"))


@pytest.mark.parametrize(
    ("pays", "right", "verdict"),
    [("-1", "0.5", "better"), ("0", "0.5", "same"), ("-0.2", "0.8", "worse")],
)
def test_the_verdict_on_the_baseline_is_computed(pays, right, verdict):
    app = opened(rf_station="gradient", rf_pays=pays, rf_right1=right, rf_right2=right)
    beginning = labels("en")[f"reinforce.cloud.{verdict}"].split("**")[0].split("{")[0]
    assert beginning in said(app)


def test_the_cloud_lies_around_the_exact_gradient_unless_late_steps_count_in_full():
    choice = cloud_view.Choice((0.0, 0.0), 0.9, -1.0, True, 64, 3)
    true = cloud_view.exact(choice)
    for cloud in cloud_view.clouds(choice).values():
        error = 5 * np.sqrt(cloud.variance / cloud_view.ESTIMATES)
        assert np.abs(cloud.points.mean(0) - true).max() < error
        assert cloud.measured == pytest.approx(cloud.variance, rel=0.35)
    app = opened(rf_station="gradient", rf_late="dropped")
    assert labels("en")["reinforce.cloud.biased"] in said(app)


def test_another_sample_is_another_cloud():
    app = click(opened(rf_station="gradient"), "resample")
    assert app.session_state.rf_cloud == 1
    assert app.query_params["rf_cloud"] in ("1", ["1"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_derivation_unfolds(lang):
    app = opened(lang, rf_station="derivation")
    for step in range(1, 8):
        assert app.session_state.rf_step == str(step)
        assert blocks(lang, "reinforce")[f"step{step}"] in said(app)
        if step < 7:
            click(app, "next")
    click(app, "back")
    assert app.session_state.rf_step == "6"


def texts(step: int, chosen: int = 0) -> list[list[str]]:
    rows = proof.check(step, np.array([0.3, -0.8]), -1.0, 0.9, chosen)
    return [[cell["text"] for cell in row] for row in rows]


def test_the_checks_of_the_derivation_agree():
    rows = texts(1)
    assert rows[1][1] == "1"
    assert rows[2][1] == rows[3][1]
    rows = texts(2)
    assert rows[0][1] == rows[1][1]
    assert rows[2][1] == "(0, 0)"
    one = proof.likely(np.array([0.3, -0.8]), -1.0)[3]
    rows = texts(3, one)
    assert rows[2][1] == rows[3][1]
    for name, _, slope in texts(4, one)[:-1]:
        assert (slope != "(0, 0)") == ("π" in name)
    assert texts(5)[0][1] == texts(5)[1][1]
    rows = proof.check(6, np.zeros(2), -1.0, 0.9, 1)
    early = [cell["text"] for row in rows for cell in row[1:] if cell["mark"] == "changed"]
    assert early == ["0"] * 15
    marks = [row[1].get("mark") for row in proof.check(7, np.zeros(2), -1.0, 0.9, 0)]
    assert marks == ["", "", "changed"]


def test_the_numbers_are_what_the_functions_computed(monkeypatch):
    app = click(opened(), "sample")
    app.session_state.rf_formulas = True  # the expander is open

    def patched(log_prob, weight):
        return log_prob * 0 + 7.25

    patched.__doc__ = reinforce.policy_gradient_loss.__doc__
    monkeypatch.setattr(reinforce, "policy_gradient_loss", patched)
    app.run()
    assert sum(r"\mathbf{7.25}" in line.value for line in app.latex) == 1


@pytest.mark.parametrize(
    ("check", "slip", "wrong"),
    [("log", "other_action", 0.2), ("path", "no_world", 0.4), ("variance", "unchanged", 6.08)],
)
def test_checks_name_the_slip(check, slip, wrong):
    app = opened()
    app.number_input(key=f"rf_check_{check}").set_value(wrong).run()
    assert labels("en")[f"slip.reinforce.{slip}"] in said(app)


def test_checks_know_the_answer():
    app = opened()
    right = labels("en")["check.right"].split("{")[0]
    for check, answer in (("log", -0.8), ("path", 0.5 * 0.8 * 0.81), ("variance", 6.08 / 4)):
        app.number_input(key=f"rf_check_{check}").set_value(answer).run()
        assert right in said(app)
    for name, mark in (("late", "yes"), ("to_go", "no"), ("baseline", "no")):
        app.radio(key="rf_check_mean").set_value(name).run()
        assert labels("en")[f"check.{mark}"] in said(app)


def test_the_world_has_no_more_than_the_policy_can_choose_in():
    assert (~trajectories.world().terminal).sum() == trajectories.SIZE
