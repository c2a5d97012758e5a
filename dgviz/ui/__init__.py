"""The dashboard. Nothing outside this package imports Panel; nothing in it computes science."""
