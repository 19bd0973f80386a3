"""What is sold and to whom: products, prices, customers and their saved payment methods."""
