"""Section 10: PPO."""

from playground import bridge, formula, training
from playground.chrome import begin
from playground.language import prose
from playground.ppo.settings import open_session

PAGE = "ppo"

begin(10, PAGE)
open_session()
prose(PAGE, "lead")
training.warm_up()  # a worker imports torch while this page does

# below the head of the page, because the first import of torch takes seconds
from playground.ppo import formulas, questions, stage  # noqa: E402
from rl_core.deep import a2c, ppo  # noqa: E402

PANEL = training.Panel(
    key=PAGE,
    offers=training.offers("ppo", "a2c", first="CartPole-v1"),
    knobs={
        "clip": (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 10.0),
        "epochs": (1, 2, 4, 8, 16, 32),
        "lr": (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2),
        "lam": (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 1.0),
        "entropy_coef": (0.0, 0.001, 0.01, 0.05, 0.1),
    },
    health=(
        "approx_kl", "clip_fraction", "ratio_deviation", "entropy", "explained_variance",
        "grad_norm",
    ),
    ablations={
        "clip": {"clip": 10.0},
        "reuse": {"epochs": 1},
        "normalise_advantage": {"normalise_advantage": False},
    },
    references={"ratio_deviation": training.Reference("clip")},
)  # fmt: skip

stage.draw()
prose(PAGE, "train")
training.draw(PANEL)
for block in ("idea", "watching", "formulas"):
    prose(PAGE, block)
formulas.draw()
bridge.draw(
    PAGE,
    PAGE,
    (a2c.train, ppo.train),
    (a2c.update, ppo.update),
    (a2c.policy_gradient_loss, ppo.clipped_surrogate),
)
prose(PAGE, "learn")
formula.code(ppo.learn)
questions.draw()
prose(PAGE, "source")
