"""Controls, and the parts of the frame around the lenses."""
