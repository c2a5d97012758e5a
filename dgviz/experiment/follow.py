"""Train beside the process that carries out a run, in one of the other processes that torchrun started."""

from dgviz.experiment.job import Job
from dgviz.experiment.runs import Run
from dgviz.learn import DifferentiableModel, Epoch
from dgviz.learn.together import told


def follow(run: Run) -> None:
    """Train all parts of a run with the process that carries it out, which alone writes to its folder."""
    follower = _Follower(run, lambda record: None)
    dataset = follower.prepare()
    for number, part in enumerate(follower.parts, 1):
        follower.train_one(number, follower.build(part, dataset), dataset)
        if follower.ended == "stopped":
            break


class _Follower(Job):
    """A job that does the same updates and writes nothing."""

    def _report(self, number: int, epoch: Epoch, model: DifferentiableModel) -> None:
        pass

    def _let_progress_agree(self, number: int, checkpoint: dict | None) -> None:
        pass

    def _check_learned(self, number: int, model: DifferentiableModel) -> None:
        pass

    def _interrupted(self) -> bool:
        self.ended = told()
        return self.ended == "stopped"
