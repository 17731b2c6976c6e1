"""Section 9: TD3, and DDPG, which it begins with."""

from playground import bridge, formula, training
from playground.chrome import begin
from playground.language import prose

PAGE = "td3"

begin(9, PAGE)
prose(PAGE, "lead")
training.warm_up()  # a worker imports torch while this page does

# below the head of the page, because the first import of torch takes seconds
from playground.td3 import formulas, playing, questions, stage  # noqa: E402
from rl_core.deep import ddpg, td3  # noqa: E402

PANEL = training.Panel(
    key=PAGE,
    offers=training.offers("td3", "ddpg", first="Pendulum-v1"),
    knobs={
        "policy_delay": (1, 2, 3, 4, 8, 16),
        "target_noise": (0.0, 0.1, 0.2, 0.5, 1.0),
        "noise": (0.0, 0.1, 0.2, 0.3, 0.5, 1.0),
        "lr": (1e-4, 3e-4, 1e-3, 2e-3, 5e-3, 1e-2),
        "tau": (0.002, 0.005, 0.01, 0.02, 0.05, 0.2, 1.0),
    },
    health=("q", "td_error", "disagreement", "actor_loss", "saturation", "buffer"),
    ablations={
        "twin": {"twin": False},
        "smoothing": {"target_noise": 0.0},
        "delay": {"policy_delay": 1},
    },
)

playing.open_session()
stage.draw()
prose(PAGE, "train")
training.draw(PANEL)
for block in ("ddpg", "ideas", "watching", "formulas"):
    prose(PAGE, block)
formulas.draw()
bridge.draw(
    PAGE,
    PAGE,
    (ddpg.train, td3.train),
    (ddpg.criticise, td3.criticise),
    (ddpg.target, td3.target),
)  # fmt: skip
prose(PAGE, "improve")
formula.code(td3.improve)
questions.draw()
prose(PAGE, "source")
