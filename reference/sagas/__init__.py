"""What each flow does with a payment: sagas only decide, they call nobody."""
