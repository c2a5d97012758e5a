"""How far a training is, over all of its parts: each fold and each seed is trained one after the other."""


def part_of(record: dict) -> int:
    """Which part of its run an epoch belongs to, from 1."""
    return record.get("part", 1)


def parts_of(record: dict) -> int:
    """How many parts its run has."""
    return record.get("parts", 1)


def share_done(record: dict) -> float:
    """The share of all epochs of all parts that are done after this one."""
    return ((part_of(record) - 1) * record["epochs"] + record["epoch"]) / (parts_of(record) * record["epochs"])


def progress_words(record: dict) -> str:
    """As "epoch 3 of 60, fold 2 of 5, seed 1 of 3"."""
    part = f", {record['part_name']}" if record.get("part_name") else ""
    return f"epoch {record['epoch']} of {record['epochs']}{part}"
