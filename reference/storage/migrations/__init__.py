"""Schema migrations, versioned."""
