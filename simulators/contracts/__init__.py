"""The contracts as nouns and sentences: read from Pact's files, for whoever shows or compares them."""
