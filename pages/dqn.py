"""Section 5: DQN."""

from playground import training_panel
from playground.chrome import begin
from rl_core.deep import classroom, envs

PAGE, ENV = "dqn", "CartPole-v1"
LESSON = classroom.lesson(PAGE, ENV)
PANEL = training_panel.Panel(
    key=PAGE,
    algorithm="dqn",
    env=ENV,
    config=classroom.config(PAGE, ENV),
    knobs={
        "lr": (1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2),
        "gamma": (0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 1.0),
        "epsilon_end": (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0),
        "batch": (8, 16, 32, 64, 128, 256),
        "tau": (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
        "hidden": (8, 16, 32, 64, 128, 256),
    },
    health=("td_error", "q", "epsilon", "buffer"),
    threshold=next(listed.threshold for listed in envs.LISTED if listed.env_id == ENV),
    limits=(0, 500),
    runs=LESSON.runs,
    steps=LESSON.steps,
)

begin(5, PAGE)
training_panel.draw(PANEL)
