"""One thread for every test with networks: small ones are slower on two."""

import torch

torch.set_num_threads(1)
