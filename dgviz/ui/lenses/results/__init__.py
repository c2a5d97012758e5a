"""What a run learned, and its stores and fluxes."""
