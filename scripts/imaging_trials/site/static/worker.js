/* The engine in a worker: Oxigraph as WebAssembly, with the whole graph. A page talks to it through static/engine.js.

   A message to the worker is {id, do, ...}, where `id` is a number that its replies repeat. They are answered one after
   another. To cancel, terminate the worker and start another one: what was added is then gone.

   do: "load"    Unpacks the engine and the graph. Replies while it loads: {id, progress: {bytes, of}}, with `of` 0 if the
                 size is not known. Then {id, done: {quads, graphs: [IRI]}}. Everything else waits for it.
   do: "query"   {text, graphs, prefixes}: answers SPARQL over the graphs (a list of IRIs), merged; the same graphs are
                 those that GRAPH can name. With FROM the query names its dataset itself, and `graphs` does not count.
                 `prefixes` ({name: IRI}, may be left out) need no PREFIX line in the text.
                 {id, done: {form: "SELECT", variables: [name], rows: [[term or null]], ms}}
                 {id, done: {form: "ASK", boolean, ms}}
                 {id, done: {form: "CONSTRUCT" or "DESCRIBE", triples: [[term, term, term]], ms}}, without repetition.
                 A term is as in SPARQL 1.1 Query Results JSON: {type: "uri" | "literal" | "bnode" | "triple", value,
                 datatype, "xml:lang"}; the value of a triple is {subject, predicate, object}.
   do: "add"     {text, format, graph, base}: adds data to the graph with the IRI `graph`, all of it or nothing. `format`
                 is a media type or an ending that Oxigraph knows, such as "ttl", "nt", "jsonld"; `base` is the IRI that
                 relative IRIs are resolved against. {id, done: {triples}}: how many the graph now has.
   do: "remove"  {graph}: removes a graph. {id, done: {}}
   do: "check"   {text, format, base}: checks data by the common shapes, with the graph as context, and forgets it.
                 {id, done: {data, triples, focus, results, contradictions, undefined, unchecked}}: the data in
                 N-Triples, how many triples it has and how many nodes were checked, then
                 results: [{focus, label, shape, name, severity, parameter, message, path, value}],
                 contradictions: [{rule, says, row}], undefined: [{role, term}], and unchecked: [IRI].
   do: "explain" {text, graphs, row, about}: why a query returns a row, {variable: term}, by static/explain.js.
                 {id, done: {statements: [[subject, property, value, IRI of the graph]]}}, or {id, done: {reason}}
                 with a sentence if the row cannot be explained.

   A failure is {id, error: {kind, message, line, column, offset}}. `kind` is "query" or "data" (what was sent is wrong:
   `line` and `column`, counted from 1 in characters, and `offset`, an index into `text`, say where, or are 0, 0 and -1),
   "network" (a file could not be loaded), or "engine" (the engine broke: start another worker).
*/
import init, { Store, namedNode, quad } from "../vendor/oxigraph.js";
import { explain as explained } from "./explain.js";

const ENGINE = new URL("../vendor/oxigraph.wasm.gz", import.meta.url);
const GRAPH = new URL("../imaging-trials.nq.gz", import.meta.url);
const PROGRAM = new URL("../check.json.gz", import.meta.url);

let store = null;
let program = null;
let waiting = Promise.resolve();

class Failure extends Error {
  constructor(kind, message, place = {}) {
    super(message);
    this.reply = { kind, message, line: 0, column: 0, offset: -1, ...place };
  }
}

/* Reads a file as a stream of what is in it. Some hosts say of .gz that it is an encoding, and browsers then unpack it. */
async function unpacked(address, count) {
  let response;
  try {
    response = await fetch(address);
  } catch (error) {
    throw new Failure("network", `${address.pathname} cannot be loaded: ${error.message}.`);
  }
  if (!response.ok) { throw new Failure("network", `${address.pathname} cannot be loaded: ${response.status}.`); }
  const encoded = response.headers.get("content-encoding");
  count(0, encoded ? 0 : Number(response.headers.get("content-length")) || 0);
  const reader = response.body.getReader();
  const first = await reader.read();
  const isPacked = !first.done && first.value[0] === 0x1f && first.value[1] === 0x8b;
  const counted = new ReadableStream({
    start(controller) {
      if (!first.done) { count(first.value.length, 0); controller.enqueue(first.value); }
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) { controller.close(); } else { count(value.length, 0); controller.enqueue(value); }
    },
  });
  return isPacked ? counted.pipeThrough(new DecompressionStream("gzip")) : counted;
}

