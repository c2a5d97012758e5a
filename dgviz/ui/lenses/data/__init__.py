"""The data set itself."""
