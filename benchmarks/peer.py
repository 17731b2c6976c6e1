"""Stable-Baselines3's algorithms at our settings or at those of its own zoo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from sb3_contrib import TRPO
from stable_baselines3 import A2C, DDPG, DQN, PPO, SAC, TD3
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.noise import NormalActionNoise

torch.set_num_threads(1)

CLASSES = {"dqn": DQN, "a2c": A2C, "ppo": PPO, "trpo": TRPO, "ddpg": DDPG, "td3": TD3, "sac": SAC}

WARM_UP_PENDULUM = {
    "learning_rate": 1e-3,
    "gamma": 0.98,
    "buffer_size": 200_000,
    "learning_starts": 10_000,
    "gradient_steps": 1,
    "train_freq": 1,
    "action_noise": NormalActionNoise(np.zeros(1), 0.1 * np.ones(1)),
    "policy_kwargs": {"net_arch": [400, 300]},
}

# rl-baselines3-zoo, hyperparams/*.yml: number of environments, steps in all, and the rest.
ZOO: dict[tuple[str, str], tuple[int, int, dict[str, Any]]] = {
    ("dqn", "CartPole-v1"): (
        1,
        50_000,
        {
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
        },
    ),
    ("a2c", "CartPole-v1"): (8, 500_000, {"ent_coef": 0.0}),
    ("ppo", "CartPole-v1"): (
        8,
        100_000,
        {
            "n_steps": 32,
            "batch_size": 256,
            "gae_lambda": 0.8,
            "gamma": 0.98,
            "n_epochs": 20,
            "ent_coef": 0.0,
            "learning_rate": lambda left: 1e-3 * left,
            "clip_range": lambda left: 0.2 * left,
        },
    ),
    ("trpo", "CartPole-v1"): (
        2,
        100_000,
        {
            "n_steps": 512,
            "batch_size": 512,
            "cg_damping": 1e-3,
            "gae_lambda": 0.98,
            "gamma": 0.99,
            "learning_rate": 1e-3,
            "n_critic_updates": 20,
        },
    ),
    ("ppo", "Pendulum-v1"): (
        4,
        100_000,
        {
            "n_steps": 1024,
            "gae_lambda": 0.95,
            "gamma": 0.9,
            "n_epochs": 10,
            "ent_coef": 0.0,
            "learning_rate": 1e-3,
            "clip_range": 0.2,
            "use_sde": True,
            "sde_sample_freq": 4,
        },
    ),
    ("sac", "Pendulum-v1"): (1, 20_000, {"learning_rate": 1e-3}),
    ("td3", "Pendulum-v1"): (1, 20_000, WARM_UP_PENDULUM),
    ("ddpg", "Pendulum-v1"): (1, 20_000, WARM_UP_PENDULUM),
}


def at_zoo_settings(algorithm: str, env_id: str, seed: int) -> tuple[BaseAlgorithm, int]:
    """The peer as its zoo trains it, and for how many steps at most."""
    envs, steps, settings = ZOO[algorithm, env_id]
    return _made(algorithm, env_id, envs, seed, settings), steps


def at_our_settings(algorithm: str, env_id: str, config: Any, seed: int) -> BaseAlgorithm:
    """The peer doing the same work for each step of an environment.

    It minimises other losses where it has no choice (DQN: Huber's), counts the target network's
    moves in steps of the environment, and does not scale observations: none of it costs time.
    """
    settings = OURS[algorithm](config)
    envs = getattr(config, "envs", 1)
    return _made(algorithm, env_id, envs, seed, settings)


def _made(
    algorithm: str, env_id: str, envs: int, seed: int, settings: dict[str, Any]
) -> BaseAlgorithm:
    env = make_vec_env(env_id, envs, seed=seed)
    return CLASSES[algorithm]("MlpPolicy", env, seed=seed, device="cpu", **settings)


def _dqn(c: Any) -> dict[str, Any]:
    return _off_policy(c) | {
        "target_update_interval": max(1, c.target_every * c.train_every // c.updates),
        "exploration_fraction": 1e-6,
        "exploration_final_eps": c.epsilon_end,
        "max_grad_norm": c.max_grad_norm,
    }


def _ddpg(c: Any) -> dict[str, Any]:
    return _off_policy(c) | {"action_noise": NormalActionNoise(np.zeros(1), c.noise * np.ones(1))}


def _td3(c: Any) -> dict[str, Any]:
    return _ddpg(c) | {
        "policy_delay": c.policy_delay,
        "target_policy_noise": c.target_noise,
        "target_noise_clip": c.noise_clip,
    }


def _sac(c: Any) -> dict[str, Any]:
    return _off_policy(c) | {"ent_coef": f"auto_{c.alpha}" if c.automatic else c.alpha}


def _off_policy(c: Any) -> dict[str, Any]:
    return {
        "learning_rate": c.lr,
        "batch_size": c.batch,
        "buffer_size": c.replay_size,
        "learning_starts": c.learning_starts,
        "gamma": c.gamma,
        "tau": c.tau,
        "train_freq": c.train_every,
        "gradient_steps": c.updates,
        "policy_kwargs": {"net_arch": [c.hidden, c.hidden]},
    }


def _a2c(c: Any) -> dict[str, Any]:
    return _on_policy(c) | {
        "use_rms_prop": False,
        "normalize_advantage": c.normalise_advantage,
        "ent_coef": c.entropy_coef,
        "vf_coef": c.value_coef,
        "max_grad_norm": c.max_grad_norm,
    }


def _ppo(c: Any) -> dict[str, Any]:
    return _on_policy(c) | {
        "batch_size": c.envs * c.n_steps // c.minibatches,
        "n_epochs": c.epochs,
        "clip_range": c.clip,
        "normalize_advantage": c.normalise_advantage,
        "ent_coef": c.entropy_coef,
        "vf_coef": c.value_coef,
        "max_grad_norm": c.max_grad_norm,
    }


def _trpo(c: Any) -> dict[str, Any]:
    return _on_policy(c) | {
        "batch_size": c.envs * c.n_steps // c.minibatches,
        "n_critic_updates": c.epochs,
        "target_kl": c.target_kl,
        "cg_max_steps": c.cg_iterations,
        "cg_damping": c.damping,
        "line_search_shrinking_factor": c.backtrack_factor,
        "line_search_max_iter": max(1, c.backtracks),
        "normalize_advantage": c.normalise_advantage,
        "sub_sampling_factor": c.fisher_every,
    }


def _on_policy(c: Any) -> dict[str, Any]:
    return {
        "learning_rate": c.lr,
        "n_steps": c.n_steps,
        "gamma": c.gamma,
        "gae_lambda": c.lam,
        "policy_kwargs": {"net_arch": {"pi": [c.hidden, c.hidden], "vf": [c.hidden, c.hidden]}},
    }


OURS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "dqn": _dqn,
    "a2c": _a2c,
    "ppo": _ppo,
    "trpo": _trpo,
    "ddpg": _ddpg,
    "td3": _td3,
    "sac": _sac,
}
