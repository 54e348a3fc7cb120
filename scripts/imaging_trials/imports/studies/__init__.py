"""Studies of ClinicalTrials.gov as they are read, in any of their formats.

- ``study`` is what a study becomes, and ``fields`` are those of its record.
- ``reading`` reads JSON of version 2 of the API, and knows the other formats: ``legacy_xml`` and ``nci``.
"""
