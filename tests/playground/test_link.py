import numpy as np
import pytest

from playground.link import LONGEST, LinkError, decode, encode
from playground.stepping import MOST_FRAMES, Autoplay, NewEpisode, Session, Step
from rl_core.tabular import worlds
from rl_core.tabular.q_learning import Config

MDP = worlds.three_state()


def a_session() -> Session:
    session = Session.new(MDP)
    for move in (
        Step(0, Config(), 0),
        Step(0, Config(alpha=0.1), 0),
        Autoplay(20, Config(alpha=0.1, epsilon=0.35, schedule="inverse_visits"), 12),
        NewEpisode(12),
        Step(1, Config(gamma=1.0), 12),
    ):
        session = session.do(move)
    return session.jump(9).do(Step(1, Config(gamma=0.57), 7)).do(Step(0, Config(), 7)).undo()


def test_a_link_restores_everything():
    session = a_session()
    back = decode(encode(session), MDP)
    assert (back.current, back.cursor) == (session.current, session.cursor)
    assert [line.moves for line in back.lines] == [line.moves for line in session.lines]
    for line, other in zip(back.lines, session.lines, strict=True):
        for frame, twin in zip(line.frames, other.frames, strict=True):
            assert (frame.state.q == twin.state.q).all()
            assert frame.move == twin.move


def test_a_new_session_has_a_short_link():
    assert encode(Session.new(MDP)) == "0.0."
    assert decode("0.0.", MDP).cursor == 0


def test_a_hand_stepped_lesson_fits():
    session = Session.new(MDP)
    for _ in range(500):
        session = session.do(Step(0, Config(), 0))
    assert len(encode(session)) < 600 < LONGEST


@pytest.mark.parametrize("alpha", np.round(np.arange(0, 1.01, 0.01), 2).tolist())
def test_every_slider_value_survives(alpha):
    session = Session.new(MDP).do(Step(0, Config(alpha=alpha, gamma=alpha, epsilon=alpha), 0))
    assert decode(encode(session), MDP).line.moves == session.line.moves


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "0.0",
        "9.0.AA",
        "0.3.AA",
        "0.0.A~A~A~A~A~A",
        "1.0.Z",
        "1.0.a7A",
        "1.0.a0.5.5A",
        "1.0.k9A",
        "1.0.s1.5A",
        "1.0.p0",
        "1.0.p9999",
        "1.0.A<script>",
        "1.0.a" + "9" * 400 + "A",
        "1.0." + "p500" * 1000,
        "0.0." + "A" * (MOST_FRAMES + 1),
        "1.0.Ａ",
        "../../etc/passwd",
        "1.0.\x00A",
    ],
)
def test_a_broken_or_hostile_link_is_refused(text):
    with pytest.raises(LinkError):
        decode(text, MDP)
