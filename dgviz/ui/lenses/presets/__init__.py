"""Presets from physics to learning, compared."""
