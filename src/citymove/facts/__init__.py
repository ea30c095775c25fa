"""What is known of a city: types and checks, no models."""
