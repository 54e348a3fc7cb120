"""The files of other projects that the site needs in the browser: how they are made, and what they were made from."""
