"""Groups of people that hand in together."""
