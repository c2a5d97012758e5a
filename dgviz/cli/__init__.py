"""The command line."""

from dgviz.cli.app import app

__all__ = ["app"]
