"""One training on several processes that torchrun started: in each update, each simulates its share of the sites.

What they simulate is gathered, so that every process has the whole loss; its gradient through the own share, added up
over the processes, is the gradient of one process, whatever the loss. All have the same weights, stores and random
numbers throughout. Outside torchrun there is one process, whose share is everything.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor, nn

PAUSE = timedelta(days=7)  # a training may be paused


@contextmanager
def joined() -> Iterator[bool]:
    """Join the processes that torchrun started, if it did. Is this the first of them, or the only one?"""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        yield True
        return
    gpu = torch.cuda.is_available()
    if gpu:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("cpu:gloo,cuda:nccl" if gpu else "gloo", timeout=PAUSE)
    try:
        yield dist.get_rank() == 0
    finally:
        dist.destroy_process_group()


def n_processes() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def told(what: str = "") -> str:
    """What the first process says, to all."""
    said = [what]
    if n_processes() > 1:
        dist.broadcast_object_list(said)
    return said[0]


def by_shares(respond: Callable[[Tensor], tuple[Tensor, ...]], n_sites: int) -> tuple[Tensor, ...]:
    """What `respond` gives for all sites, site being the second dimension, where each process does a share of them.

    `respond` takes positions `(site,)`. Gradients go through the own share alone.
    """
    everything = torch.arange(n_sites)
    if n_processes() == 1:
        return respond(everything)
    # Where there are fewer sites than processes, some do one again that is not theirs.
    mine = everything.tensor_split(n_processes())[dist.get_rank()]
    found = respond(mine if len(mine) else everything[:1])
    return tuple(_gathered(values, mine, n_sites) for values in found)


def _gathered(values: Tensor, mine: Tensor, n_sites: int) -> Tensor:
    """The values of all processes, each at its own sites, along the second dimension."""
    own = values[:, : len(mine)]
    of_all = values.new_zeros(values.shape[0], n_sites, *values.shape[2:])
    of_all[:, mine] = own.detach()
    dist.all_reduce(of_all)  # every site is of one process: zeros are added to it
    return of_all.index_copy(1, mine.to(values.device), own)


def add_up(weights: Iterable[nn.Parameter]) -> None:
    """The gradients of all processes, added up in each."""
    if n_processes() == 1:
        return
    for weight in weights:
        if weight.grad is None:
            weight.grad = torch.zeros_like(weight)
        dist.all_reduce(weight.grad)
