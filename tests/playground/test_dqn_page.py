"""The DQN page through AppTest, in both languages; training is tested in runs and browser."""

from dataclasses import asdict
from functools import partial

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground import code_diff
from playground.bridge import notes
from playground.dqn.hand import MOST_FRAMES, Play, Session, Step, Sync
from playground.dqn.link import decode, encode, saved
from playground.dqn.link import opened as opened_file
from playground.dqn.triad import Choice, growth, values
from playground.dqn.xray import _rows
from playground.language import blocks, labels
from playground.link import LONGEST, LinkError
from playground.runs.records import Plan
from playground.training import panel as training_panel
from rl_core.by_hand import dqn as dqn_by_hand
from rl_core.deep import classroom, dqn
from rl_core.events import Progress
from rl_core.tabular import q_learning
from rl_core.tabular.worlds import RIGHT
from tests.playground.app import click_on, open_page, said

pytestmark = pytest.mark.usefixtures("own_store")

opened = partial(open_page, "dqn")
click = partial(click_on, "dqn_hand_")


def session(app: AppTest) -> Session:
    return app.session_state.dqn_hand


def q(app: AppTest) -> np.ndarray:
    return session(app).frame.learner.values()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_speaks_one_language(lang):
    app = opened(lang)
    other = "en" if lang == "zh" else "zh"
    assert blocks(lang, "dqn")["idea"] in said(app)
    assert blocks(other, "dqn")["idea"] not in said(app)
    assert app.button(key="dqn_train").label == labels(lang)["training.train"]
    assert app.button(key="dqn_hand_step").label == labels(lang)["dqn.hand.step"]
    assert app.number_input(key="dqn_runs").value == 8
    app.segmented_control(key="dqn_station").set_value("triad").run()
    assert not app.exception
    assert labels(lang)["dqn.triad.says.w2w"] in said(app)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_unknown_training_is_said(lang):
    app = opened(lang, run="../../etc/passwd")
    assert labels(lang)["training.unknown"] in said(app)


def test_update_copy_undo_redo_and_reset():
    app = click(opened(), "step")
    assert q(app)[1, RIGHT] == pytest.approx(0.125)  # half of a quarter of 1
    click(app, "step")
    assert q(app)[0, RIGHT] == 0  # the target network still says 0
    click(app, "sync", "step")
    assert q(app)[0, RIGHT] > 0
    click(app, "undo", "undo")
    assert session(app).cursor == 2
    click(app, "redo")
    assert session(app).frame.synced
    click(app, "reset")
    assert not session(app).moves


def test_a_batch_of_one_is_said_to_be_q_learning():
    app = opened()
    app.session_state.dqn_hand_tabs = labels("en")["dqn.hand.tab.table"]
    app.pills(key="dqn_hand_pick").set_value([2]).run()
    click(app, "step")
    assert q(app)[1, RIGHT] == 0.5
    assert labels("en")["dqn.hand.as_table.one"] in said(app)
    click(app, "step")
    assert labels("en")["dqn.hand.as_table.stale"] in said(app)
    app.pills(key="dqn_hand_pick").set_value([]).run()  # never nothing
    assert app.session_state.dqn_hand_batch == (2,)


def test_replay_picks_four_and_fifty_updates_come_near_the_exact_values():
    app = click(opened(), "draw")
    assert len(app.session_state.dqn_hand_batch) == 4
    click(app, "step", "play", "play")
    assert len(session(app).past) == 1 + 1 + 100
    assert np.abs(q(app)[0] - [0.9, 0.81]).max() < 0.45


def test_the_network_with_a_hidden_layer_begins_anew_and_its_luck_changes():
    app = click(opened(), "step")
    app.segmented_control(key="dqn_hand_kind").set_value("hidden").run()
    assert not session(app).moves
    before = q(app)
    click(app, "luck_next")
    assert (q(app) != before).all()
    app.session_state.dqn_hand_tabs = labels("en")["dqn.hand.tab.table"]
    click(app, "step")
    assert labels("en")["dqn.hand.as_table.hidden"] in said(app)
    app.session_state.dqn_hand_tabs = labels("en")["dqn.hand.tab.curve"]
    app.run()
    assert not app.exception


