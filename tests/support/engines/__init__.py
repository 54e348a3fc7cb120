"""Other engines that the graph is asked in and held against."""