async function load(message, tell) {
  if (store) { return described(); }
  let bytes = 0;
  let of = 0;
  let sized = 0;
  const count = (more, size) => {
    bytes += more;
    if (more === 0) { of += size; sized += size ? 1 : 0; }
    tell({ bytes, of: sized === 2 ? of : 0 });
  };
  const [engine, graph] = await Promise.all([unpacked(ENGINE, count), unpacked(GRAPH, count)]);
  const type = { headers: { "content-type": "application/wasm" } };
  const [text] = await Promise.all([new Response(graph).text(), init({ module_or_path: new Response(engine, type) })]);
  const made = new Store();
  made.load(text, { format: "nq", no_transaction: true });
  store = made;
  return described();
}

function described() {
  const found = store.query("SELECT DISTINCT ?g { GRAPH ?g {} } ORDER BY ?g", { results_format: "json" });
  return { quads: store.size, graphs: JSON.parse(found).results.bindings.map((row) => row.g.value) };
}

/* The parts of a query that matter here: words, prefixes of names; strings, IRIs and comments are passed over. */
const TOKEN = new RegExp(
  [
    /#[^\n\r]*/, /<[^<>"{}|^`\\\s]*>/, /"""(?:[^"\\]|\\[^]|"(?!""))*"""/, /'''(?:[^'\\]|\\[^]|'(?!''))*'''/,
    /"(?:[^"\\\n\r]|\\.)*"/, /'(?:[^'\\\n\r]|\\.)*'/, /[?$][\p{L}\p{N}_]+/, /@[A-Za-z-]+/,
    /(?<prefix>[\p{L}][\p{L}\p{N}_.-]*)?:(?:[\p{L}\p{N}_.:%-]|\\.)*/, /(?<word>[\p{L}_][\p{L}\p{N}_]*)/, /[^]/,
  ].map((one) => one.source).join("|"),
  "gu",
);
const PROLOGUE = ["BASE", "PREFIX", "VERSION"];
const UPDATES = ["ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH"];

function read(text) {
  const found = { form: "", words: new Set(), used: new Set(), declared: new Set() };
  let last = "";
  for (const { groups } of text.matchAll(TOKEN)) {
    if (groups.word) {
      last = groups.word.toUpperCase();
      found.words.add(last);
      if (!found.form && !PROLOGUE.includes(last)) { found.form = last; }
    } else if (groups.prefix) {
      (last === "PREFIX" && !found.form ? found.declared : found.used).add(groups.prefix);
      last = "";
    }
  }
  return found;
}

function query({ text, graphs, prefixes = {} }) {
  const about = read(text);
  if (!about.form) { throw new Failure("query", "There is no query in this text: write SPARQL."); }
  if (UPDATES.includes(about.form)) {
    throw new Failure("query", `${about.form} is an update, but the graph is only read here: use SELECT, ASK or CONSTRUCT.`);
  }
  if (about.words.has("SERVICE")) {
    throw new Failure("query", "SERVICE asks another server, which this page may not do: run the query in an engine that may.");
  }
  const missing = [...about.used].filter((one) => Object.hasOwn(prefixes, one) && !about.declared.has(one)).sort();
  const added = missing.map((one) => `PREFIX ${one}: <${prefixes[one]}>\n`).join("");
  const options = {};
  if (!about.words.has("FROM")) {
    const names = graphs.map((one) => namedNode(one));
    options.default_graph = names;
    options.named_graphs = names;
  }
  const hasTriples = about.form === "CONSTRUCT" || about.form === "DESCRIBE";
  if (!hasTriples) { options.results_format = "json"; }
  const begin = performance.now();
  let answer;
  try {
    answer = store.query(added + text, options);
  } catch (error) {
    throw failure("query", error, text, missing.length);
  }
  const ms = performance.now() - begin;
  if (hasTriples) { return { form: about.form, triples: distinct(answer), ms }; }
  const { head, results, boolean } = JSON.parse(answer);
  if (!results) { return { form: "ASK", boolean, ms }; }
  const variables = head.vars;
  return { form: "SELECT", variables, rows: results.bindings.map((row) => variables.map((one) => row[one] ?? null)), ms };
}

function distinct(quads) {
  const found = new Map();
  for (const quad of quads) {
    const triple = [quad.subject, quad.predicate, quad.object];
    const key = triple.join(" ");
    if (!found.has(key)) { found.set(key, triple.map(term)); }
    quad.free?.();
  }
  return [...found.values()];
}

function term(one) {
  if (one.termType === "NamedNode") { return { type: "uri", value: one.value }; }
  if (one.termType === "BlankNode") { return { type: "bnode", value: one.value }; }
  if (one.termType === "Quad") {
    return { type: "triple", value: { subject: term(one.subject), predicate: term(one.predicate), object: term(one.object) } };
  }
  const found = { type: "literal", value: one.value };
  if (one.language) { found["xml:lang"] = one.language; }
  else if (one.datatype.value !== "http://www.w3.org/2001/XMLSchema#string") { found.datatype = one.datatype.value; }
  return found;
}

