"""Where in the files the cause of a result is written."""
