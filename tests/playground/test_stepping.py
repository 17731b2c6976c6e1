import dataclasses

import numpy as np
import pytest

from playground.stepping import (
    MOST_FRAMES,
    MOST_LINES,
    Autoplay,
    NewEpisode,
    Session,
    Step,
    TooLongError,
)
from rl_core.tabular import worlds
from rl_core.tabular.luck import Luck
from rl_core.tabular.q_learning import Config, State, train
from rl_core.timeline import Timeline

MDP = worlds.three_state()
RIGHT = Step(0, Config(), seed=0)
LEFT = Step(1, Config(), seed=0)
PLAY = Autoplay(12, Config(epsilon=0.5), seed=3)
BACK = NewEpisode(seed=0)


def played(*moves, session=None):
    session = session or Session.new(MDP)
    for move in moves:
        session = session.do(move)
    return session


def numbers(session):
    """Everything that the next step depends on."""
    state = dataclasses.asdict(session.frame.state)
    return {key: x.tolist() if isinstance(x, np.ndarray) else x for key, x in state.items()}


def test_six_rights():
    np.testing.assert_allclose(played(*[RIGHT] * 6).frame.state.q[:2, 0], [0.45, 0.875])


def test_a_session_is_what_the_algorithm_itself_would_do():
    state = State.initial(MDP, Luck(3))
    events = list(train(MDP, Timeline(PLAY.config, 12), 3, state))
    frames = played(PLAY).line.frames[1:]
    assert [f.transition.a for f in frames] == [e.a for e in events]
    assert (frames[-1].state.q == state.q).all()


def test_each_step_uses_the_settings_of_its_moment():
    slow = Step(0, Config(alpha=0.1, gamma=0.5), seed=0)
    session = played(RIGHT, RIGHT, slow, slow)
    assert session.line.frames[3].state.q[0, 0] == pytest.approx(0.1 * 0.5 * 0.5)
    assert session.line.frames[4].state.q[1, 0] == pytest.approx(0.5 + 0.1 * 0.5)


@pytest.mark.parametrize("last", [RIGHT, PLAY, BACK])
def test_undo_and_redo_are_exact(last):
    before = played(RIGHT, LEFT, PLAY, RIGHT)
    after = before.do(last)
    assert numbers(after.undo()) == numbers(before)
    assert numbers(after.undo().redo()) == numbers(after)
    assert not after.undo().redo().can_redo


def test_after_undo_the_same_step_meets_the_same_luck():
    session = played(RIGHT, PLAY)
    assert numbers(session.undo().do(PLAY)) == numbers(session)


def test_undo_takes_back_a_whole_autoplay_from_anywhere_in_it():
    session = played(RIGHT, RIGHT, PLAY)
    assert session.cursor == 14
    assert session.undo().cursor == 2
    assert session.jump(7).undo().cursor == 2
    assert session.jump(7).redo().cursor == 14


def test_nothing_lies_before_the_beginning_or_after_the_end():
    session = played(RIGHT)
    assert session.undo().undo().cursor == 0
    assert session.redo().cursor == 1
    assert session.jump(-5).cursor == 0
    assert session.jump(99).cursor == 1


def test_going_on_differently_keeps_the_old_future():
    session = played(RIGHT, RIGHT, RIGHT, RIGHT)
    branched = session.jump(2).do(LEFT).do(LEFT)
    assert [len(line.moves) for line in branched.lines] == [4, 4]
    assert branched.current == 1
    assert branched.lines[0] == session.lines[0]
    assert branched.switch(0).cursor == 4
    assert branched.forget_others().lines == (branched.line,)


def test_doing_the_same_again_is_no_new_future():
    session = played(RIGHT, RIGHT, RIGHT).jump(1)
    again = session.do(RIGHT)
    assert len(again.lines) == 1
    assert again.cursor == 2
    assert again.can_redo


def test_a_branch_from_within_an_autoplay_cuts_it_short():
    session = played(PLAY).jump(5).do(LEFT)
    assert [getattr(move, "n", 1) for move in session.line.moves] == [5, 1]
    replayed = played(*session.line.moves)
    assert numbers(replayed) == numbers(session)


def test_old_branches_make_room():
    session = played(RIGHT, RIGHT)
    for alpha in np.linspace(0.1, 0.9, 9):
        session = session.jump(1).do(Step(0, Config(alpha=float(alpha)), seed=0))
    assert len(session.lines) == MOST_LINES
    assert session.line.moves[-1].config.alpha == 0.9


def test_a_new_episode_goes_back_to_the_start_and_keeps_the_table():
    session = played(RIGHT, BACK)
    assert (session.frame.state.s, session.frame.state.episode) == (0, 1)
    assert session.do(RIGHT).frame.transition.episode == 1
    after_the_end = played(RIGHT, RIGHT, BACK, RIGHT)
    assert after_the_end.frame.transition.episode == 1


def test_moving_on_leaves_earlier_sessions_alone():
    before = played(RIGHT, RIGHT)
    kept = numbers(before)
    before.do(RIGHT).do(RIGHT)
    assert numbers(before) == kept


def test_a_session_does_not_grow_for_ever():
    session = played(*[Autoplay(500, Config(), seed=0)] * 9)
    with pytest.raises(TooLongError):
        session.do(Autoplay(500, Config(), seed=0))
    assert len(session.line.frames) <= MOST_FRAMES
