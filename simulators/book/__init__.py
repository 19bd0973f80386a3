"""The features as the book of the product: what is promised, how each run went, where nothing is."""
