"""The Introduction page through AppTest in both languages, and the lesson behind it."""

from functools import partial

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground.intro import slips
from playground.intro.kinds import pictures
from playground.intro.puppy import MOST_TRIES, Answer, Lesson, decode, encode
from playground.intro.trainer import chances
from playground.language import blocks, labels
from playground.link import LinkError
from playground.slips import judge
from rl_core.tabular import bandit
from rl_core.tabular.bandit import Config
from tests.playground.app import APP, click_on, said

TREAT, NONE = Answer(True, Config()), Answer(False, Config())

click = partial(click_on, "intro_")


def taught(*answers: Answer, seed: int = 0) -> Lesson:
    lesson = Lesson.new(seed)
    for answer in answers:
        lesson = lesson.do(answer)
    return lesson


def opened(lang: str = "en", **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30)
    app.query_params["lang"] = lang
    for key, value in query.items():
        app.query_params[key] = value
    app.run()  # the bare address leads to this page
    assert not app.exception
    return app


def preferences(app: AppTest) -> np.ndarray:
    return app.session_state.intro_lesson.frame.state.h


def test_a_lesson_is_what_train_would_have_done():
    answers = [TREAT, NONE, Answer(True, Config(0.3, False)), TREAT, NONE]
    lesson = taught(*answers, seed=4)
    state = bandit.State.initial(3)
    for answer in answers:
        reward = float(answer.treat)
        (event,) = bandit.train(lambda *_, r=reward: r, [(0, answer.config)], 4, state)
    assert (lesson.frame.state.h == state.h).all()
    assert lesson.frame.event.a == event.a


def test_going_back_and_answering_otherwise_keeps_the_past():
    lesson = taught(TREAT, NONE, TREAT)
    again = lesson.jump(1).do(TREAT)
    assert again.answers == (TREAT, TREAT)
    assert again.frames[:2] == lesson.frames[:2]
    assert lesson.jump(99).cursor == 3
    assert lesson.jump(-1).cursor == 0


def test_a_link_brings_the_lesson_back():
    lesson = taught(TREAT, Answer(False, Config(0.3)), Answer(True, Config(0.3, False)), seed=7)
    lesson = lesson.jump(2)
    again = decode(encode(lesson))
    assert encode(lesson) == "2.7.a1b1Ta0.3b1Na0.3b0T"
    assert (again.answers, again.cursor, again.seed) == (lesson.answers, 2, 7)
    assert (again.frame.state.h == lesson.frame.state.h).all()


def test_the_longest_lesson_fits_into_a_link():
    settings = [Config(round(0.1 + i % 20 / 10, 1), i % 2 == 0) for i in range(MOST_TRIES)]
    assert len(encode(taught(*(Answer(True, config) for config in settings)))) < 2000


BROKEN = ["", "x", "1.0.", "0.0.Q", "0.0.a9T", "1.0.<script>", "0.0." + "T" * (MOST_TRIES + 1)]


@pytest.mark.parametrize("link", BROKEN)
def test_what_is_no_lesson_is_refused(link):
    with pytest.raises(LinkError):
        decode(link)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_speaks_one_language(lang):
    app = opened(lang)
    other = "en" if lang == "zh" else "zh"
    assert app.button(key="intro_treat").label == labels(lang)["intro.treat"]
    assert blocks(lang, "introduction")["idea"] in said(app)
    assert blocks(other, "introduction")["idea"] not in said(app)


def test_teaching_by_hand():
    app = opened()
    for _ in range(25):
        frame = app.session_state.intro_lesson.frame
        click(app, "treat" if frame.action == 0 else "no_treat")
    assert bandit.softmax(preferences(app))[0] > 0.85
    assert app.session_state.intro_lesson.cursor == 25


def test_refusing_from_the_start_moves_nothing():
    app = click(opened(), *["no_treat"] * 5)
    assert not preferences(app).any()
    assert "so nothing moves" in said(app)


def test_without_a_baseline_only_treats_teach():
    app = opened()
    app.toggle(key="intro_baseline").set_value(False).run()
    before = preferences(click(app, "treat")).copy()
    assert before.any()
    assert (preferences(click(app, "no_treat")) == before).all()


def test_undo_redo_reset_and_another_puppy():
    app = click(opened(), "treat", "no_treat", "undo")
    assert app.session_state.intro_lesson.cursor == 1
    assert "1.0.a1b1TN" in app.query_params["intro"]
    click(app, "redo")
    assert app.session_state.intro_lesson.cursor == 2
    assert app.button(key="intro_redo").disabled
    click(app, "reset")
    assert not preferences(app).any()
    click(app, "another")
    assert app.session_state.intro_lesson.seed == 1


def test_the_slider_acts_on_the_next_answer_only():
    app = click(opened(), "treat")
    first = preferences(app).copy()
    app.slider(key="intro_alpha").set_value(0.2).run()
    assert (preferences(app) == first).all()
    click(app, "treat")
    assert app.session_state.intro_lesson.answers[-1].config.alpha == 0.2


