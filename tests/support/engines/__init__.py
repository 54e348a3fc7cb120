"""Other engines, with which the results of the embedded one are compared."""
