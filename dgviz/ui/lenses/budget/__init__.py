"""Where the conserved quantity is at the picked site: stores, fluxes and their balance."""
