"""Small networks of several independent runs at once.

All parameters of a network are one flat tensor `[runs, P]`; its layers are views of it. So Adam is
one fused call, a target network follows by one `lerp_`, and a snapshot is one copy. The runs axis
is known to the linear layer and to `total`; everything else counts axes from the end.
"""

from rl_core.deep.nets.critics import Critics
from rl_core.deep.nets.descent import Adam, adam, clip, descend, minimise, total
from rl_core.deep.nets.jacobian import Jacobian
from rl_core.deep.nets.mlp import MLP, RELU, TANH, Floats, layers, linear, torch_free_forward

__all__ = [
    "MLP",
    "RELU",
    "TANH",
    "Adam",
    "Critics",
    "Floats",
    "Jacobian",
    "adam",
    "clip",
    "descend",
    "layers",
    "linear",
    "minimise",
    "torch_free_forward",
    "total",
]
