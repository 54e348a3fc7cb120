"""Names of agents and of imaging techniques in texts.

- ``text`` has a text as words and radionuclides; ``phrases`` says which of them are in one noun phrase.
- ``lexicon`` reads the names and words that are looked for from the graph.
- ``search`` finds them, by rules and not by likeness.
"""
