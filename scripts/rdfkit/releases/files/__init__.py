"""The files of a release, and the modules that make them: all from one manifest, the same bytes everywhere.

- ``release`` puts the release together; ``manifest`` is the structure that every description is made from.
- ``serializations`` and ``jsonld`` write the graph; ``statistics`` counts it.
- ``dcat_void``, ``rocrate`` and ``readme`` describe the release.
"""
