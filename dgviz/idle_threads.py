"""Lets torch's threads sleep while they wait; imported before torch, which reads this only once.

Threads that spin take the processor from whoever they wait for: with as much other work as processors, a training was
fifty times slower.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
