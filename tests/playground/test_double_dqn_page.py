"""The Double DQN page through AppTest, in both languages; training is tested elsewhere."""

from functools import partial

import numpy as np
import pytest

from playground import code_diff
from playground.double_dqn import checks, example_view, formulas
from playground.language import blocks, labels
from rl_core.deep import double_dqn, dqn
from rl_core.tabular import maximization_bias, noisy_estimates
from tests.playground.app import open_page, said

pytestmark = pytest.mark.usefixtures("own_store")

opened = partial(open_page, "double-dqn")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_speaks_one_language(lang):
    app = opened(lang)
    other = "en" if lang == "zh" else "zh"
    assert blocks(lang, "double_dqn")["idea"] in said(app)
    assert blocks(other, "double_dqn")["idea"] not in said(app)
    assert app.button(key="ddqn_train").label == labels(lang)["training.train"]
    assert app.selectbox(key="ddqn_env").value == "Casino-v0"
    assert app.segmented_control(key="ddqn_algorithm").value == "double_dqn"
    app.segmented_control(key="ddqn_station").set_value("example").run()
    assert not app.exception
    assert blocks(lang, "double_dqn")["by_hand_example"] in said(app)


def test_resampling_adds_rounds_and_undo_takes_one_back():
    app = opened()
    for key, rounds in (("resample", 2), ("many", 102), ("undo", 101)):
        app.button(key=f"ddqn_{key}").click().run()
        assert not app.exception
        assert app.session_state.ddqn_rounds_now == rounds
    assert app.query_params["ddqn_rounds"] == "101"
    app.slider(key="ddqn_n").set_value(3).run()  # other tables: averaged anew
    assert app.session_state.ddqn_rounds_now == 1
    app.slider(key="ddqn_alike").set_value(1.0).run()
    assert not app.exception


def test_the_link_restores_and_what_is_wrong_in_it_is_said():
    app = opened("en", ddqn_n="3", ddqn_rounds="40", ddqn_world="better")
    assert app.slider(key="ddqn_n").value == 3
    assert app.session_state.ddqn_rounds_now == 40
    assert app.segmented_control(key="ddqn_world").value == "better"
    app = opened("en", ddqn_n="99", ddqn_alike="nan", ddqn_station="x", ddqn_rounds="1e9")
    for text in ("ddqn_n = 99", "ddqn_alike = nan", "ddqn_station = x", "ddqn_rounds = 1e9"):
        assert text in said(app)
    assert app.slider(key="ddqn_n").value == 10
    assert "ddqn_n" not in app.query_params


def test_the_example_goes_on_piece_by_piece(monkeypatch):
    monkeypatch.setattr(example_view, "RUNS", 3 * example_view.PIECE)
    app = opened("en", ddqn_station="example")
    app.button(key="ddqn_play").click().run()
    pieces = [app.session_state.ddqn_pieces_done]
    while app.session_state.ddqn_pieces_done < 3:
        app.run()
        assert not app.exception
        pieces.append(app.session_state.ddqn_pieces_done)
    assert pieces == sorted(pieces)
    assert labels("en")["ddqn.example_caption"].format(runs="3 000") in said(app)
    app.run()
    assert app.session_state.ddqn_pieces_done == 3
    assert not app.button(key="ddqn_play").disabled
    app.select_slider(key="ddqn_actions").set_value("2").run()
    assert app.query_params["ddqn_actions"] == "2"
    assert app.session_state.ddqn_pieces_done == 0


def test_a_piece_is_what_rl_core_computes():
    example_view.piece.clear()
    share = example_view.piece(True, 5, 3)
    same = maximization_bias.left_share(True, example_view.PIECE, 300, seed=3, actions=5)
    assert np.array_equal(share, same)


def test_formulas_follow_the_code(monkeypatch):
    app = opened()

    def patched(reward, terminated, q_online, q_next, gamma):
        return reward * 0 + 123

    patched.__doc__ = double_dqn.target.__doc__
    monkeypatch.setattr(double_dqn, "target", patched)
    app.run()
    assert any(r"\mathbf{123}" in line.value for line in app.latex)


def test_other_numbers_for_the_formulas():
    app = opened()
    before = [line.value for line in app.latex]
    batch_size = app.select_slider(key="ddqn_batch").value
    app.button(key="ddqn_other_batch").click().run()
    assert not app.exception
    assert app.select_slider(key="ddqn_batch").value == batch_size  # a setting of the training
    assert [line.value for line in app.latex] != before


@pytest.mark.parametrize("luck", range(5))
def test_the_batch_of_the_formulas_never_has_double_above_dqn(luck):
    r, end, q, q_next = formulas.batch(luck)
    y = double_dqn.target(r, end, q, q_next, 0.9)
    y_dqn = dqn.target(r, end, q_next, 0.9)
    assert (y <= y_dqn).all()
    assert y[-1] == y_dqn[-1] == r[-1]  # the last one ends


def test_each_change_since_dqn_has_its_sentence():
    pairs = ((dqn.target, double_dqn.target), (dqn.update, double_dqn.update))
    pairs = (*pairs, (dqn.train, double_dqn.train))
    changed = [change for change in code_diff.between(*pairs) if not change.same]
    for lang in ("en", "zh"):
        assert len(labels(lang)["changed.double_dqn"].split("|")) == len(changed)


def test_targets_of_the_questions():
    y = checks.targets(1.0, 0.0, [5.0, 1.0], [2.0, 9.0], 0.5)
    assert y == {"dqn": 5.5, "double_dqn": 2.0}
    assert checks.targets(1.0, 1.0, [5.0, 1.0], [2.0, 9.0], 0.5) == {"dqn": 1, "double_dqn": 1}


def asked(block: str) -> tuple[float, float, list[float], list[float]]:
    """The numbers of a question's first form."""
    rng = np.random.default_rng(0)
    q, q_next = (rng.permutation(np.arange(2, 16))[:3] / 2 for _ in range(2))
    if q.argmax() == q_next.argmax():
        q_next = np.roll(q_next, 1)
    gamma = float(rng.choice([0.5, 0.8, 0.9]))
    return float(rng.choice([-1.0, 1.0, 2.0])), gamma, q.tolist(), q_next.tolist()


def test_checks_name_the_slip():
    app = opened("en")
    r, gamma, q, q_next = asked("check_double_dqn")
    y = checks.targets(r, 0.0, q, q_next, gamma)
    bias = noisy_estimates.expected_single((0.0,) * 10, 0.5)
    for check, answer, key in (
        ("double_dqn", y["dqn"], "slip.ddqn.took_max"),
        ("double_dqn", r + gamma * max(q), "slip.ddqn.used_online"),
        ("dqn", y["double_dqn"], "slip.ddqn.took_double"),
        ("dqn", r + max(q_next), "slip.forgot_gamma"),
        ("end", y["double_dqn"], "slip.ddqn.no_end"),
        ("bias", bias / 2, "slip.ddqn.forgot_root"),
        ("double_dqn", y["double_dqn"], "check.right"),
        ("bias", bias, "check.right"),
    ):
        app.number_input(key=f"ddqn_check_{check}").set_value(answer).run()
        assert labels("en")[key].split("{")[0] in said(app), (check, answer, key)
        assert not app.exception
    app.radio(key="ddqn_check_copy").set_value("same").run()
    assert labels("en")["check.yes"] in said(app)
