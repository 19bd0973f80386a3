"""Documents kept in TinyDB: the store, its change log and its indexes."""
