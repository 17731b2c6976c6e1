"""The numbers of the derivation: what each of its steps claims, computed in two ways."""

from __future__ import annotations

import numpy as np

from playground.components import Cell
from playground.language import label
from playground.numbers import shown
from playground.reinforce.episode_view import pair
from rl_core.events import Floats
from rl_core.tabular import score_function, trajectories
from rl_core.tabular.trajectories import LIMIT, Trajectories, every, picked, probability, world
from rl_core.tabular.worlds import RIGHT

H = 1e-5  # of the finite differences
SAMPLES = 10_000
CONSTANT = 100.0  # a baseline for no reason at all
MOST_PATHS = 12


def likely(theta: Floats, step_reward: float) -> list[int]:
    """The likeliest trajectories, by number."""
    p = probability(theta, every(step_reward))
    return np.argsort(-p, kind="stable")[:MOST_PATHS].tolist()  # type: ignore[no-any-return]


def named(i: int, step_reward: float) -> str:
    """A trajectory for a label: S1 → S2 ← S1 is Right, then Left."""
    path, mdp = picked(every(step_reward), i), world()
    text = mdp.states[int(path.s[0, 0])]
    for t in np.flatnonzero(path.alive[0]):
        text += f" {'→' if path.a[0, t] == RIGHT else '←'} {mdp.states[int(path.s_next[0, t])]}"
    return text


def check(
    step: int, theta: Floats, step_reward: float, gamma: float, chosen: int
) -> list[list[Cell]]:
    """The rows of a step's table; `chosen` is the trajectory or parameter looked at."""
    paths = every(step_reward)
    match step:
        case 1:
            return _objective(theta, step_reward, gamma)
        case 2:
            return _gradient(theta, paths, gamma)
        case 3:
            return _trick(theta, picked(paths, chosen))
        case 4:
            return _factors(theta, picked(paths, chosen))
        case 5:
            return _sampled(theta, paths, gamma)
        case 6:
            return _causality(theta, paths, chosen)
    return _baseline(theta, step_reward, gamma)


def _row(name: str, *texts: str, mark: str = "") -> list[Cell]:
    head: Cell = {"text": name, "mark": "head"}
    return [head, *(Cell(text=text, mark=mark) for text in texts)]


def _said(name: str) -> str:
    return label(f"reinforce.proof.row.{name}")


def _objective(theta: Floats, step_reward: float, gamma: float) -> list[list[Cell]]:
    paths = every(step_reward)
    v = trajectories.values(theta, world(step_reward), gamma)
    return [
        _row(_said("paths"), str(len(paths.start))),
        _row("Σ P(τ | θ)", shown(probability(theta, paths).sum())),
        _row("Σ P(τ | θ) R(τ)", shown(score_function.objective(theta, paths, gamma)), mark="best"),
        _row(_said("bellman"), shown(float(world().start @ v[0])), mark="best"),
    ]


def _slope(theta: Floats, paths: Trajectories, gamma: float) -> Floats:
    """The gradient of J by finite differences: the judge of all the rest."""
    return score_function.finite_difference(
        lambda x: score_function.objective(x, paths, gamma), theta, H
    )


def _gradient(theta: Floats, paths: Trajectories, gamma: float) -> list[list[Cell]]:
    moved = score_function.finite_difference(lambda x: probability(x, paths), theta, H)
    total = trajectories.whole_return(paths, gamma) @ moved
    return [
        _row(_said("slope_j"), pair(_slope(theta, paths, gamma), 4), mark="best"),
        _row("Σ ∇P(τ | θ) R(τ)", pair(total, 4), mark="best"),
        _row("Σ ∇P(τ | θ)", pair(moved.sum(0), 4)),
    ]


def _trick(theta: Floats, path: Trajectories) -> list[list[Cell]]:
    moved = score_function.finite_difference(lambda x: probability(x, path), theta, H)[0]
    return [
        _row("P(τ | θ)", shown(probability(theta, path)[0], 5)),
        _row("∇ ln P(τ | θ)", pair(score_function.score(theta, path)[0], 5)),
        _row("P(τ | θ) ∇ ln P(τ | θ)", pair(score_function.trick(theta, path)[0], 5), mark="best"),
        _row(_said("slope_p"), pair(moved, 5), mark="best"),
    ]


def _factors(theta: Floats, path: Trajectories) -> list[list[Cell]]:
    """Every factor of P(τ | θ), and the gradient of its logarithm by finite differences."""
    steps, mdp = int(path.alive[0].sum()), world()

    def factors(x: Floats) -> Floats:
        each = np.stack([trajectories.chosen(x, path)[0], path.moves[0]], -1)[:steps]
        return np.append(path.start, each.ravel())

    names = [f"ρ({mdp.states[int(path.s[0, 0])]})"]
    for t in range(steps):
        s, a, to = (int(x[0, t]) for x in (path.s, path.a, path.s_next))
        arrow = "→" if a == RIGHT else "←"
        names += [
            f"π({arrow} | {mdp.states[s]})", f"P({mdp.states[to]} | {mdp.states[s]}, {arrow})"
        ]  # fmt: skip
    slopes = score_function.finite_difference(lambda x: np.log(factors(x)), theta, H)
    rows = [
        _row(name, shown(float(value)), pair(slope, 4), mark="" if "π" in name else "dim")
        for name, value, slope in zip(names, factors(theta), slopes, strict=True)
    ]
    product, total = shown(float(factors(theta).prod())), pair(slopes.sum(0), 4)
    return [*rows, _row(_said("product"), product, total, mark="best")]


def _sampled(theta: Floats, paths: Trajectories, gamma: float) -> list[list[Cell]]:
    each = score_function.weighted_score(theta, paths, gamma)
    numbers = trajectories.drawn(theta, paths, (SAMPLES,), np.random.default_rng(0))
    seen = each[numbers]
    error = seen.std(0) / np.sqrt(SAMPLES)
    return [
        _row(_said("slope_j"), pair(_slope(theta, paths, gamma)), "–", mark="best"),
        _row(_said("expectation"), pair(score_function.expected(theta, paths, each)), "–",
             mark="best"),
        _row(label("reinforce.proof.row.samples", n=f"{SAMPLES:,}".replace(",", " ")),
             pair(seen.mean(0)), f"± {pair(error)}"),
    ]  # fmt: skip


def _causality(theta: Floats, paths: Trajectories, parameter: int) -> list[list[Cell]]:
    found = score_function.causality(theta, paths)[..., parameter]
    rows = []
    for k in range(LIMIT):
        row = _row(f"r{'₁₂₃₄₅₆'[k]}", *(shown(x, 3) for x in found[k]))
        for t, cell in enumerate(row[1:]):
            cell["mark"] = "changed" if t > k else ""
            cell["data"] = {"early": str(t > k).lower(), "value": repr(float(found[k, t]))}
        rows.append(row)
    return rows


def _baseline(theta: Floats, step_reward: float, gamma: float) -> list[list[Cell]]:
    paths = every(step_reward)
    v = trajectories.values(theta, world(step_reward), gamma)
    baselines = {
        "value": v[np.arange(LIMIT), paths.s],
        "constant": np.full(paths.r.shape, CONSTANT),
        "peeking": (paths.a == RIGHT) * 1.0,
    }
    rows = []
    for name, b in baselines.items():
        found = score_function.baseline_terms(theta, paths, b)
        wrong = np.abs(found).max() > 1e-9
        texts = [pair(found[t]) for t in (0, 1)]
        mark = "changed" if wrong else ""
        rows.append(_row(_said(name), *texts, pair(found.sum(0)), mark=mark))
    return rows
