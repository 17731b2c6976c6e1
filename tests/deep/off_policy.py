"""What the tests of DDPG, TD3 and SAC share."""

import numpy as np
import torch
from torch import nn

from rl_core.deep import envs, probes
from rl_core.deep.envs import Box, Step
from rl_core.deep.seeds import Purpose, seeds
from rl_core.timeline import Timeline

SMALL = {"hidden": 8, "batch": 8, "learning_starts": 20, "replay_size": 200}
EACH = {"train_every": 1, "updates": 1}  # an update at every step
PROBE = {"hidden": 16, "batch": 32, "lr": 0.01, "gamma": 0.5, "learning_starts": 64, "tau": 0.1}


def tensor(*values):
    return torch.tensor(values, dtype=torch.float32)


def pendulum(runs, seed=0):
    return envs.make("Pendulum-v1", seeds(seed, Purpose.ENVIRONMENT, runs), scaled=True)


def go(module, config, steps, runs=2, seed=0, env=None):
    """The state and the updates of a training."""
    state = module.start(env or pendulum(runs, seed), config, seed)
    return state, list(module.train(Timeline(config, steps), state))


def batch_of(state, size=32, seed=1):
    """Transitions of which some terminated."""
    (batch,) = state.replay.sample(1, size, np.random.default_rng(seed))
    terminated = torch.from_numpy(np.random.default_rng(0).random(batch.reward.shape) < 0.3)
    return batch._replace(terminated=terminated.float())


def plain(mlp, row):
    """One row of the runs axis as a network of plain `nn.Linear` layers."""
    layers, weights = [], mlp.weights()
    for k in range(len(mlp.sizes) - 1):
        weight, bias = (torch.from_numpy(weights[f"{k}.{n}"][row]) for n in ("weight", "bias"))
        linear = nn.Linear(*weight.shape)
        with torch.no_grad():
            linear.weight.copy_(weight.T)
            linear.bias.copy_(bias[0])
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def value(network, observation, action):
    """A plain critic: observation [batch, features], action [batch, size] → [batch]."""
    return network(torch.cat((observation, action), -1)).squeeze(-1)


def close(mlp, row, network):
    """The parameters of one row are those of a plain network."""
    for ours, its in zip(plain(mlp, row).parameters(), network.parameters(), strict=True):
        torch.testing.assert_close(ours, its, rtol=1e-3, atol=2e-5)


def q_at(state, observation, action):
    """The first critic's values [runs] where every run sees and does the same."""
    runs = state.replay._table.shape[0]
    with torch.no_grad():
        return state.q(
            torch.full((runs, 1, 1), float(observation)), torch.full((runs, 1, 1), float(action))
        )[0, :, 0].numpy()


def dummy(probe):
    """A probe with an action of one number, which does nothing."""

    class Dummy(probe):
        actions = Box(-np.ones(1, np.float32), np.ones(1, np.float32))

    return Dummy([0, 1])


class CutOff(probes.Probe):
    """Two states that take turns, reward 1 in state 1; cut off after every step: V(1) = 4/3 and
    V(0) = 2/3 for γ = ½, if the learner goes on from the true next observation.
    """

    def observe(self):
        return np.where(self.t == 0, self.sign > 0, self.sign < 0).astype(np.float32)

    def reward(self, action):
        return (self.sign > 0).astype(np.float32)

    def step(self, action):
        step = super().step(action)
        return step._replace(terminated=step.truncated, truncated=step.terminated)


class Merged(CutOff):
    """The mistake: a time limit reported as if the task had ended."""

    def step(self, action):
        step = super().step(action)
        return step._replace(terminated=step.truncated, truncated=step.terminated)


class Bandit(envs.Environment):
    """One step, observation 0; what `payoff` says of the action is earned, with bounds of its own.

    Args:
        payoff: action [n, size] in its own units → reward [n].
        low, high: bounds of the action, [size].
    """

    def __init__(self, runs, payoff, low=(-1.0,), high=(1.0,)):
        super().__init__(range(runs))
        self.low, self.high = -np.ones(1, np.float32), np.ones(1, np.float32)
        self.actions, self._payoff = Box(np.array(low), np.array(high)), payoff

    def seed(self, seeds):
        """Nothing here is random."""

    def reset(self, mask):
        return np.zeros((self.n, 1), np.float32)

    def step(self, action):
        over = np.ones(self.n, bool)
        reward = np.asarray(self._payoff(action), np.float32)
        return Step(self.reset(over), reward, over, ~over)


def chosen(module, state):
    """The greedy action of each run at observation 0: [runs, size]."""
    weights = module.weights(state)
    return module.policy(weights, np.zeros((len(weights["0.weight"]), 1, 1), np.float32))[:, 0]
