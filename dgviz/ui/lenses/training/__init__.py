"""Trainings: the one in view, and those that wait."""
