"""What the page "Two routes" is made of."""
