"""Trainings that go on as if they had not stopped, whatever the algorithm."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load, save

from rl_core.deep import dqn, envs, saved_state, training
from rl_core.deep.saved_state import SavedStateError
from rl_core.events import Evaluation, Progress, Snapshot
from rl_core.timeline import Change
from tests.deep.every import ALGORITHMS, ENVS, PAIRS, course, equal, short, small


@pytest.fixture(autouse=True)
def short_episodes(monkeypatch):
    short(monkeypatch)


def stopped(folder, made):
    """A training saved where it stopped; returns what it told."""
    story = [event for event in made if not isinstance(event, Evaluation)]
    saved_state.save(folder, made, story)
    return story


@pytest.mark.parametrize(("name", "env_id"), PAIRS)
def test_a_training_in_three_goes_is_that_in_one(name, env_id, tmp_path):
    whole = list(course(name, env_id))
    stopped(tmp_path, course(name, env_id, pause=45))
    stopped(tmp_path, saved_state.load(tmp_path, pause=131))
    again = saved_state.load(tmp_path)
    assert 131 <= again.step < 140
    assert equal(list(again), whole)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_with_everything_normalised(name, tmp_path):
    config = small(name, normalise_observation=True, normalise_reward=True)
    env_id = ENVS[training.algorithm(name).ACTIONS[0]]
    whole = list(course(name, env_id, config=config))
    stopped(tmp_path, course(name, env_id, config=config, pause=77))
    assert equal(list(saved_state.load(tmp_path)), whole)


@pytest.mark.parametrize("env_id", ["Acrobot-v1", "MountainCar-v0", "MountainCarContinuous-v0"])
def test_on_the_other_environments(env_id, tmp_path):
    kind = type(envs.make(env_id, [0]).actions)
    name = next(n for n in ALGORITHMS if kind in training.algorithm(n).ACTIONS)
    whole = list(course(name, env_id))
    stopped(tmp_path, course(name, env_id, pause=150))
    assert equal(list(saved_state.load(tmp_path)), whole)


@pytest.mark.parametrize(("name", "env_id"), PAIRS)
def test_more_steps_than_were_planned(name, env_id, tmp_path):
    """The same as that many at once, where nothing falls over all the steps."""
    config = small(name)
    config = replace(config, **{text.split()[0]: 1.0 for text in saved_state.falling(config)})
    assert saved_state.falling(config) == []
    whole = list(course(name, env_id, 240, config=config))
    stopped(tmp_path, course(name, env_id, 120, config=config))
    again = saved_state.load(tmp_path, 240)
    assert (again.lengthened, again.step) == (True, 120)
    for a, b in zip(again, whole, strict=True):
        if isinstance(a, Progress):  # its metrics are means over fewer updates
            assert (a.step, *a.returns) == pytest.approx((b.step, *b.returns), abs=0, nan_ok=True)
        else:
            assert equal(a, b)


def test_what_falls_over_all_steps_is_known():
    assert saved_state.falling(dqn.Config()) == ["lr_end = 0"]
    assert saved_state.falling(dqn.Config(lr_end=1.0, epsilon_end=0.5)) == []


def test_another_number_of_steps_keeps_what_cannot_be_told_again():
    story = [Snapshot(k, {}, np.zeros(1)) for k in range(0, 61, 15)]  # four and the first
    assert saved_state.lasting(story, 120) == story[::2]
    assert saved_state.lasting(story, 180) == story[::3]
    assert saved_state.lasting(story, 100) == story


def test_changes_made_and_asked_for_are_kept(tmp_path):
    def interrupted(pause):
        made, story = course("dqn", "CartPole-v1", pause=pause), []
        for event in made:
            story.append(event)
            if isinstance(event, Progress) and event.step in (60, 100):
                made.timeline.change("lr", event.step / 1000)
        return made, story

    whole, told = interrupted(None)
    made, story = interrupted(100)  # the second change comes after the last step
    assert [change.step for change in made.timeline.changes] == [60]
    saved_state.save(tmp_path, made, story)
    again = saved_state.load(tmp_path)
    assert again.timeline.config.lr == 0.06
    assert equal(list(again), told)
    assert again.timeline.changes == whole.timeline.changes


def test_changes_to_repeat_are_kept(tmp_path):
    recorded = [Change(50, "gamma", 0.5), Change(200, "lr", 0.5)]
    whole = list(course("dqn", "CartPole-v1", changes=recorded))
    stopped(tmp_path, course("dqn", "CartPole-v1", changes=recorded, pause=120))
    assert equal(list(saved_state.load(tmp_path)), whole)


@pytest.mark.parametrize("when", [Snapshot, Progress])
def test_stopped_from_outside_at_any_event(when, tmp_path):
    whole = list(course("dqn", "CartPole-v1"))
    made, story = course("dqn", "CartPole-v1"), []
    for event in made:
        story.append(event)
        if isinstance(event, when) and event.step == 120:
            made.timeline.stop()
    assert story[-1].step == 120
    saved_state.save(tmp_path, made, story)
    assert equal(list(saved_state.load(tmp_path)), whole)


def test_a_training_at_its_end_is_judged_again(tmp_path):
    whole = course("dqn", "CartPole-v1")
    told = list(whole)
    saved_state.save(tmp_path, whole, told[:-1])
    assert equal(list(saved_state.load(tmp_path)), told)


def test_saving_changes_nothing(tmp_path):
    made = course("dqn", "CartPole-v1", pause=100)
    stopped(tmp_path / "a", made)
    before = {name: array.copy() for name, array in packed(made).items()}
    saved_state.save(tmp_path / "b", made, [])
    assert equal(packed(made), before)


def packed(made):
    packer = saved_state.Packer()
    packer.pack(made.state, "state")
    return packer.arrays


@pytest.mark.filterwarnings("ignore:.*out of date")
def test_a_gymnasium_environment_cannot_be_saved(tmp_path):
    made = course("dqn", "CartPole-v0", steps=20, runs=1, pause=10)
    with pytest.raises(SavedStateError, match="'CartPole-v0' cannot be saved to go on with") as e:
        saved_state.save(tmp_path / "state", made, [])
    assert "\n" not in str(e.value)
    assert not (tmp_path / "state").exists()


def test_what_is_unknown_is_not_saved_silently():
    class Unknown:
        pass

    with pytest.raises(TypeError, match=r"state\.x: Unknown cannot be saved"):
        saved_state.Packer().pack({"x": Unknown()}, "state")


# Damaged folders


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("state")
    made = course("dqn", "CartPole-v1", pause=50, steps=100)
    for event in made:
        if event.step >= 50:
            made.timeline.stop()
    saved_state.save(folder, made, [])
    return folder


def copied(folder, to, about=None, tensors=None, digest=True):
    """A folder with other contents, whose digest is right nevertheless."""
    old = json.loads((folder / "training.json").read_text())
    arrays = load((folder / "training.safetensors").read_bytes())
    if about:
        about(old)
    if tensors:
        tensors(arrays)
    data = save(arrays)
    if digest:
        old.pop("digest", None)
        old["digest"] = saved_state._digest(old, data)
    (to / "training.json").write_text(json.dumps(old))
    (to / "training.safetensors").write_bytes(data)
    return to


def at(path, value):
    """Something that puts a value into nested dicts."""

    def put(about):
        *way, last = path
        for key in way:
            about = about[key]
        about[last] = value

    return put


@pytest.mark.filterwarnings("ignore:.*out of date")
@pytest.mark.parametrize(
    ("about", "reason"),
    [
        (at(["format"], 2), "not of format 1"),
        (lambda a: a.pop("seed"), "lacks 'seed'"),
        (at(["algorithm"], "dqm"), "unknown algorithm 'dqm'"),
        (at(["env"], "CartPole-v9"), "unknown environment 'CartPole-v9'"),
        (at(["env"], "CartPole-v0"), "cannot be saved"),
        (at(["runs"], 0), "are not of a training"),
        (at(["runs"], 3), r"is expected, not"),
        (at(["done"], True), "are not of a training"),
        (at(["config", "hidden"], 0), "hidden must be a whole number"),
        (at(["config", "hidden"], 9), r"is expected, not"),
        (at(["config", "colour"], 9), "colour"),
        (at(["changes"], [{"step": 3, "field": "colour", "value": 1}]), "colour"),
        (at(["state", "colour"], 9), r"state: .* is expected, not"),
        (lambda a: a["state"].pop("q"), r"state: .* is expected, not"),
        (at(["state", "updates"], "many"), r"state\.updates: int is expected, not str"),
        (at(["state", "q"], {"array": "state.q_target"}), r"state\.q: state\.q is expected"),
        (at(["state", "q"], 1), "."),
        (at(["state", "rng", "generator"], {"bit_generator": "MT19937"}), "."),
        (at(["state", "optimizer", "moments"], []), "1 is expected, not 0"),
        (at(["story"], [{"kind": "Evaluation"}]), "Evaluation"),
    ],
)
def test_what_does_not_fit_is_one_sentence(about, reason, folder, tmp_path):
    with pytest.raises(SavedStateError, match=reason) as error:
        saved_state.load(copied(folder, tmp_path, about))
    assert str(error.value).startswith("no saved training to go on with in ")


def nan(name):
    def put(arrays):
        arrays[name] = np.full_like(arrays[name], np.nan)

    return put


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        (lambda a: a.pop("state.q"), r"state\.q"),
        (lambda a: a.update(more=np.zeros(1)), "holds more: more"),
        (lambda a: a.update({"state.q": a["state.q"][:, 1:]}), r"state\.q: .* is expected, not"),
        (lambda a: a.update({"state.q": a["state.q"].astype(float)}), r"float32.* is expected"),
        (nan("state.q"), r"state\.q: a number is not finite"),
        (nan("state.replay._table"), "a number is not finite"),
        (lambda a: a.update({"state.optimizer.0.exp_avg": np.zeros(3)}), "is expected, not"),
        (nan("state.optimizer.0.exp_avg"), "a number is not finite"),
    ],
)
def test_arrays_that_do_not_fit_are_one_sentence(tensors, reason, folder, tmp_path):
    with pytest.raises(SavedStateError, match=reason):
        saved_state.load(copied(folder, tmp_path, tensors=tensors))


def test_damaged_files(folder, tmp_path):
    for name in ("training.json", "training.safetensors"):
        copied(folder, tmp_path)
        content = (tmp_path / name).read_bytes()
        for damaged in (content[:-40], b"", content.replace(b"3", b"4", 1)):
            (tmp_path / name).write_bytes(damaged)
            with pytest.raises(SavedStateError):
                saved_state.load(tmp_path)
        (tmp_path / name).unlink()
        with pytest.raises(SavedStateError, match=f"{name}: No such file"):
            saved_state.load(tmp_path)
    with pytest.raises(SavedStateError, match="damaged, or not of one training"):
        saved_state.load(copied(folder, tmp_path, at(["seed"], 8), digest=False))


@pytest.mark.parametrize("options", [{"steps": 49}, {"pause": 49}])
def test_steps_already_made_are_not_undone(options, folder):
    with pytest.raises(SavedStateError, match=re.escape("has already made 50 steps, not 49")):
        saved_state.load(folder, **options)


def test_the_unchanged_folder_loads(folder, tmp_path):
    assert saved_state.load(copied(folder, tmp_path)).step == 50
