"""Section 5: DQN."""

from playground import bridge, training
from playground.chrome import begin
from playground.language import prose

PAGE = "dqn"

begin(5, PAGE)
prose(PAGE, "lead")
training.warm_up()  # a worker imports torch while this page does

# below the head of the page, because the first import of torch takes seconds
from playground.dqn import checks, playing, stage  # noqa: E402
from playground.dqn.formulas import draw_formulas  # noqa: E402
from playground.dqn.xray import draw_xray  # noqa: E402
from rl_core.by_hand import dqn as dqn_by_hand  # noqa: E402
from rl_core.deep import dqn  # noqa: E402
from rl_core.tabular import q_learning  # noqa: E402

PANEL = training.Panel(
    key=PAGE,
    offers=training.offers("dqn", first="CartPole-v1"),
    knobs={
        "lr": (1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2),
        "gamma": (0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 1.0),
        "epsilon_end": (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0),
        "batch": (8, 16, 32, 64, 128, 256),
        "hidden": (8, 16, 32, 64, 128, 256),
    },
    health=("td_error", "q", "epsilon", "buffer"),
    ablations={
        "replay": {"replay_size": 1},
        "target_network": {"target_every": 1, "tau": 1.0},
    },
)

playing.open_session()
stage.draw()
prose(PAGE, "train")
training.draw(PANEL)
draw_xray(PANEL)
for block in ("idea", "replay", "triad", "absence", "watching", "ending", "formulas"):
    prose(PAGE, block)
draw_formulas()
bridge.draw(
    PAGE, PAGE, (q_learning.target, dqn.target), (q_learning.update, dqn_by_hand.descend)
)  # fmt: skip
checks.draw()
prose(PAGE, "source")
