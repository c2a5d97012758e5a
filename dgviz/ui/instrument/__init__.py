"""What is always in sight: the map, the series of the picked site, and the bar from which a model is trained."""
