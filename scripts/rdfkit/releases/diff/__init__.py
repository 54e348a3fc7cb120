"""What changed between two snapshots of a graph, and the minimum version bump (semver) that the changes need.

- ``snapshots`` reads a release, a file, a checkout or a git revision; ``facts`` makes two of them comparable.
- ``compare`` finds what differs, with ``statements``, ``shapes`` and ``queries``; ``changes`` has the result as data.
- ``renames`` reads stated renames and writes them as a SPARQL update.
- ``semver`` is the one table of what each kind of edit means for the version number.
- ``report`` writes text, JSON and the update, and checks a version number.
"""
