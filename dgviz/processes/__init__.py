"""Processes: how one is declared, how several make a model, one time step of that model, and its balance."""
