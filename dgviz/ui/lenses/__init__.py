"""The lenses of the dashboard, a folder each, and the view that all are made of."""
