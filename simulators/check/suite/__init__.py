"""What a check puts to a service, as pytest collects it: a file for each part."""
