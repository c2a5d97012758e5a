"""How leaf gas exchange is judged beyond its scores."""
