"""What a page offers to train: an algorithm in an environment, and what it begins with."""

from __future__ import annotations

from dataclasses import dataclass

from rl_core.settings import Settings


@dataclass(frozen=True)
class Offer:
    """One algorithm in one environment."""

    algorithm: str
    env: str
    config: Settings  # what the settings begin with
    threshold: float  # mean return from which a run has passed
    limits: tuple[float, float]  # of the returns on the chart
    runs: int = 8
    steps: int = 20_000
    seed: int = 0

    @property
    def rewards_of_one(self) -> bool:
        """Whether no reward exceeds 1, so that no value exceeds 1 / (1 - gamma)."""
        return self.limits[0] >= 0


def offers(*algorithms: str, first: str) -> tuple[Offer, ...]:
    """The algorithms in every listed environment whose actions they take, unless it was made for
    others; `first` comes first.
    """
    from rl_core.deep import classroom, envs, training

    made = []
    for algorithm in algorithms:
        takes = training.algorithm(algorithm).ACTIONS
        for listed in sorted(envs.LISTED, key=lambda listed: listed.env_id != first):
            suits = not listed.teaches or algorithm in listed.teaches
            if suits and isinstance(envs.native(listed.env_id, [0]).actions, takes):
                lesson = classroom.lesson(algorithm, listed.env_id)
                config = classroom.config(algorithm, listed.env_id)
                shown = listed.threshold, listed.limits, lesson.runs, lesson.steps
                made.append(Offer(algorithm, listed.env_id, config, *shown))
    return tuple(made)
