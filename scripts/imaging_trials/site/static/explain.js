/* Why a row is in an answer: the smallest set of quads for which the query still returns it. A part of worker.js.

   It does what `imt explain` does (scripts/rdfkit/sparql/provenance.py): the patterns of the query give the candidates,
   and these are removed as long as the whole query, run again on what is left, still returns the row.

   `about` is what the site was built with for the question: `before` and `body`, the query without its projection;
   `names`, the variables of the body; `patterns`, as rdfkit.sparql.triple_patterns.record writes them.
*/
import { Store, blankNode, literal, namedNode } from "../vendor/oxigraph.js";

const MAX_TRIPLES = 500;
const MAX_CANDIDATES = 50000;
const INFERRED = "https://w3id.org/imaging-trials/graph/inferred";

function made(term) {
  if (term.type === "uri") { return namedNode(term.value); }
  if (term.type === "bnode") { return blankNode(term.value); }
  return literal(term.value, term["xml:lang"] ?? (term.datatype ? namedNode(term.datatype) : undefined));
}

function ask(store, text, graphs) {
  const names = graphs.map((one) => namedNode(one));
  return JSON.parse(store.query(text, { default_graph: names, named_graphs: names, results_format: "json" }));
}

function key(row) { return JSON.stringify(Object.keys(row).sort().map((one) => [one, row[one]])); }

/* Returns the quads, or a sentence that says why there are none. `written` writes a term as SPARQL. */
export function explain(store, text, graphs, row, about, written) {
  const found = candidates(store, graphs, row, about, written);
  const small = new Store();
  for (const one of found) { small.add(one); }
  const wanted = key(row);
  const holds = () => ask(small, text, graphs).results.bindings.some((one) => key(one) === wanted);
  if (found.length > MAX_CANDIDATES || !holds()) {
    return "This row cannot be explained: it does not follow from single triples that the query matches.";
  }
  return minimal(small, found, holds)
    ?? `This row cannot be explained: it needs more than ${MAX_TRIPLES} triples. Explain a query that returns smaller rows.`;
}

function candidates(store, graphs, row, about, written) {
  const known = about.names.filter((one) => row[one] && row[one].type !== "bnode");
  const values = `VALUES (${known.map((one) => `?${one}`).join(" ")}) { (${known.map((one) => written(row[one])).join(" ")}) }`;
  const answer = ask(store, [about.before, known.length ? values : "", about.body, "}"].join("\n"), graphs);
  const found = new Map();
  for (const solution of answer.results.bindings) {
    for (const pattern of about.patterns) {
      for (const one of matches(store, pattern, solution, graphs)) { found.set(one.toString(), one); }
      if (found.size > MAX_CANDIDATES) { return [...found.values()]; }
    }
  }
  const order = [...found.entries()].map(([name, one]) => [one.graph.value === INFERRED ? 0 : 1, name, one]);
  order.sort((one, other) => one[0] - other[0] || (one[1] < other[1] ? -1 : 1));
  return order.map((one) => one[2]);
}

function bound(term, solution) {
  if (!term) { return null; }
  const value = "var" in term ? solution[term.var] : term;
  return value ? made(value) : null;
}

function matches(store, pattern, solution, graphs) {
  const subject = bound(pattern.subject, solution);
  const object = bound(pattern.object, solution);
  const graph = bound(pattern.graph, solution);
  let found;
  if (pattern.steps) {
    found = onTheWay(store, pattern.steps, subject, object);
  } else {
    found = subject?.termType === "Literal" ? [] : store.match(subject, bound(pattern.predicate, solution), object, graph);
  }
  return found.filter((one) => graphs.includes(one.graph.value) && (!graph || one.graph.value === graph.value));
}

/* The edges on walks along the steps between two ends, of which either may be any node. */
function onTheWay(store, steps, start, end) {
  const turned = steps.map(([name, back]) => [name, !back]);
  if (!start && !end) { return steps.flatMap(([name]) => store.match(null, name && namedNode(name), null, null)); }
  if (!start) { return [...reached(store, turned, end).values()]; }
  const forward = reached(store, steps, start);
  if (!end) { return [...forward.values()]; }
  const backward = reached(store, turned, end);
  return [...forward.entries()].filter(([name]) => backward.has(name)).map(([, one]) => one);
}

function reached(store, steps, start) {
  const found = new Map();
  const open = [start];
  const seen = new Set([start.toString()]);
  while (open.length) {
    const here = open.pop();
    for (const [name, back] of steps) {
      const predicate = name && namedNode(name);
      if (!back && here.termType === "Literal") { continue; }
      for (const one of back ? store.match(null, predicate, here, null) : store.match(here, predicate, null, null)) {
        found.set(one.toString(), one);
        const there = back ? one.subject : one.object;
        if (!seen.has(there.toString())) { seen.add(there.toString()); open.push(there); }
      }
    }
  }
  return found;
}

/* Removes quads as long as the row stays, large pieces first (delta debugging); null if too many are needed. */
function minimal(store, items, holds) {
  const kept = [...items];
  let size = Math.max(1, kept.length >> 1);
  for (;;) {
    const before = kept.length;
    let start = 0;
    let needed = 0;
    while (start < kept.length) {
      const piece = kept.slice(start, start + size);
      for (const one of piece) { store.delete(one); }
      if (holds()) { kept.splice(start, size); continue; }
      for (const one of piece) { store.add(one); }
      start += size;
      needed += 1;
      if (needed > MAX_TRIPLES) { return null; }
    }
    if (size === 1 && kept.length === before) { return kept; }
    size = Math.max(1, size >> 1);
  }
}
