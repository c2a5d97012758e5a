"""Other values of learned parameters, and what follows."""