def test_the_substituted_line_is_what_the_function_computed(monkeypatch):
    app = click(opened(), "treat")
    assert r"\mathbf{0.6667}" in app.latex[1].value  # 0 + 1 (1 - 0) [1 - 1/3]

    def patched(h, alpha, r, mean, chosen, pi):
        return h * 0 + 7.25

    patched.__doc__ = bandit.update.__doc__
    monkeypatch.setattr(bandit, "update", patched)
    assert r"\mathbf{7.25}" in click(app, "treat").latex[1].value


def test_the_formulas_tab_computes_every_line():
    app = click(opened(), "treat")
    app.session_state.intro_tabs = labels("en")["intro.tab.formulas"]
    app.run()
    lines = [line.value for line in app.latex]
    assert sum(r"\pi(\text{" in line for line in lines) == 3
    assert any(r"\mathbf{0.5761}" in line for line in lines)  # e^0.667 / (e^0.667 + 2 e^-0.333)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("link", ["nonsense", "1.0.<script>", "9.0.a1b1T"])
def test_a_broken_link_gives_one_message_and_a_clean_start(lang, link):
    app = opened(lang, intro=link)
    assert [w.value for w in app.warning] == [labels(lang)["intro.broken"]]
    assert not preferences(app).any()
    assert not click(app, "treat").warning


@pytest.mark.parametrize("value", ["5", "nan", "<b>"])
def test_a_setting_out_of_range_in_the_link_is_said(value):
    app = opened("en", intro_alpha=value)
    (warning,) = app.warning
    assert f"intro_alpha = {value}" in warning.value
    assert app.slider(key="intro_alpha").value == 1.0


def test_a_good_setting_in_the_link_is_taken():
    assert opened("en", intro_mistakes="0.3").slider(key="intro_mistakes").value == 0.3


def test_a_full_lesson_takes_no_more_answers():
    app = opened("en", intro=f"{MOST_TRIES}.0.a1b1" + "TN" * (MOST_TRIES // 2))
    assert app.button(key="intro_treat").disabled
    assert labels("en")["intro.full"] in said(app)


def test_trainers_teach_fast_slowly_and_confusedly():
    """Tries until the mean of 40 puppies passes 80 %; puppies that end below a third."""
    tries = [(chances(m, 0.5).mean(0) >= 0.8).argmax() for m in (0.0, 0.2, 0.4)]
    assert 0 < tries[0] < tries[1] < tries[2]
    lost = [(chances(0.3, alpha)[:, -1] < 1 / 3).sum() for alpha in (0.5, 4.0)]
    assert lost[0] == 0
    assert lost[1] >= 4


@pytest.mark.parametrize("n", [6, 30, 120])
@pytest.mark.parametrize("seed", range(5))
def test_each_kind_is_shown_what_it_may_see(n, seed):
    shown = pictures(n, seed, ("red", "green", "blue"))
    assert len({p["colour"] for p in shown["supervised"].points}) <= 3
    assert {p["colour"] for p in shown["unsupervised"].points} == {shown["unsupervised"].colours[1]}
    assert shown["unsupervised"].right is None
    assert {p["opacity"] for p in shown["reinforcement"].points} <= {0.0, 1.0}
    assert shown["supervised"].right > 0.5


def test_the_kinds_follow_the_slider():
    app = opened()
    app.slider(key="intro_samples").set_value(120).run()
    assert not app.exception
    click(app, "other_data")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (0.5 + 0.4 * 0.8 * 0.75, slips.update(0.5, 0.4, 1.0, 0.2, 0.25)),
        (np.e / (np.e + 2), slips.softmax(1.0)),
        (0.75 + 0.25 / 9, slips.average(0.75, 1.0, 8)),
        (0.6, slips.noise(0.2)),
    ],
)
def test_slips_are_other_numbers_with_a_label_each(right, wrong):
    for name, value in wrong:
        assert f"slip.{name}" in labels("en")
        assert name in judge(value, right, wrong).slips


def test_checks_are_computed_and_name_the_slip():
    app = opened()
    app.number_input(key="intro_check_softmax").set_value(0.3333).run()
    assert labels("en")["slip.intro.equal"] in said(app)
    app.number_input(key="intro_check_softmax").set_value(0.5761).run()
    assert labels("en")["check.right"].format(right="0.5761") in said(app)
    app.number_input(key="intro_check_noise").set_value(0.8).run()
    assert labels("en")["slip.intro.one_side"] in said(app)
    app.number_input(key="intro_check_noise").set_value(0.6).run()
    assert labels("en")["check.right"].format(right="0.6") in said(app)
    app.radio(key="intro_check_change").set_value("falls").run()
    assert labels("en")["check.no"] in said(app)
    app.radio(key="intro_check_change").set_value("stays").run()
    assert labels("en")["check.yes"] in said(app)


@pytest.mark.parametrize("check", ["update", "softmax", "average", "noise", "change"])
def test_another_exercise_has_other_numbers(check):
    app = opened()
    before = said(app) + " ".join(radio.label for radio in app.radio)
    for _ in range(3):
        click(app, f"check_{check}_another")
    assert said(app) + " ".join(radio.label for radio in app.radio) != before
