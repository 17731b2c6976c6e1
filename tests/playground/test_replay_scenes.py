"""What is drawn of an environment comes from its observations alone."""

import numpy as np
import pytest

from playground.training import replay
from rl_core.deep import envs


@pytest.mark.parametrize(("action", "end"), [(0, ("left", 1)), (3, ("gambled", 50))])
def test_the_replay_tells_who_left_and_who_gambled_on(action, end):
    env = envs.make("Casino-v0", [7])
    seen, over = [env.reset(np.array([True]))[0]], False
    while not over:
        step = env.step(np.array([action]))
        seen.append(step.observation[0])
        over = bool(step.terminated[0] or step.truncated[0])
    scene = replay.SCENES["Casino-v0"]
    assert scene.outcome(np.array(seen)) == end
    places = scene.pose(np.array(seen))[:, 0]
    assert set(places[:-1]) <= {0, 1, 2, 3}
    assert (places[-1] == 4) == (end[0] == "left")