def test_a_link_is_what_it_was_made_of():
    moves = (Step((0, 2), 0.5, 0.9), Sync(), Play(7, 0.25, 0.8), Step((3,), 0.25, 0.8))
    made = Session.new("hidden", 5)
    for move in moves:
        made = made.do(move)
    again = decode(encode(made.jump(3)))
    assert again.moves == moves
    assert (again.cursor, again.kind, again.seed) == (3, "hidden", 5)
    np.testing.assert_array_equal(again.frame.learner.theta, made.jump(3).frame.learner.theta)


def test_a_session_too_long_for_the_link_is_offered_as_a_file():
    made = Session.new()
    while len(encode(made)) <= LONGEST:
        made = made.do(Step((0, 1, 2, 3), 0.5, 0.9))
    again = opened_file(saved(made).encode())
    assert again.moves == made.moves
    np.testing.assert_array_equal(again.frame.learner.theta, made.frame.learner.theta)
    app = opened()
    app.session_state.dqn_hand = made
    app.session_state.dqn_hand_tabs = labels("en")["dqn.hand.tab.save"]
    app.run()
    assert not app.exception
    assert labels("en")["save.too_long"] in said(app)
    click(app, "reset")
    assert labels("en")["dqn.hand.link"] in said(app)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_file_is_opened_and_any_other_is_refused(lang):
    app = opened(lang)
    app.session_state.dqn_hand_tabs = labels(lang)["dqn.hand.tab.save"]
    app.run()
    made = Session.new("hidden", 5).do(Step((0, 2), 0.5, 0.9)).do(Sync())
    upload = app.file_uploader(key="dqn_upload")
    upload.upload("dqn.json", saved(made).encode(), "application/json").run()
    assert not app.exception
    assert session(app).moves == made.moves
    assert app.segmented_control(key="dqn_hand_kind").value == "hidden"
    for other in (b"", b"[]", b'{"kind": "rl-playground/q-learning", "session": "0.0."}'):
        upload = app.file_uploader(key="dqn_upload")
        upload.upload("dqn.json", other, "application/json").run()
        assert not app.exception
        assert labels(lang)["dqn.bad_file"] in said(app)
        assert session(app).moves == made.moves


def test_a_file_with_more_moves_than_a_session_is_refused():
    with pytest.raises(LinkError):
        decode("0.t.1." + "s" * (MOST_FRAMES + 1))


@pytest.mark.parametrize("text", ["x", "1.t.1.", "0.q.1.s", "0.t.1.u4", "0.t.1.a7u0", "0.t.1.u"])
def test_a_broken_link_is_refused(text):
    with pytest.raises(LinkError):
        decode(text)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_broken_link_gives_one_message_and_a_clean_start(lang):
    app = opened(lang, hand="9.t.1.s", dqn_baird_alpha="7")
    assert labels(lang)["dqn.broken"] in said(app)
    assert "dqn_baird_alpha = 7" in said(app)
    assert not session(app).moves
    assert not click(app, "step").warning


def test_the_address_restores_the_session():
    app = click(opened(), "step", "sync", "step")
    other = opened("zh", hand=app.query_params["hand"])
    np.testing.assert_array_equal(q(other), q(app))


def test_the_link_names_the_station_in_no_language():
    app = opened("en")
    app.segmented_control(key="dqn_station").set_value("triad").run()
    app.segmented_control(key="dqn_example").set_value("baird").run()
    query = {key: app.query_params[key] for key in ("dqn_station", "dqn_example")}
    assert query == {"dqn_station": "triad", "dqn_example": "baird"}
    assert labels("zh")["dqn.triad.says.baird"] in said(opened("zh", **query))
    wrong = opened("en", dqn_station="nowhere")
    assert "dqn_station = nowhere" in said(wrong)


