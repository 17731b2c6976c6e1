"""What the tests of A2C and PPO share."""

from rl_core.deep import envs, training
from rl_core.deep.seeds import Purpose, seeds


def made(env_id, config, runs=2, seed=0):
    """The environments of a training."""
    instances = training.instances(config, runs)
    return envs.make(env_id, seeds(seed, Purpose.ENVIRONMENT, instances), scaled=True)


def rollout_of(state, steps):
    """What a policy lives through within some steps, nothing learned."""
    for _ in range(steps):
        action = state.actor_critic.act(state.episodes.observation, state.rng)
        state.rollout.add(state.episodes.step(action))
    return state.rollout.take()
