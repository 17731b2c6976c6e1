"""Settings that change as a training goes on."""


def epsilon(step: int, first: float, last: float, steps: int) -> float:
    r"""Share of random actions after `step` environment steps: falls linearly, then stays.

    $$
    \varepsilon_t = \varepsilon_0 + (\varepsilon_\infty - \varepsilon_0) \, \min(1, t / N)
    $$

    Mnih et al. 2015, Methods.
    """
    return first + (last - first) * min(1.0, step / steps)


def annealed(lr: float, end: float, progress: float) -> float:
    r"""Learning rate at `progress` (0 to 1) through the training, falling to the share `end`.

    $$
    \alpha_t = \alpha \, (1 - (1 - \alpha_{\text{end}}) \, t / T)
    $$

    Steps that shrink let the values settle (Robbins & Monro 1951).
    """
    return lr * (1 - (1 - end) * progress)
