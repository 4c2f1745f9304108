"""Between rows and the model, and between rows and what a leaf of the log says of them."""
