"""What one session looks at, and what all sessions of a server share."""
