"""Saved policies: what was saved comes back, and nothing else is let in."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from rl_core.deep import dqn, envs, policies

CONFIG = dqn.Config(hidden=4, replay_size=10)


def weights(seed):
    return dqn.weights(dqn.start(envs.make("CartPole-v1", [0, 1]), CONFIG, seed))


@pytest.fixture
def trained():
    return policies.Trained("dqn", "CartPole-v1", CONFIG, 3, 2, weights(1), weights(2))


@pytest.fixture
def folder(tmp_path, trained):
    policies.save(tmp_path / "deep" / "out", trained)
    return tmp_path / "deep" / "out"


def test_what_was_saved_comes_back(folder, trained):
    loaded = policies.load(folder)
    assert (loaded.algorithm, loaded.env_id, loaded.config) == ("dqn", "CartPole-v1", CONFIG)
    assert (loaded.seed, loaded.runs) == (3, 2)
    for which in policies.WEIGHTS:
        for name, array in getattr(trained, which).items():
            assert np.array_equal(getattr(loaded, which)[name], array)


def test_saving_again_replaces(folder, trained):
    policies.save(folder, trained)
    assert sorted(p.name for p in folder.iterdir()) == [
        "best.safetensors",
        "last.safetensors",
        "policy.json",
    ]


def edit(**changes):
    def damage(folder):
        path = folder / "policy.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return damage


def rewrite(change):
    def damage(folder):
        path = folder / "best.safetensors"
        arrays = load_file(path)
        change(arrays)
        save_file(arrays, path)

    return damage


def swap(name, make):
    return rewrite(lambda arrays: arrays.update({name: make(arrays[name])}))


DAMAGES = {
    "no file": lambda folder: (folder / "policy.json").unlink(),
    "no weights": lambda folder: (folder / "last.safetensors").unlink(),
    "not JSON": lambda folder: (folder / "policy.json").write_text("{"),
    "not an object": lambda folder: (folder / "policy.json").write_text("[]"),
    "not text": lambda folder: (folder / "policy.json").write_bytes(b"\xff\xfe\x00"),
    "not safetensors": lambda folder: (folder / "best.safetensors").write_bytes(b"\x80\x04."),
    "empty weights": lambda folder: (folder / "best.safetensors").write_bytes(b""),
    "another format": edit(format=99),
    "unknown algorithm": edit(algorithm="os.system"),
    "algorithm of a wrong kind": edit(algorithm=["dqn"]),
    "unknown environment": edit(env="os:system"),
    "environment of a wrong kind": edit(env={"a": 1}),
    "another environment": edit(env="Acrobot-v1"),
    "setting out of range": edit(config={"gamma": 2}),
    "unknown setting": edit(config={"gammma": 0.5}),
    "settings of a wrong kind": edit(config=3),
    "too many runs": edit(runs=10**9),
    "other runs": edit(runs=3),
    "runs of a wrong kind": edit(runs="2"),
    "seed of a wrong kind": edit(seed=None),
    "wrong shape": swap("0.weight", lambda w: w[:, :, :1]),
    "wrong kind of number": swap("0.weight", lambda w: w.astype(np.float64)),
    "not finite": swap("0.weight", lambda w: w * np.nan),
    "one too many": rewrite(lambda arrays: arrays.update({"3.weight": np.zeros(1)})),
    "one missing": rewrite(lambda arrays: arrays.pop("0.bias")),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_anything_else_is_refused_in_one_sentence(folder, damage):
    damage(folder)
    with pytest.raises(policies.PolicyFileError, match="no saved policy in") as error:
        policies.load(folder)
    assert "\n" not in str(error.value)


def test_a_lacking_entry_is_named(folder):
    path = folder / "policy.json"
    about = json.loads(path.read_text())
    del about["seed"]
    path.write_text(json.dumps(about))
    with pytest.raises(policies.PolicyFileError, match="lacks 'seed'"):
        policies.load(folder)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(policies.PolicyFileError, match="nowhere"):
        policies.load(tmp_path / "nowhere")


def test_an_episode_is_played_frame_by_frame(trained):
    frames = list(policies.play("dqn", "CartPole-v1", CONFIG, trained.best, run=1, seed=5))
    assert [f.t for f in frames] == list(range(len(frames)))
    assert frames[-1].action is None
    assert frames[-1].terminated
    assert not any(f.terminated or f.truncated for f in frames[:-1])
    assert frames[-1].score == len(frames) - 1  # CartPole: 1 a step
    env = envs.CartPole([5])
    observation = env.reset(np.ones(1, bool))
    see = envs.Scaled(env).scale
    for frame in frames[:-1]:
        assert np.array_equal(frame.observation, observation[0])  # as the environment gives it
        everyone = np.stack([see(observation)] * 2)
        assert frame.action == dqn.policy(trained.best, everyone)[1, 0]
        observation = env.step(np.array([frame.action])).observation
    assert np.array_equal(frames[-1].observation, observation[0])


def test_returns_of_all_runs(trained):
    returns = policies.returns(trained, "last", 3, 0)
    assert returns.shape == (2, 3)
    assert np.array_equal(returns, policies.returns(trained, "last", 3, 0))
