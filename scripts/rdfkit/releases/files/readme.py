"""The README that lies beside the files of a release: which one to load, and with which inferences."""

from rdfkit.rdf import named_graphs as layers
from rdfkit.releases.files.manifest import Manifest


def text(of: Manifest, others: dict[str, tuple[str, str]]) -> bytes:
    """Return the README of a release as Markdown; ``others`` are the files that describe it, and what they are."""
    about = of.about
    inferred = of.graphs[layers.INFERRED].triples if layers.INFERRED in of.graphs else 0
    checked = "valid by its SHACL shapes" if of.validated else "not validated (built with --no-validate)"
    lines = [
        f"# {about.title} {about.version}",
        "",
        about.description,
        "",
        f"By {' and '.join(about.creators)}, {about.issued}. Terms: <{about.license}>. {about.rights}",
        "",
        f"{of.counts.triples:,} triples in {len(of.graphs)} named graphs, {inferred:,} of them inferred; {checked}.",
        "",
        "## Which file do I load, and with which inferences?",
        "",
        "A store with one graph, or a tool that reads one file, takes `imaging-trials-all.ttl`; a store with named",
        "graphs takes `imaging-trials.nq`. What is inferred follows by the rules of OWL 2 RL from the other graphs and",
        "stands in none of them; no triple stands in two graphs. To do without it, leave `graph:inferred` out of the",
        "dataset of your query, or load the graphs one by one without that one.",
        "",
        "| file | what is in it | inferences | bytes |",
        "| --- | --- | --- | ---: |",
    ]
    lines += [f"| `{file.name}` | {file.holds} | {file.inferences} | {file.bytes:,} |" for file in of.files]
    lines += ["", "## What describes them", "", "| file | what it is |", "| --- | --- |"]
    lines += [f"| `{name}` | {words} |" for name, (_, words) in others.items()]
    lines += [
        "",
        "## Is this what was published?",
        "",
        "`manifest.json` has the SHA-256 of each file. Whatever the file, the graph in it is the one published if its",
        "canonical N-Quads (RDFC-1.0) have this SHA-256:",
        "",
        f"- the named graphs: `{of.canonical['dataset']}` (also that of `imaging-trials.nq`, which is in that form)",
        f"- all in one graph: `{of.canonical['merge']}`",
    ]
    return ("\n".join(lines) + "\n").encode()
