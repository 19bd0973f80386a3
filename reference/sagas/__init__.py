"""The sagas, one for each flow: they only decide, and call nobody."""
