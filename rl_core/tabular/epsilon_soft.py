"""Exact answers for policies that go on exploring (Sutton & Barto, section 5.4)."""

from __future__ import annotations

from rl_core.tabular.dynamic_programming import action_values, optimal_values, policy_evaluation
from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.policies import epsilon_greedy_policy
from rl_core.tabular.slip import slippery


def optimal_soft_values(mdp: FiniteMDP, gamma: float, epsilon: float) -> Floats:
    r"""Q of the best policy that explores with chance epsilon: where SARSA is heading.

    $$
    V(s) = (1 - \varepsilon) \max_a Q(s,a) + \frac{\varepsilon}{|\mathcal{A}|} \sum_a Q(s,a)
    $$

    To explore is to slip: with chance epsilon (1 - 1/actions) another action happens than was
    meant. So this is the optimum of a slippery world, seen from the world without slips.

    Returns: [states, actions]. Raises: `NoSolutionError` as of `value_iteration`.
    """
    m = len(mdp.actions)
    v = optimal_values(slippery(mdp, epsilon * (m - 1) / m), gamma).max(axis=1)
    return action_values(mdp, v, gamma)


def soft_value(mdp: FiniteMDP, q: Floats, gamma: float, epsilon: float) -> Floats:
    r"""The value of acting epsilon-greedily by the table `q`, as it is, without learning on.

    $$
    V^{\pi}(s) = \sum_a \pi_{\varepsilon}(a \mid s) \sum_{s'} P(s' \mid s,a)\,
        \bigl[R(s,a,s') + \gamma\,V^{\pi}(s')\bigr]
    $$

    Equally good actions share the greedy part. Returns: [states].
    Raises: `NoSolutionError` if gamma is 1 and the policy need not end.
    """
    return policy_evaluation(mdp, epsilon_greedy_policy(q, epsilon), gamma)
