"""Sites on a map and the series of one of them."""
