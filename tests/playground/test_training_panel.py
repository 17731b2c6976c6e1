"""The training panel through Streamlit's AppTest, with workers that learn nothing."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground.runs.pool import Pool
from playground.runs.records import Plan, Replay, Training
from playground.runs.store import Store, StoreError
from playground.training import Reference, health
from playground.training import charts as training_charts
from playground.training import panel as training_panel
from playground.training import replay as training_view

FAKE = (sys.executable, "-m", "tests.playground.runs.fake_worker")


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    pool = Pool(Store(tmp_path / "trainings.sqlite"), 1, FAKE)
    monkeypatch.setattr(training_panel, "pool", lambda: pool)
    yield pool
    pool.close()
    pool.store.close()


def page() -> None:
    """A page with nothing but a panel."""
    from dataclasses import dataclass

    from playground.language import choose_language
    from playground.training import Offer, Panel, Reference, draw
    from rl_core.settings import Settings, setting

    @dataclass(frozen=True)
    class Config(Settings):
        lr: float = setting(0.5, "a setting that may change", 0, 1, live=True)
        hidden: int = setting(0, "one that may not", 0, 100)
        scaled: bool = setting(True, "a switch")
        loss: str = setting("huber", "a choice", choices=("huber", "squared"))

    choose_language()
    knobs = {"lr": (0.1, 0.25, 0.5), "hidden": (0, 1)}
    offers = [
        Offer("fake", "nowhere", Config(), 50, (0, 100), steps=1000),
        Offer("fake", "elsewhere", Config(lr=0.1, scaled=False), 5, (0, 10), steps=300),
    ]
    ideas = {"replay": {"scaled": False}, "target_network": {"lr": 0.0, "loss": "squared"}}
    draw(Panel("x", offers, knobs, ("q",), ideas, {"q": Reference("lr")}))


def opened(language: str = "en", **query: str) -> AppTest:
    at = AppTest.from_function(page, default_timeout=20)
    at.query_params["lang"] = language
    for name, value in query.items():
        at.query_params[name] = value
    return at.run()


def submit(pool: Pool, algorithm: str = "fake", steps: int = 1000, **config: Any) -> str:
    return pool.submit(Plan(algorithm, "nowhere", config, 2, steps, 7))


def wait(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def status(at: AppTest) -> str:
    assert not at.exception
    (element,) = [e for e in at.get("html") if "rl-status" in e.proto.body]
    return str(element.proto.body)


def run_of(at: AppTest) -> str:
    run = at.query_params["run"]
    return run if isinstance(run, str) else run[0]


def get(pool: Pool, id: str) -> Training:
    training = pool.store.get(id)
    assert training is not None
    return training


@pytest.mark.parametrize(("language", "says"), [("en", "No training yet"), ("zh", "还没有训练")])
def test_it_begins_empty(pool: Pool, language: str, says: str) -> None:
    at = opened(language)
    assert says in status(at)
    assert "data-state" not in status(at)
    assert not at.button(key="x_train").disabled
    assert at.button(key="x_stop").disabled
    assert at.button(key="x_again").disabled
    assert at.number_input(key="x_steps").value == 1000


def test_train_submits_what_the_widgets_say(pool: Pool) -> None:
    at = opened()
    at.select_slider(key="x_lr").set_value(0.25)
    at.number_input(key="x_runs").set_value(3)
    at.number_input(key="x_seed").set_value(11)
    at.button(key="x_train").click().run()
    id = run_of(at)
    training = get(pool, id)
    assert (training.algorithm, training.env) == ("fake", "nowhere")
    assert training.config == {"lr": 0.25, "hidden": 0, "scaled": True, "loss": "huber"}
    assert (training.runs, training.steps, training.seed) == (3, 1000, 11)
    assert not at.exception


@pytest.mark.parametrize(("language", "says"), [("en", "Running"), ("zh", "训练中")])
def test_a_link_shows_the_same_training_with_its_settings(
    pool: Pool, language: str, says: str
) -> None:
    id = submit(pool, pause=0.02, lr=0.75)
    wait(lambda: len(pool.store.points(id)) > 5)
    at = opened(language, run=id)
    assert says in status(at)
    assert 'data-state="running"' in status(at)
    assert at.select_slider(key="x_lr").value == 0.75
    assert not at.select_slider(key="x_lr").disabled
    assert at.select_slider(key="x_hidden").disabled
    assert at.number_input(key="x_seed").value == 7
    assert at.number_input(key="x_seed").disabled
    assert at.button(key="x_train").disabled

    at.select_slider(key="x_lr").set_value(0.25).run()
    wait(lambda: pool.store.changes(id))
    assert pool.store.changes(id)[0].value == 0.25

    at.button(key="x_stop").click().run()
    assert get(pool, id).status == "stopped"
    assert 'data-state="stopped"' in status(at)
    assert not at.button(key="x_train").disabled

    at.button(key="x_again").click().run()
    again = run_of(at)
    assert again != id
    assert get(pool, again).config == {"pause": 0.02, "lr": 0.75}
    assert at.select_slider(key="x_lr").value == 0.75


def test_the_end_says_how_many_passed(pool: Pool) -> None:
    id = submit(pool, steps=100)
    wait(lambda: not get(pool, id).active)
    at = opened(run=id)
    assert "step 100 of 100" in status(at)
    assert "0 of 2 passed" in status(at)
    assert "0 / 2 通过" in status(opened("zh", run=id))


def test_an_exception_is_shown_as_a_failure(pool: Pool) -> None:
    id = submit(pool, fail_at=3)
    wait(lambda: not get(pool, id).active)
    at = opened(run=id)
    assert 'data-state="failed"' in status(at)
    assert "ZeroDivisionError: the loss is gone" in status(at)
    assert "step 3 of 1000" in status(at)
    assert not at.button(key="x_again").disabled
    assert "fake_worker.py" in at.code[0].value


def test_a_health_chart_shows_the_setting_it_is_to_be_compared_with(pool: Pool) -> None:
    id = submit(pool, steps=300, pause=0.01, lr=0.75)
    wait(lambda: pool.store.points(id))
    pool.change(id, "lr", 0.25)
    wait(lambda: not get(pool, id).active)
    changed = pool.store.changes(id)[0].step
    at = opened(run=id)
    assert any("Mean Q" in m.value and "Learning rate: 0.25" in m.value for m in at.markdown)
    training = get(pool, id)
    settings = health.in_force(pool.store, training)
    assert health.reference(Reference("lr"), settings) == [(0, 0.75), (changed, 0.25)]
    assert health.reference(None, settings) == []
    assert health.reference(Reference("clip"), settings) == []  # not every algorithm has it


def test_a_reference_means_nothing_while_its_switch_is_off() -> None:
    settings = [(0, {"goal": 1.0, "on": True}), (5, {"goal": 1.0, "on": False})]
    (_, before), (step, after) = health.reference(Reference("goal", only_with="on"), settings)
    assert (before, step) == (1.0, 5)
    assert np.isnan(after)


def test_what_was_not_played_yet_is_looked_up_again(pool: Pool) -> None:
    """The policy of a moment is judged first and played then."""
    id = pool.store.create(Plan("fake", "CartPole-v1", {}, 2, 100, 7), {}, "somebody")
    pool.store.start(id)
    training = get(pool, id)
    assert training_view._moment(pool.store, training, 100, 0, "end") == []
    pool.store.append(id, [Replay(100, np.zeros((4, 2, 4), np.float32))])
    (moment,) = training_view._moment(pool.store, training, 100, 0, "end")
    assert len(moment["poses"]) == 4


def test_a_place_in_the_queue_is_shown(pool: Pool) -> None:
    first, second = submit(pool, pause=0.02), submit(pool, pause=0.02)
    wait(lambda: get(pool, first).status == "running")
    at = opened(run=second)
    assert "number 1 in the queue" in status(at)
    assert at.select_slider(key="x_lr").disabled
    at.button(key="x_stop").click().run()
    assert get(pool, second).status == "stopped"


@pytest.mark.parametrize("run", ["nobody", "<script>alert(1)</script>", "' OR 1=1 --", "\x00"])
def test_an_unknown_training_is_one_clear_sentence(pool: Pool, run: str) -> None:
    at = opened(run=run)
    (warning,) = at.warning
    assert "is not in this app's records" in warning.value
    assert "No training yet" in status(at)
    assert "run" not in at.query_params
    assert not at.run().warning


def test_a_training_of_another_algorithm_does_not_belong_here(pool: Pool) -> None:
    id = submit(pool, algorithm="other")
    assert opened(run=id).warning


def test_what_an_error_says_cannot_become_markup(pool: Pool) -> None:
    id = submit(pool, **{"<img src=x>": 1})
    wait(lambda: not get(pool, id).active)
    assert "<img" not in status(opened(run=id))


def test_a_store_that_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Pool:
        raise StoreError("it is broken")

    monkeypatch.setattr(training_panel, "pool", broken)
    at = opened()
    assert not at.exception
    assert "it is broken" in at.error[0].value


def test_the_band_holds_the_mean_and_stays_within_the_runs() -> None:
    returns = np.random.default_rng(1).uniform(0, 500, (20, 8))
    low, high = training_charts.band(returns)
    assert (low >= returns.min(-1)).all()
    assert (high <= returns.max(-1)).all()
    assert (low < returns.mean(-1)).all()
    assert (returns.mean(-1) < high).all()
    error = returns.std(-1) / np.sqrt(8)
    np.testing.assert_allclose(high - low, 2 * 1.96 * error, rtol=0.2)
    again = training_charts.band(returns[:5])
    np.testing.assert_array_equal(again[0], low[:5])  # a point does not move when others come
    np.testing.assert_array_equal(*training_charts.band(returns[:, :1]))


def test_changes_soon_after_another_are_said_below_it() -> None:
    changes = [(10, "a"), (20, "b"), (309, "c"), (310, "d"), (900, "e")]
    said = training_charts.together(changes, 1000)
    assert said == [(10, "a\nb\nc"), (310, "d"), (900, "e")]


def test_the_moments_are_spread_with_both_ends() -> None:
    assert training_view.moments(range(0, 4001, 100)) == [0, 1000, 2000, 3000, 4000]
    assert training_view.moments([0, 50]) == [0, 50]
    assert training_view.moments([7]) == [7]


def test_another_environment_brings_its_settings(pool: Pool) -> None:
    at = opened()
    at.selectbox(key="x_env").set_value("elsewhere").run()
    assert at.select_slider(key="x_lr").value == 0.1
    assert not at.toggle(key="x_scaled").value
    assert at.number_input(key="x_steps").value == 300
    at.button(key="x_train").click().run()
    training = get(pool, run_of(at))
    assert (training.env, training.config["lr"]) == ("elsewhere", 0.1)
    link = opened(run=training.id)
    assert link.selectbox(key="x_env").value == "elsewhere"


def test_an_idea_is_taken_away_and_given_back(pool: Pool) -> None:
    at = opened()
    assert at.toggle(key="x_idea_target_network").value
    at.toggle(key="x_idea_target_network").set_value(False).run()
    assert at.select_slider(key="x_lr").value == 0
    assert at.toggle(key="x_idea_replay").value
    at.toggle(key="x_idea_target_network").set_value(True).run()
    assert at.select_slider(key="x_lr").value == 0.5
    at.toggle(key="x_scaled").set_value(False).run()  # the switch follows what it stands for
    assert not at.toggle(key="x_idea_replay").value


def test_an_idea_may_only_be_switched_where_all_of_it_is_live(pool: Pool) -> None:
    id = submit(pool, pause=0.02, lr=0.5)
    wait(lambda: get(pool, id).status == "running")
    at = opened(run=id)
    assert at.toggle(key="x_idea_replay").disabled
    assert at.toggle(key="x_idea_target_network").disabled
    pool.stop(id)


def compared(at: AppTest) -> list[str]:
    """The earlier trainings that may be compared."""
    name = "Compare with earlier trainings"
    groups = [group for group in at.get("button_group") if group.label == name]
    return [option.content for group in groups for option in group.proto.options]


def test_earlier_trainings_of_the_session_can_be_compared(pool: Pool) -> None:
    at = opened()
    for seed in (1, 2, 3):
        at.number_input(key="x_seed").set_value(seed)
        at.button(key="x_train").click().run()
        pool.stop(run_of(at))
        at.run()
    assert compared(at) == ["#1 · Seed 1", "#2 · Seed 2"]
    at.session_state.x_overlay = [at.session_state.x_kept[0]]
    at.run()
    assert not at.exception


def test_what_was_changed_while_a_training_ran_tells_it_from_others(pool: Pool) -> None:
    plain, changed = (submit(pool, steps=300, pause=0.01, lr=0.5) for _ in range(2))
    wait(lambda: pool.store.points(changed))
    pool.change(changed, "lr", 0.25)
    wait(lambda: not get(pool, changed).active)
    at = opened(run=changed)
    at.query_params["run"] = plain
    assert compared(at.run()) == ["#1 · Learning rate 0.5 → 0.25"]
    at.query_params["run"] = changed
    assert compared(at.run()) == ["#2 · Learning rate 0.5"]
