"""Values of a few actions, and what is done with them: common to DQN and Double DQN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from rl_core.deep import nets, normalise
from rl_core.deep.episodes import Episodes
from rl_core.deep.replay import Replay
from rl_core.events import Floats

XRAY_EVERY = 200  # steps between two X-rays of the replay buffer


def chosen(q: Tensor, action: Tensor) -> Tensor:
    """The values of certain actions: q [..., actions], action [...] → [...]."""
    return q.gather(-1, action.unsqueeze(-1)).squeeze(-1)


def epsilon_greedy(q: Floats, epsilon: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """One action per run: with probability epsilon any (the best included), else the best.

    q [runs, actions] → [runs]. Draws the same block whatever q is.
    """
    runs, actions = q.shape
    random = rng.integers(actions, size=runs)
    return np.where(rng.random(runs) < epsilon, random, q.argmax(-1))


def policy(weights: Mapping[str, Any], observation: Floats) -> NDArray[np.int64]:
    """The greedy actions: observation [runs, batch, features] → [runs, batch]."""
    q = nets.torch_free_forward(nets.layers(weights), normalise.seen(weights, observation))
    action: NDArray[np.int64] = q.argmax(-1)
    return action


def health(
    delta: Tensor, q_sa: Tensor, loss: Tensor, grad_norm: Tensor, epsilon: float, replay: Replay
) -> dict[str, Floats]:
    """What an expert would watch, each [runs]: means over the last batch, the exploration, how
    full the buffer is (0 to 1), and now and then an X-ray of it.
    """
    means = {"td_error": delta.abs().mean(-1), "q": q_sa.mean(-1), "loss": loss.mean(-1)}
    metrics = {name: mean.numpy() for name, mean in means.items()}
    runs = len(grad_norm)
    shared = {"epsilon": epsilon, "buffer": replay.size / replay.capacity}
    metrics |= {name: np.full(runs, value) for name, value in shared.items()}
    if replay.newest % XRAY_EVERY == 0:
        metrics |= replay.xray(delta.shape[-1])
    return metrics | {"grad_norm": grad_norm.numpy()}


def overestimation(q: nets.MLP, episodes: Episodes, gamma: float) -> dict[str, Floats]:
    r"""How far the values are above the truth, [runs]; empty where nobody knows it.

    $$
    \frac{1}{|S|} \sum_s \Bigl[ \max_a Q(s, a; \theta) - \max_a Q^*(s, a) \Bigr]
    $$

    van Hasselt et al. 2016, section "Overoptimism due to estimation errors". Nor is it told where
    rewards are normalised: then the values have another unit.
    """
    truth = None if "reward" in episodes.seen else episodes.env.exact(gamma)
    if truth is None:
        return {}
    seen = normalise.seen(episodes.weights(), truth.observation)
    values = q.answer(np.broadcast_to(seen, (len(q.flat), *seen.shape[-2:])))
    return {"overestimation": (values.max(-1) - truth.q.max(-1)).mean(-1)}