function add({ text, format, graph, base }) {
  const name = namedNode(graph);
  try {
    store.load(text, { format, to_graph_name: name, base_iri: base });
  } catch (error) {
    throw failure("data", error, text, 0);
  }
  const found = store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", { default_graph: name, results_format: "json" });
  return { triples: Number(JSON.parse(found).results.bindings[0].n.value) };
}

function explain({ text, graphs, row, about }) {
  let found;
  try {
    found = explained(store, text, graphs, row, about, written);
  } catch (error) {
    throw failure("query", error, "", 0);
  }
  if (typeof found === "string") { return { reason: found }; }
  return { statements: found.map((one) => [term(one.subject), term(one.predicate), term(one.object), one.graph.value]) };
}

function written(one) {
  if (one.type === "uri") { return `<${one.value}>`; }
  const text = JSON.stringify(one.value); // all of JSON's escapes are SPARQL's
  return text + (one["xml:lang"] ? `@${one["xml:lang"]}` : one.datatype ? `^^<${one.datatype}>` : "");
}

function remove({ graph }) {
  store.update(`DROP SILENT GRAPH ${namedNode(graph)}`);
  return {};
}

/* What this needs beyond the engine is loaded for the first check. */
async function check({ text, format, base }) {
  const checking = await import("./checking.js");
  if (!program) {
    program = JSON.parse(await new Response(await unpacked(PROGRAM, () => {})).text());
    checking.open(store, program);
  }
  let quads;
  try {
    quads = checking.read(Store, quad, namedNode(program.graphs.data), text, format, base, program.context);
  } catch (error) {
    throw failure("data", error, text, 0);
  }
  const data = quads.map((one) => `${one.subject} ${one.predicate} ${one.object} .\n`).join("");
  return { data, ...checking.check(store, namedNode, quad, program, quads) };
}

/* What the engine said, with its place in the text as it was given: `lines` were put before it. */
function failure(kind, error, text, lines) {
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
    return new Failure("engine", "The engine has no more memory, or the query is too deep for it: ask for less.");
  }
  const said = error.message;
  const found = /^error at (\d+):(\d+): ([^]*)$/.exec(said)
    ?? /^Parser error (?:at|between) line (\d+) (?:between )?columns? (\d+)[^:]*: ([^]*)$/.exec(said);
  if (!found) { return new Failure(kind, `${said.replace(/\.$/, "")}.`); }
  const line = Number(found[1]) - lines;
  const column = Number(found[2]);
  const rows = text.split("\n");
  const row = rows[line - 1] ?? "";
  const before = [...row].slice(0, column - 1).join("");
  const offset = Math.min(rows.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + before.length, text.length);
  return new Failure(kind, kind === "data" ? `${found[3]}.` : sentence(found[3], before, row.slice(before.length), line < rows.length), {
    line, column, offset,
  });
}

/* The engine lists what it expected there, which helps if it is a sentence. */
function sentence(expected, before, rest, hasMore) {
  if (expected.includes("Prefix not found")) {
    const name = /([\p{L}\p{N}_.-]*):[^\s:]*$/u.exec(before);
    return `${name ? `The prefix ${name[1]}:` : "A prefix"} is not declared: write a PREFIX line for it.`;
  }
  const sentences = [
    "SELECT * is not authorized with GROUP BY", "The SELECT overrides an existing variable using an expression",
  ];
  const known = sentences.find((one) => expected.includes(one));
  if (known) { return `${known}.`; }
  const next = rest.trim().slice(0, 30);
  const near = next ? `before “${next}”` : hasMore ? "at the end of the line" : "at the end";
  return `The query cannot be read ${near}: look for a misspelled keyword, an open bracket or a missing full stop.`;
}

const ACTIONS = { load, query, explain, add, remove, check };

async function answer(message) {
  const { id } = message;
  try {
    if (!Object.hasOwn(ACTIONS, message.do)) { throw new Failure("query", `The worker cannot do “${message.do}”.`); }
    if (!store && message.do !== "load") { throw new Failure("engine", "The graph is not loaded yet."); }
    const done = await ACTIONS[message.do](message, (progress) => self.postMessage({ id, progress }));
    self.postMessage({ id, done });
  } catch (error) {
    const reply = error instanceof Failure ? error.reply : failure("engine", error, "", 0).reply;
    self.postMessage({ id, error: reply });
  }
}

self.addEventListener("message", (event) => {
  waiting = waiting.then(() => answer(event.data));
});
