"""Lets torch's threads sleep soon while they wait; imported before torch, which reads this only once.

Threads that spin take the processor from whoever they wait for: with as much other work as processors, a training was
fifty times slower. A thousand turns are enough to go from one small operation to the next.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "1000")
