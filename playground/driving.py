"""Driving through a larger world: Q-learning goes on, whether the learner chooses or it does.

Not a `stepping.Session`: that keeps every table of thousands of steps, which a world of 500 states
would not fit. Here one table is kept for each of the learner's last moves.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace

from rl_core.events import Transition
from rl_core.tabular.luck import Luck
from rl_core.tabular.mdp import FiniteMDP
from rl_core.tabular.policies import epsilon_greedy
from rl_core.tabular.q_learning import Config, State, train
from rl_core.timeline import Timeline

MOST_STEPS = 20_000  # of one autoplay: an unlucky beginner may walk for very long
MOST_UNDO = 30


@dataclass(frozen=True)
class Drive:
    """Where the learner is, and how it went."""

    state: State
    event: Transition | None = None  # the last step
    trail: tuple[int, ...] = ()  # the states of this episode
    so_far: float = 0.0  # the rewards of this episode
    returns: tuple[float, ...] = ()  # of the finished episodes
    steps: int = 0

    @classmethod
    def begin(cls, mdp: FiniteMDP, seed: int) -> Drive:
        state = State.initial(mdp, Luck(seed))
        return cls(state, trail=(state.s,))


def driven(mdp: FiniteMDP, drive: Drive, config: Config, seed: int, action: int) -> Drive:
    """One step with the learner's action."""
    state = copy.deepcopy(drive.state)
    (event,) = train(mdp, Timeline(config, 1), seed, state, lambda *_: action)
    return _after(drive, state, event)


def played(mdp: FiniteMDP, drive: Drive, config: Config, seed: int, episodes: int) -> Drive:
    """Epsilon-greedy steps until `episodes` more have ended, or `MOST_STEPS` were taken."""
    state, goal = copy.deepcopy(drive.state), len(drive.returns) + episodes
    for event in train(mdp, Timeline(config, MOST_STEPS), seed, state, epsilon_greedy):
        drive = _after(drive, state, event)
        if len(drive.returns) == goal:
            break
    return drive


def restarted(mdp: FiniteMDP, drive: Drive, seed: int) -> Drive:
    """Back to a start; the episode under way is left unfinished."""
    state = copy.deepcopy(drive.state)
    state.begin_episode(mdp, Luck(seed))
    return replace(drive, state=state, event=None, trail=(state.s,), so_far=0.0)


def _after(drive: Drive, state: State, event: Transition) -> Drive:
    began = event.t == 0
    trail = (event.s,) if began else drive.trail
    total = event.r + (0.0 if began else drive.so_far)
    returns = (*drive.returns, total) if state.over else drive.returns
    return Drive(state, event, (*trail, event.s_next), total, returns, drive.steps + 1)
