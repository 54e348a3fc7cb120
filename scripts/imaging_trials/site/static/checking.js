/* The check of a visitor's data, a part of static/worker.js. What it runs is made by site/checks.py: SPARQL updates and
   queries. The default graph holds what the constraints are checked against: the graph, the data, and what follows. */

function rows(store, query) {
  return JSON.parse(store.query(query, { results_format: "json" })).results.bindings;
}

function asks(store, query) {
  return store.query(query);
}

/* Runs the updates in turn until none adds anything. */
function untilStable(store, updates, size) {
  const done = new Map();
  let now = size();
  while (updates.some((update) => done.get(update) !== now)) {
    for (const update of updates) {
      if (done.get(update) !== now) {
        store.update(update);
        done.set(update, now);
        now = size();
      }
    }
  }
}

/* What is done once, before the first check. */
export function open(store, program) {
  program.once.forEach((update) => store.update(update));
  untilStable(store, program.first, () => store.size);
}

/* The triples of a text, as quads of the graph for a visitor's data: named graphs in it are merged. */
export function read(Store, quadOf, graph, text, format, base, context) {
  if (/^\s*<(\?xml|!DOCTYPE|rdf:RDF)\b/i.test(text)) {
    throw new Error("This is XML, which the page does not read. Write it as Turtle, or use the command imt validate");
  }
  const found = new Store();
  try {
    found.load(format === "jsonld" ? withContext(text, context) : text, { format, base_iri: base });
  } catch (error) {
    if (!error.message.includes("LoadDocumentCallback")) { throw error; }
    throw new Error("The data refers to a JSON-LD context elsewhere, and the page loads nothing. Put the context into the data");
  }
  const quads = found.match();
  if (quads.some((one) => one.object.termType === "Quad")) {
    throw new Error("The data has a quoted triple, which SHACL cannot validate. Use rdf:Statement or a named graph");
  }
  return quads.map((one) => quadOf(one.subject, one.predicate, one.object, graph));
}

/* The address of our own JSON-LD context stands for its content: nothing is loaded from another host. */
function withContext(text, context) {
  if (!text.includes(context.address)) { return text; }
  let data;
  try { data = JSON.parse(text); } catch { return text; }
  const inPlace = (one) => (one === context.address ? context.value : one);
  for (const node of Array.isArray(data) ? data : [data]) {
    if (node && typeof node === "object" && "@context" in node) {
      node["@context"] = Array.isArray(node["@context"]) ? node["@context"].map(inPlace) : inPlace(node["@context"]);
    }
  }
  return JSON.stringify(data);
}

/* Checks quads and leaves the store as it was: {triples, focus, results, contradictions, undefined, unchecked}. */
export function check(store, namedNode, quadOf, program, quads) {
  const data = namedNode(program.graphs.data);
  const added = namedNode(program.graphs.new);
  try {
    for (const one of quads) {
      store.add(one);
      store.add(quadOf(one.subject, one.predicate, one.object, added));
    }
    return found(store, program, data, added);
  } finally {
    program.end.forEach((update) => store.update(update));
    store.update(`DROP SILENT GRAPH ${data}`);
  }
}

function found(store, program, data, added) {
  const count = (graph) => Number(rows(store, `SELECT (COUNT(*) AS ?n) { GRAPH ${graph} { ?s ?p ?o } }`)[0].n.value);
  const triples = count(data);
  const mode = asks(store, program.hasAxioms) ? "whole" : "increments";
  untilStable(store, program.rules[mode], () => count(added));
  const contradictions = contradictionsOf(store, program.contradictions[mode]);
  const undefinedTerms = program.undefined.flatMap(([role, query]) => rows(store, query).map((row) => ({ role, term: row.term })));
  if (contradictions.length) {
    /* Anything follows from a contradiction, so with one nothing is inferred. */
    store.update(`DROP SILENT GRAPH ${added}`);
    store.update(`ADD SILENT ${data} TO ${added}`);
  }
  store.update(program.apply);
  program.focus.forEach((update) => store.update(update));
  const targets = new Set();
  const checked = new Set();
  const own = new Map();
  for (const { target, this: node } of rows(store, program.targets)) {
    const key = `${node.type} ${node.value}`;
    if (target.value === program.target) { own.set(key, node); } else { targets.add(target.value); checked.add(key); }
  }
  const labels = new Map();
  for (const { this: node, label } of rows(store, program.labels)) {
    if (!labels.has(node.value) || label["xml:lang"] === "en") { labels.set(node.value, label.value); }
  }
  const results = [];
  for (const one of program.constraints) {
    if (!targets.has(`${program.target}:${one.target}`)) { continue; }
    for (const row of rows(store, one.query)) {
      results.push({
        focus: row.this,
        label: labels.get(row.this.value) ?? "",
        shape: one.shape,
        name: one.name,
        severity: one.severity,
        parameter: one.parameter,
        message: one.messages.map((text) => filled(text, row)).join(" "),
        path: row.path ? `<${row.path.value}>` : one.path,
        value: row.value ?? (one.valueIsFocus ? row.this : null),
      });
    }
  }
  const subjects = rows(store, `SELECT DISTINCT ?s { GRAPH ${data} { ?s ?p ?o } FILTER(isIRI(?s)) } ORDER BY ?s`);
  const unchecked = subjects.map((row) => row.s.value).filter((iri) => !checked.has(`uri ${iri}`));
  return { triples, focus: checked.size, results, contradictions, undefined: undefinedTerms, unchecked };
}

/* The values of a result in its message: {?name} and {$name} (SHACL 5.3.2). */
function filled(message, row) {
  return message.replace(/\{[?$](\w+)\}/g, (all, name) => (row[name] ? row[name].value : all));
}

/* Each contradiction once, in whichever order its terms were found; as rdfkit.inference.closure does it. */
function contradictionsOf(store, checks) {
  const once = new Map();
  for (const [rule, says, query] of checks) {
    for (const row of rows(store, query)) {
      const values = Object.values(row).map((term) => term.value);
      const key = [rule, ...new Set(values)].sort().join(" ");
      if (!once.has(key)) { once.set(key, { rule, says, row, values: new Set(values) }); }
    }
  }
  const all = [...once.values()];
  const explained = all.filter((one) => ["prp-fp", "prp-ifp", "prp-key"].includes(one.rule));
  return all
    .filter((one) => one.rule !== "one-iri" || !explained.some((other) => [...one.values].every((each) => other.values.has(each))))
    .map(({ rule, says, row }) => ({ rule, says, row }));
}