def test_formulas_follow_the_batch_and_the_code(monkeypatch):
    app = opened()
    app.session_state.dqn_hand_tabs = labels("en")["dqn.hand.tab.formulas"]
    app.run()
    assert app.slider(key="dqn_sample_4").value == 3  # the one with the largest error
    assert any(r"\mathbf{1} \;=\;" in line.value for line in app.latex)

    def patched(y, q_sa):
        return y * 0 + 123 - 0 * q_sa

    patched.__doc__ = dqn.td_error.__doc__
    monkeypatch.setattr(dqn, "td_error", patched)
    app.run()
    assert any(r"\mathbf{123}" in line.value for line in app.latex)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_buffer_of_a_training_under_the_xray(lang):
    store = training_panel.pool().store
    config = asdict(classroom.config("dqn", "CartPole-v1"))
    id = store.create(Plan("dqn", "CartPole-v1", config, 2, 1000, 0), {}, "nobody")
    assert store.start(id)
    xray = {"neighbours_alike": 0.9, "sampled_alike": 0.1, "sample_age": 250}
    for step, metrics in ((500, xray), (600, {})):  # not at every point is one taken
        seen = {name: np.full(2, value) for name, value in metrics.items()}
        store.append(id, [Progress(step, np.full(2, 20.0), seen)])
    store.end(id, "finished")
    app = opened(lang, run=id)
    assert labels(lang)["dqn.xray.age_says"] in said(app)
    assert labels(lang)["dqn.xray.empty"] not in said(app)
    (row,) = _rows(store.points(id)[:1], "sample_age", "x")
    assert row == {"step": 500, "series": "x", "mean": 250, "low": 250, "high": 250}


def test_the_other_formulas_follow_their_sliders():
    app = opened()
    app.slider(key="dqn_try_delta").set_value(-3.0).run()
    assert any(r"\mathbf{2.5}" in line.value for line in app.latex)
    app.slider(key="dqn_try_t").set_value(5000).run()
    assert any(r"\mathbf{0.05}" in line.value for line in app.latex)


def test_each_change_since_q_learning_has_its_sentence():
    pairs = ((q_learning.target, dqn.target), (q_learning.update, dqn_by_hand.descend))
    changed = [change for change in code_diff.between(*pairs) if not change.same]
    opened()
    for lang in ("en", "zh"):
        assert len(labels(lang)["changed.dqn"].split("|")) == len(changed)
    assert len(notes("dqn")) == len(changed)


def test_the_learner_finds_out_which_switch_cures_which():
    app = opened()
    app.segmented_control(key="dqn_station").set_value("triad").run()
    explodes, settles = "**explode**", "**go to 0**"
    assert explodes in said(app)
    app.toggle(key="dqn_w2w_target").set_value(True).run()
    assert explodes in said(app)
    app.toggle(key="dqn_w2w_replay").set_value(True).run()
    assert settles in said(app)
    app.slider(key="dqn_w2w_ends").set_value(0.0).run()
    assert explodes in said(app)
    app.segmented_control(key="dqn_example").set_value("baird").run()
    app.toggle(key="dqn_baird_replay").set_value(True).run()
    assert explodes in said(app)
    app.toggle(key="dqn_baird_target").set_value(True).run()
    assert settles in said(app)
    assert not app.exception
    assert len(app.session_state.dqn_tried) == 6


@pytest.mark.parametrize("replay", [False, True])
@pytest.mark.parametrize("target", [False, True])
@pytest.mark.parametrize("example", ["w2w", "baird"])
def test_the_curve_does_what_the_eigenvalue_says(example, replay, target):
    settings = (0.1, 0.9, 10, 1.0) if example == "w2w" else (0.03, 0.99, 40, 1.0)
    choice = Choice(example, *settings, replay, target)
    size = np.abs(values(choice)).max(1)
    cured = replay if example == "w2w" else target
    assert (growth(choice) < 1) == cured
    assert (size[-1] < size[0]) == cured


@pytest.mark.parametrize(
    ("check", "right", "wrong", "slip"),
    [
        ("limit", 10.0, 1.0, "treated_as_end"),
        ("step", 0.1, 0.4, "dqn.forgot_mean"),
        ("pull", 1.0, 3.0, "squared_pull"),
        ("size", 4610.0, 4480.0, "no_biases"),
        ("epsilon", 0.775, 0.225, "from_zero"),
        ("growth", 1.06, 0.98, "dqn.squared_gamma"),
    ],
)
def test_checks_are_computed_and_name_the_slip(check, right, wrong, slip):
    app = opened("en")
    app.number_input(key=f"dqn_check_{check}").set_value(wrong).run()
    assert labels("en")[f"slip.{slip}"] in said(app)
    app.number_input(key=f"dqn_check_{check}").set_value(right).run()
    assert labels("en")["check.right"].split("{")[0] in said(app)


def test_only_the_target_network_cures_baird():
    app = opened()
    for name, mark in (("replay", "no"), ("none", "no"), ("target", "yes")):
        app.radio(key="dqn_check_cure").set_value(name).run()
        assert labels("en")[f"check.{mark}"] in said(app)
