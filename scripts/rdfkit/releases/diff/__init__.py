"""What changed between two states of the graph, in words; and the least version number that says so honestly.

``states`` reads a release, a file, a git revision or the work tree; ``views`` makes two of them comparable;
``compare``, ``terms``, ``rules`` and ``questions`` find what differs; ``levels`` is the one table of what each kind of
edit means for the version; ``renames`` finds what only got another name, and writes the update; ``released`` holds the
version number to it; ``words`` and ``counts`` tell it.
"""
