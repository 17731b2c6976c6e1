"""One update of DQN with nothing hidden: Q-learning where it is a table, finite differences."""

import numpy as np
import pytest
import torch

from rl_core.by_hand import dqn as dqn_by_hand
from rl_core.by_hand.dqn import HIDDEN, TABLE, Learner, drawn, moves_of, update
from rl_core.deep import dqn, nets
from rl_core.deep.losses import LOSSES
from rl_core.tabular import q_learning
from rl_core.tabular.dynamic_programming import optimal_values
from rl_core.tabular.worlds import LEFT, RIGHT, three_state

WORLD = three_state()
MOVES = moves_of(WORLD)


def test_the_four_transitions_of_the_world():
    assert MOVES == [
        (0, RIGHT, 0.0, 1, False),
        (0, LEFT, 0.0, 0, False),
        (1, RIGHT, 1.0, 2, True),
        (1, LEFT, 0.0, 0, False),
    ]


def test_a_batch_of_one_in_a_table_is_q_learning():
    learner, q = Learner.initial(WORLD, TABLE, 0), np.zeros((3, 2))
    for k in (2, 0, 2, 3, 1, 0, 2):
        s, a, r, s_next, terminated = MOVES[k]
        learner = update(learner, [MOVES[k]], 0.5, 0.9).after.synced()
        delta = q_learning.td_error(q, s, a, r, s_next, terminated, 0.9)
        q[s, a] = q_learning.update(q[s, a], 0.5, delta)
        np.testing.assert_array_equal(learner.values(), q)
    assert q[0, RIGHT] > 0


def test_the_document_s_first_round_by_hand():
    learner = Learner.initial(WORLD, TABLE, 0)
    found = update(learner, MOVES, 0.5, 0.9)
    assert found.y == pytest.approx([0, 0, 1, 0])
    assert found.loss == pytest.approx([0, 0, 0.5, 0])
    assert found.gradient[:6] == pytest.approx([0, 0, -0.25, 0, 0, 0])  # −δ / B
    assert found.after.values()[1, RIGHT] == pytest.approx(0.125)
    # the target network has not moved: S1's target is still 0, after a copy it is γ · 0.125
    assert update(found.after, MOVES, 0.5, 0.9).y[0] == 0
    assert update(found.after.synced(), MOVES, 0.5, 0.9).y[0] == pytest.approx(0.9 * 0.125)


@pytest.mark.parametrize("loss", ["squared", "huber"])
@pytest.mark.parametrize("kind", [TABLE, HIDDEN])
def test_the_gradient_is_that_of_the_mean_loss_with_the_targets_held_fixed(kind, loss):
    learner = Learner.initial(WORLD, kind, 3)
    batch = [MOVES[k] for k in (0, 2, 2, 3)]
    found = update(learner, batch, 0.1, 0.9, loss)

    def mean_loss(theta):
        net = nets.MLP(learner.sizes, torch.tensor(theta[None]))
        q = net.answer(np.eye(3)[None])[0]
        delta = found.y - [q[s, a] for s, a, *_ in batch]
        return LOSSES[loss](torch.tensor(delta)).mean().item()

    size = len(learner.theta) if kind == HIDDEN else 6
    for k, one in enumerate(np.eye(len(learner.theta))[:size]):
        up, down = mean_loss(learner.theta + 1e-6 * one), mean_loss(learner.theta - 1e-6 * one)
        assert (up - down) / 2e-6 == pytest.approx(found.gradient[k], abs=1e-6)
    assert found.after.theta == pytest.approx(learner.theta - 0.1 * found.gradient)
    assert (found.after.theta_target == learner.theta_target).all()


def test_a_hidden_layer_moves_other_values_too():
    learner = Learner.initial(WORLD, HIDDEN, 0)
    moved = update(learner, [MOVES[2]], 0.2, 0.9).after.values() - learner.values()
    assert moved[1, RIGHT] != 0
    assert moved[0, RIGHT] != 0
    table = Learner.initial(WORLD, TABLE, 0)
    moved = update(table, [MOVES[2]], 0.2, 0.9).after.values() - table.values()
    assert np.count_nonzero(moved) == 1


@pytest.mark.parametrize("kind", [TABLE, HIDDEN])
def test_it_reaches_q_star(kind):
    learner = Learner.initial(WORLD, kind, 1)
    for k, batch in enumerate(drawn(WORLD, 400, 4, 0)):
        learner = update(learner, [MOVES[i] for i in batch], 0.5, 0.9).after
        learner = learner.synced() if k % 10 == 9 else learner
    best = optimal_values(WORLD, 0.9)
    assert learner.values()[:2] == pytest.approx(best[:2], abs=0.03)


def test_replay_draws_any_of_the_four_with_repetition():
    batches = drawn(WORLD, 30, 4, 0)
    assert {k for batch in batches for k in batch} == {0, 1, 2, 3}
    assert any(len(set(batch)) < 4 for batch in batches)
    assert batches == drawn(WORLD, 30, 4, 0)


def test_it_computes_with_the_functions_of_the_training(monkeypatch):
    monkeypatch.setattr(dqn, "target", lambda r, *_: r * 0 + 7)
    found = update(Learner.initial(WORLD, TABLE, 0), MOVES, 0.5, 0.9)
    assert found.y == pytest.approx([7, 7, 7, 7])
    monkeypatch.setattr(dqn_by_hand, "descend", lambda theta, *_: theta + 1)
    found = update(Learner.initial(WORLD, TABLE, 0), MOVES, 0.5, 0.9)
    assert (found.after.theta == 1).all()


def test_units_that_die_may_keep_two_states_apart_no_longer():
    learner = Learner.initial(WORLD, HIDDEN, 0)
    for k, batch in enumerate(drawn(WORLD, 400, 4, 0)):
        learner = update(learner, [MOVES[i] for i in batch], 0.5, 0.9).after
        learner = learner.synced() if k % 10 == 9 else learner
    assert learner.values()[0] == pytest.approx(learner.values()[1])
