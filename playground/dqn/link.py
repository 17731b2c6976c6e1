"""A session by hand as a short text that fits into a link, as a file, and back."""

from __future__ import annotations

import json
import re

from playground.dqn.hand import Play, Session, Step, Sync
from playground.link import LinkError
from rl_core.by_hand.dqn import KINDS

FILE_KIND = "rl-playground/dqn"
CODE = re.compile(
    r"(\d{1,4})\.([th])\.(\d{1,6})\.((?:[ag]\d(?:\.\d{1,2})?|u[0-3]{1,4}|s|p\d{1,6})*)"
)
TOKEN = re.compile(r"([ag])([\d.]+)|u([0-3]+)|(s)|p(\d+)")


def encode(session: Session) -> str:
    """The session as `cursor.kind.seed.moves`; settings stand before the move they changed for."""
    text = f"{session.cursor}.{session.kind[0]}.{session.seed}."
    said: dict[str, str] = {}
    for move in session.moves:
        if not isinstance(move, Sync):
            for letter, value in (("a", f"{move.alpha:g}"), ("g", f"{move.gamma:g}")):
                text += letter + value if said.get(letter) != value else ""
                said[letter] = value
        match move:
            case Sync():
                text += "s"
            case Step():
                text += "u" + "".join(map(str, move.batch))
            case Play():
                text += f"p{move.seed}"
    return text


def decode(text: str) -> Session:
    """The session that `encode` made `text` of. Raises `LinkError`."""
    found = CODE.fullmatch(text)
    if not found:
        raise LinkError("not a session")
    kind = next(kind for kind in KINDS if kind[0] == found[2])
    session, settings = Session.new(kind, int(found[3])), {"a": 0.5, "g": 0.9}
    for letter, value, batch, sync, seed in TOKEN.findall(found[4]):
        alpha, gamma = settings["a"], settings["g"]
        if session.full and not letter:
            raise LinkError("too many moves")
        if letter:
            settings[letter] = float(value)
        elif sync:
            session = session.do(Sync())
        elif batch:
            session = session.do(Step(tuple(map(int, batch)), alpha, gamma))
        else:
            session = session.do(Play(int(seed), alpha, gamma))
        if not 0 <= settings[letter or "a"] <= 1:
            raise LinkError("a setting is out of range")
    if int(found[1]) > len(session.moves):
        raise LinkError("no such move")
    return session.jump(int(found[1]))


def saved(session: Session) -> str:
    """The session as the text of a JSON file."""
    return json.dumps({"kind": FILE_KIND, "version": 1, "session": encode(session)}, indent=1)


def opened(file: bytes) -> Session:
    """The session of a file that `saved` wrote. Raises `LinkError`."""
    try:
        data = json.loads(file)
        code = data["session"] if data["kind"] == FILE_KIND else None
    except (ValueError, KeyError, TypeError) as error:
        raise LinkError("not a session") from error
    return decode(str(code))
