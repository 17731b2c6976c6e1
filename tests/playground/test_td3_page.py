"""The TD3 page through AppTest, in both languages; training is tested in runs and browser."""

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from playground import code_diff
from playground.language import blocks, labels
from playground.link import LinkError
from playground.td3.session import MOST_FRAMES, Errors, Play, Session, decode, encode
from rl_core.by_hand.td3 import Ideas
from rl_core.deep import ddpg, td3
from tests.playground.app import click_on, open_page, said

pytestmark = pytest.mark.usefixtures("own_store")

opened = partial(open_page, "td3")
click = partial(click_on, "td3_")


def switch(app: AppTest, *ideas: str) -> AppTest:
    for idea in ideas:
        toggle = app.toggle(key=f"td3_on_{idea}")
        toggle.set_value(not toggle.value).run()
        assert not app.exception
    return app


def learner(app: AppTest):
    return app.session_state.td3_hand.frame.learner


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_speaks_one_language(lang):
    app = opened(lang)
    assert blocks(lang, "td3")["ideas"] in said(app)
    assert blocks("en" if lang == "zh" else "zh", "td3")["ideas"] not in said(app)
    assert app.button(key="td3_train").label == labels(lang)["training.train"]
    assert app.button(key="td3_step").label == labels(lang)["td3.step"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_actor_falls_for_the_false_peak_and_each_idea_mends_the_target(lang):
    app, words = opened(lang), labels(lang)
    click(app, *["step"] * 8)
    assert words["td3.climbs.wrong"] in said(app)
    assert words["td3.sees.ddpg.above"] in said(app)
    switch(app, "twin")
    assert words["td3.sees.twin.right"] in said(app)
    switch(app, "twin", "smoothing")
    assert words["td3.sees.smoothing.above"] in said(app)
    switch(app, "twin")
    assert words["td3.sees.both.below"] in said(app)


def test_with_delay_the_actor_moves_at_every_fourth_update_and_never_the_wrong_way():
    app = click(switch(opened(), "delay"), *["step"] * 3)
    assert learner(app).steps == 0
    click(app, "step")
    assert learner(app).steps == 1
    click(app, "play")
    assert (learner(app).updates, learner(app).steps, float(learner(app).wrong)) == (24, 6, 0)
    app.slider(key="td3_wait").set_value(2).run()
    assert learner(click(app, "play")).steps == 16


def test_undo_redo_and_reset():
    app = opened()
    start = float(learner(app).action)
    click(app, "step", "play")
    end = float(learner(app).action)
    click(app, "undo", "undo")
    assert float(learner(app).action) == start
    click(app, "redo", "redo")
    assert float(learner(app).action) == end
    assert learner(click(app, "reset")).updates == 0


def test_errors_are_drawn_anew_or_at_another_height():
    app = opened()
    centre = learner(app).centre
    app.slider(key="td3_height").set_value(0.4).run()
    assert (learner(app).centre == centre).all()
    assert float(learner(app).height.abs().max()) <= 0.4
    assert (learner(click(app, "disturb")).centre != centre).all()
    click(app, "undo", "undo")
    assert app.slider(key="td3_height").value == 0.8


def test_the_numbers_are_what_the_function_computed(monkeypatch):
    app = opened()

    def patched(reward, terminated, q_next, gamma):
        return q_next[0] * 0 + 7.25

    patched.__doc__ = ddpg.target.__doc__
    monkeypatch.setattr(ddpg, "target", patched)
    app.run()
    assert sum(r"\mathbf{7.25}" in line.value for line in app.latex) == 2  # stage and formulas


def test_the_target_is_written_as_what_is_switched_on():
    app, lines = opened(), []
    for idea in (None, "twin", "smoothing", "twin"):
        switch(app, *[idea] if idea else [])
        lines.append(app.latex[0].value)
    plain, twin, both, smoothing = (r"\tilde a" in line for line in lines)
    assert (plain, twin, both, smoothing) == (False, False, True, True)
    assert [r"\min_i" in line for line in lines] == [False, True, True, False]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_many_actors_and_back(lang):
    app = opened(lang)
    app.segmented_control(key="td3_station").set_value("many").run()
    assert not app.exception
    assert "td3_step" not in [button.key for button in app.button]
    assert labels(lang)["td3.lives.bias"] in said(app)
    click(app, "lives_luck")
    assert app.session_state.td3_hand.luck == 2
    app.segmented_control(key="td3_station").set_value("one").run()
    assert app.button(key="td3_step")


def test_the_address_restores_the_session():
    app = switch(click(opened(), "step"), "twin", "delay")
    click(app, "disturb", "play", "undo")
    names = ("td3", "td3_on_twin", "td3_on_delay")
    other = opened("zh", **{name: app.query_params[name] for name in names})
    assert learner(other).updates == learner(app).updates
    assert float(learner(other).action) == float(learner(app).action)
    assert [other.toggle(key=f"td3_on_{x}").value for x in ("twin", "smoothing", "delay")] == [
        True, False, True
    ]  # fmt: skip
    assert learner(click(other, "redo")).updates == 21


@pytest.mark.parametrize(
    ("key", "value"),
    [("td3_wait", "1"), ("td3_wait", "2.5"), ("td3_height", "nan"), ("td3_on_twin", "yes"),
     ("td3_station", "none")],
)  # fmt: skip
def test_what_is_wrong_in_the_link_is_said_once(key, value):
    app = opened(**{key: value})
    (warning,) = app.warning
    assert f"{key} = {value}" in warning.value
    assert not click(app, "step").warning


def test_a_broken_session_is_said():
    (warning,) = opened(td3="0.1.xyz").warning
    assert warning.value == labels("en")["td3.broken"]


def test_sessions_survive_their_link():
    session = Session.new(7)
    for move in (Play(1, Ideas()), Errors(3, 0.25), Play(20, Ideas(True, True, 10))):
        session = session.do(move)
    again = decode(encode(session.jump(2)))
    assert (again.luck, again.moves, again.cursor) == (7, session.moves, 2)


@pytest.mark.parametrize("code", ["", "1.1.", "0.1.u0", "0.1.e1h9", "0.1.q", "9.1.u1"])
def test_what_is_no_session_is_refused(code):
    with pytest.raises(LinkError):
        decode(code)


def test_a_session_ends():
    session = Session.new()
    for _ in range(60):
        session = session.do(Play(20, Ideas()))
    assert session.full
    assert len(session.past) <= MOST_FRAMES


def test_the_formulas_follow_their_sliders():
    app = opened()
    for key, value in (("updates", 0), ("noise", 41)):
        before = [line.value for line in app.latex]
        app.slider(key=f"td3_formulas_{key}").set_value(value).run()
        assert not app.exception
        assert [line.value for line in app.latex] != before


def test_there_is_a_sentence_on_every_change_since_ddpg():
    changes = code_diff.between(
        (ddpg.train, td3.train), (ddpg.criticise, td3.criticise), (ddpg.target, td3.target)
    )
    number = sum(not change.same for change in changes)
    for lang in ("en", "zh"):
        assert len(labels(lang)["changed.td3"].split("|")) == number


@pytest.mark.parametrize(
    ("check", "wrong", "slip", "right"),
    [
        ("target", 4.6, "took_max", 3.7),
        ("cut", -1.0, "as_if_ended", -6.4),
        ("action", 0.9, "noise_not_cut", 0.7),
        ("steps", 100.0, "every_update", 50.0),
    ],
)
def test_checks_are_computed_and_name_the_slip(check, wrong, slip, right):
    app = opened()
    app.number_input(key=f"td3_check_{check}").set_value(wrong).run()
    assert labels("en")[f"slip.td3.{slip}"] in said(app)
    app.number_input(key=f"td3_check_{check}").set_value(right).run()
    assert labels("en")["check.right"].split("{")[0] in said(app)


def test_the_actor_climbs_the_first_critic_in_td3_too():
    app = opened()
    for name, mark in (("same", "yes"), ("less", "no"), ("other", "no")):
        app.radio(key="td3_check_climb").set_value(name).run()
        assert labels("en")[f"check.{mark}"] in said(app)
