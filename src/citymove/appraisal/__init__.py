"""What one outcome is worth."""
