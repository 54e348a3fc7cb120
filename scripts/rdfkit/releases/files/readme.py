"""The README of the files of a release: which file to load, and with which inferences."""

from rdfkit.base import Project
from rdfkit.rdf import named_graphs
from rdfkit.releases.files.manifest import Manifest


def text(project: Project, of: Manifest, others: dict[str, tuple[str, str]]) -> bytes:
    """Return the README of a release as Markdown; ``others`` are the files that describe it, with what they are."""
    about = of.about
    inferred = of.graphs[named_graphs.INFERRED].triples if named_graphs.INFERRED in of.graphs else 0
    validation = "valid by its SHACL shapes" if of.validated else "not validated (built with --no-validate)"
    lines = [
        f"# {about.title} {about.version}",
        "",
        about.description,
        "",
        f"By {' and '.join(about.creators)}, {about.issued}. License: <{about.license}>. {about.rights}",
        "",
        f"{of.counts.triples:,} triples in {len(of.graphs)} named graphs, {inferred:,} of them inferred; {validation}.",
        "",
        "## Which file do I load, and with which inferences?",
        "",
        f"For a store with one graph, or a tool that reads one file, load `{project.name}-all.ttl`; for a store with",
        f"named graphs, load `{project.name}.nq`. The inferred triples follow from the other graphs by the rules of",
        "OWL 2 RL, and no triple is in two graphs. To query without them, leave `graph:inferred` out of the dataset of",
        "your query, or load the other graphs one by one.",
        "",
        "| file | content | inferences | bytes |",
        "| --- | --- | --- | ---: |",
    ]
    lines += [f"| `{file.name}` | {file.holds} | {file.inferences} | {file.bytes:,} |" for file in of.files]
    lines += ["", "## Descriptions", "", "| file | content |", "| --- | --- |"]
    lines += [f"| `{name}` | {words} |" for name, (_, words) in others.items()]
    lines += [
        "",
        "## How do I verify it?",
        "",
        "`manifest.json` has the SHA-256 of each file. Whatever the file, its graph is the published one if its",
        "canonical N-Quads (RDFC-1.0) have this SHA-256:",
        "",
        f"- the named graphs: `{of.canonical['dataset']}` (`{project.name}.nq` is in that form)",
        f"- all in one graph: `{of.canonical['merge']}`",
    ]
    return ("\n".join(lines) + "\n").encode()
