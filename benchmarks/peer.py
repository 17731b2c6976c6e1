"""Stable-Baselines3's DQN at our settings or at those of its own zoo, and what benches share."""

from __future__ import annotations

import time
from typing import Any

import torch
from stable_baselines3 import DQN

from rl_core.deep.dqn import Config

torch.set_num_threads(1)

# rl-baselines3-zoo, hyperparams/dqn.yml, CartPole-v1 (50 000 steps).
ZOO: dict[str, Any] = {
    "learning_rate": 2.3e-3,
    "batch_size": 64,
    "buffer_size": 100_000,
    "learning_starts": 1000,
    "gamma": 0.99,
    "target_update_interval": 10,
    "train_freq": 256,
    "gradient_steps": 128,
    "exploration_fraction": 0.16,
    "exploration_final_eps": 0.04,
    "policy_kwargs": {"net_arch": [256, 256]},
}


def at_our_settings(config: Config, seed: int) -> DQN:
    """SB3's DQN doing the same work per environment step. It counts the target network's moves in
    environment steps, we count updates; it does not scale observations, which costs nothing.
    """
    return DQN(
        "MlpPolicy",
        "CartPole-v1",
        learning_rate=config.lr,
        batch_size=config.batch,
        buffer_size=config.replay_size,
        learning_starts=config.learning_starts,
        gamma=config.gamma,
        tau=config.tau,
        target_update_interval=max(1, config.target_every * config.train_every // config.updates),
        train_freq=config.train_every,
        gradient_steps=config.updates,
        exploration_fraction=1e-6,
        exploration_final_eps=config.epsilon_end,
        max_grad_norm=config.max_grad_norm,
        policy_kwargs={"net_arch": [config.hidden, config.hidden]},
        seed=seed,
        device="cpu",
    )


def at_zoo_settings(seed: int) -> DQN:
    """SB3's DQN as its zoo trains it on CartPole."""
    return DQN("MlpPolicy", "CartPole-v1", seed=seed, device="cpu", **ZOO)


class Clock:
    """Adds up wall and CPU seconds between `start` and `stop`, or `with clock:`."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def start(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        self.wall += time.perf_counter() - self._wall
        self.cpu += time.process_time() - self._cpu

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()
