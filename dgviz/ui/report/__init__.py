"""A run as one HTML file that needs neither a server nor a network."""

from dgviz.ui.report.page import report

__all__ = ["report"]
