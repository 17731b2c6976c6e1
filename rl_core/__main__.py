"""`python -m rl_core`."""

import sys

from rl_core.command_line import main

sys.exit(main())
