"""Returns of whole episodes that stand one after the other along the axis of time."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def returns_to_go(
    reward: Tensor, terminated: Tensor, truncated: Tensor, next_value: Tensor, gamma: float
) -> Tensor:
    r"""What was earned after each moment, to the end of its episode.

    $$
    G_t = r_{t+1} + \gamma \begin{cases} 0 & \text{terminated} \\
    V(s_{t+1}) & \text{truncated} \\ G_{t+1} & \text{otherwise} \end{cases}
    $$

    Sutton & Barto, equation 3.9. Only where an episode was cut off does next_value count.
    All [..., T] → [..., T]; the last step must end an episode.
    """
    cut_off, going_on = (1 - terminated) * truncated, (1 - terminated) * (1 - truncated)
    # In NumPy, time first: the loop is many small steps, which cost torch several times more.
    known = np.moveaxis((reward + gamma * cut_off * next_value).numpy(), -1, 0)
    discounts = np.moveaxis((gamma * going_on).numpy(), -1, 0)
    g, after = np.empty_like(known), np.zeros_like(known[0])
    for t in reversed(range(len(known))):
        g[t] = after = known[t] + discounts[t] * after
    return torch.from_numpy(np.moveaxis(g, 0, -1))


def time(ended: Tensor) -> Tensor:
    """The number t of each step within its episode, from 0: ended [..., T] 1 or 0 → [..., T]."""
    index = torch.arange(ended.shape[-1])
    first = torch.cat((torch.ones_like(ended[..., :1]), ended[..., :-1]), -1)
    return index - (index * first.long()).cummax(-1).values


def whole_returns(g: Tensor, t: Tensor) -> Tensor:
    r"""What the whole episode earned, told at each of its steps.

    $$
    R(\tau) = \sum_{k=0}^{T-1} \gamma^k \, r_{k+1} = G_0
    $$

    Sutton & Barto, section 3.3. g, t (see `time`) [..., T] → [..., T].
    """
    return g.gather(-1, torch.arange(g.shape[-1]) - t)
