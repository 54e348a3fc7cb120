"""The location in the files of what a validation found."""
