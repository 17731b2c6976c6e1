"""Section 6: REINFORCE."""

from playground import training
from playground.chrome import begin
from playground.language import prose
from playground.reinforce import playing

PAGE = "reinforce"

begin(6, PAGE)
playing.open_session()
prose(PAGE, "lead")
training.warm_up()  # a worker imports torch while this page does

# below the head of the page, because the first import of torch takes seconds
from playground import formula  # noqa: E402
from playground.reinforce import formulas, questions, stage  # noqa: E402
from rl_core.deep import reinforce  # noqa: E402

PANEL = training.Panel(
    key=PAGE,
    offers=training.offers("reinforce", first="CartPole-v1"),
    knobs={
        "lr": (1e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 3e-2),
        "gamma": (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0),
        "episodes": (1, 2, 4, 8, 16, 32),
        "baseline_steps": (1, 2, 5, 10, 20, 40),
        "entropy_coef": (0.0, 0.001, 0.01, 0.05, 0.1),
    },
    health=("entropy", "weight_deviation", "explained_variance", "grad_norm", "length"),
    ablations={
        "baseline": {"baseline": False},
        "reward_to_go": {"reward_to_go": False},
        "normalise_advantage": {"normalise_advantage": False},
    },
)

stage.draw()
prose(PAGE, "train")
training.draw(PANEL)
for block in ("idea", "watching", "formulas"):
    prose(PAGE, block)
formulas.draw()
prose(PAGE, "changed")
formula.code(reinforce.update)
questions.draw()
prose(PAGE, "source")
