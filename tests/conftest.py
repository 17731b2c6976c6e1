"""Every test computes on one thread: small networks are slower on two."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
