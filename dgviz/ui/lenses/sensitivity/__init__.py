"""What moves the target."""
