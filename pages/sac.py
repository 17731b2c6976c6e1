"""Section 12: SAC."""

from playground import bridge, training
from playground.chrome import begin
from playground.language import prose
from playground.sac.settings import open_session

PAGE = "sac"

begin(12, PAGE)
open_session()
prose(PAGE, "lead")
training.warm_up()  # a worker imports torch while this page does

# below the head of the page, because the first import of torch takes seconds
from playground.sac import compared, formulas, questions, stage  # noqa: E402
from rl_core.deep import sac, td3  # noqa: E402

PANEL = training.Panel(
    key=PAGE,
    offers=training.offers("sac", "td3", first="Pendulum-v1"),
    knobs={
        "alpha": (0.001, 0.01, 0.1, 0.2, 0.5, 1.0, 2.0, 10.0),
        "target_entropy": (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5),
        "lr": (1e-4, 3e-4, 1e-3, 2e-3, 3e-3, 5e-3, 1e-2),
        "gamma": (0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995),
        "tau": (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 1.0),
    },
    health=("alpha", "entropy", "q", "td_error", "disagreement", "saturation"),
    ablations={
        "automatic": {"automatic": False},
        "entropy": {"automatic": False, "alpha": 0.001},
    },
    references={"entropy": training.Reference("target_entropy", only_with="automatic")},
)

stage.draw()
prose(PAGE, "train")
training.draw(PANEL)
for block in ("idea", "watching", "formulas"):
    prose(PAGE, block)
formulas.draw()
bridge.draw(
    PAGE,
    PAGE,
    (td3.train, sac.train),
    (td3.criticise, sac.criticise),
    (td3.improve, sac.improve),
    (td3.actor_loss, sac.actor_loss),
)
questions.draw()
compared.draw()
prose(PAGE, "source")
