"""What Triton's interpreter lacks to run the kernels on the CPU."""

from contextlib import contextmanager

import numpy as np
import pytest

FUNCTIONS = dict(exp=np.exp, expm1=np.expm1, log=np.log, log1p=np.log1p, sin=np.sin, cos=np.cos, tanh=np.tanh)
FUNCTIONS |= dict(pow=np.power)


@contextmanager
def stand_ins():
    """NumPy's functions stand in for those of NVIDIA's library, of which the interpreter knows only the names."""
    with pytest.MonkeyPatch.context() as patch, np.errstate(all="ignore"):
        from triton.language.extra import libdevice

        for name, function in FUNCTIONS.items():
            patch.setattr(libdevice, name, _on_tensors(function))
        yield


def _on_tensors(function):
    import triton.language as tl
    from triton.runtime.interpreter import TensorHandle

    def interpret(*arguments):
        values = function(*(a.handle.data for a in arguments))
        kind = max((a.type for a in arguments), key=lambda t: t.is_block())
        return tl.tensor(TensorHandle(values, kind.scalar), kind)

    return interpret
