/* The page of a saved question: asks it with other values, here or in the editor, and explains rows of the answer. The
   address holds the values: question/agents-of-a-target.html?target=target:egfr. */
"use strict";
(function () {
  var names = window.imtNames;
  var results = window.imtResults;
  var engine = window.imtEngine;
  var controls = engine.controls();
  var form = document.getElementById("question");
  if (!form) { return; }
  var stored = document.getElementById("stored");
  var asked = document.getElementById("asked");
  var answer = document.getElementById("answer");
  var why = document.getElementById("why");
  var status = document.getElementById("status");
  var ask = document.getElementById("submit");
  var stop = document.getElementById("stop");
  var open = document.getElementById("open");
  var text = document.getElementById("text");
  var template = text.textContent;
  var fields = Array.from(form.querySelectorAll("[data-type]"));
  var graphs = names.datasets[form.dataset.dataset];
  var defaults = fields.map(function (one) { return one.value; });
  var run = 0;

  /* Puts terms into the one VALUES line of the parameters. */
  function bind(query, terms) {
    if (!terms.length) { return query; }
    var head = "VALUES (" + fields.map(function (one) { return "?" + one.name; }).join(" ") + ") { (";
    return query.split("\n").map(function (line) {
      var at = line.indexOf(head);
      return line.trim().startsWith(head) && line.trim().endsWith(") }") ? line.slice(0, at) + head + terms.join(" ") + ") }" : line;
    }).join("\n");
  }

  function wrong(field, message) {
    field.setAttribute("aria-invalid", "true");
    field.focus();
    return { kind: "value", message: message, line: 0, column: 0, offset: -1 };
  }

  function folded(value) { return value.trim().replace(/\s+/g, " ").toLowerCase(); }

  /* The thing that a value means: an IRI, a CURIE, a local name, or a label or notation without regard to case. */
  function thing(field) {
    var space = field.dataset.prefix ? names.prefixes[field.dataset.prefix] : "";
    var value = field.value.trim();
    var iri = results.term(value) || (space && /^[A-Za-z0-9.-]+$/.test(value) ? space + value : "");
    var key = folded(value);
    if (iri && space && !iri.startsWith(space)) {
      return Promise.reject(wrong(field, "“" + value + "” is not a value here: give a name with the prefix " + field.dataset.prefix + ":."));
    }
    var known = results.isIri(iri) ? "{ BIND(<" + iri + "> AS ?i) FILTER EXISTS { ?i ?any ?other } BIND(1 AS ?rank) } UNION " : "";
    var full = results.sparql({ type: "literal", value: folded(iri || space + value) });
    var query = "SELECT DISTINCT ?i ?rank { " + known + "{ VALUES ?p { " + names.names.map(function (one) { return "<" + one + ">"; }).join(" ") +
      " } ?i ?p ?l FILTER(isIRI(?i) && isLiteral(?l) && STRSTARTS(STR(?i), " + results.sparql({ type: "literal", value: space }) +
      ") && (LCASE(STR(?i)) = " + full + " || LCASE(STR(?l)) = " + results.sparql({ type: "literal", value: key }) +
      ")) BIND(IF(LCASE(STR(?i)) = " + full + ", 2, 3) AS ?rank) } } ORDER BY ?rank ?i";
    return engine.query(query, names.datasets.all, names.prefixes).then(function (found) {
      var first = found.rows.filter(function (row) { return row[1].value === found.rows[0][1].value; });
      if (first.length === 1) { return "<" + first[0][0].value + ">"; }
      var several = first.map(function (row) { return results.shorten(row[0].value); }).join(", ");
      throw wrong(field, first.length ? "“" + value + "” names " + several + ": give one of these."
        : "The graph has nothing called “" + value + "”" + (space ? " with the prefix " + field.dataset.prefix + ":" : "") + ".");
    });
  }

  function term(field) {
    var value = field.value;
    var type = field.dataset.type;
    field.removeAttribute("aria-invalid");
    if (type === "iri") { return thing(field); }
    if (type === "string") { return Promise.resolve(results.sparql({ type: "literal", value: value })); }
    var isRight = type === "integer" ? /^[+-]?[0-9]{1,18}$/.test(value) : type === "date" ? /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)
      : value === "true" || value === "false";
    if (!isRight) {
      var right = { integer: "a whole number, such as 2014.", date: "a day, such as 2014-03-31.", "boolean": "true or false." }[type];
      return Promise.reject(wrong(field, value ? "“" + value + "” is not " + right : "Give " + right));
    }
    var plain = type === "integer" ? String(BigInt(value.replace("+", ""))) : value;
    return Promise.resolve(results.sparql({ type: "literal", value: plain, datatype: names.prefixes.xsd + type }));
  }

  function shown(field) {
    return field.tagName === "SELECT" && field.selectedIndex >= 0 ? field.options[field.selectedIndex].text : field.value;
  }

  function start() {
    var mine = ++run;
    var query = template;
    controls.busy(true);
    stored.hidden = true;
    asked.hidden = false;
    why.hidden = true;
    answer.replaceChildren();
    document.getElementById("asked-for").textContent = fields.length
      ? "Asked here with " + fields.map(function (one) { return one.name + ": " + shown(one); }).join(", ") + "." : "Asked here.";
    status.textContent = "Loading the engine and the graph …";
    engine.load(controls.progress).then(function () {
      controls.loaded();
      status.textContent = "Asking …";
      return Promise.all(fields.map(term));
    }).then(function (terms) {
      query = bind(template, terms);
      if (mine === run) { lead(query); }
      return engine.query(query, graphs).then(function (found) {
        if (mine !== run) { return undefined; }
        var options = { name: form.dataset.id };
        if (found.form === "SELECT") { options.explain = function (row, number) { explain(query, terms, found, row, number); }; }
        return results.show(answer, found, options).then(function () { status.textContent = "Answered."; });
      });
    }).catch(function (error) {
      if (mine === run && error.kind !== "stopped") {
        status.textContent = "";
        results.say(answer, error, query);
      }
    }).finally(function () {
      if (mine === run) { controls.busy(false); }
    });
  }

  /* What the page shows of the query, and the link to the editor, follow the values. */
  function lead(query) {
    text.textContent = query;
    open.hash = new URLSearchParams({ query: query, dataset: form.dataset.dataset }).toString();
  }

  function explain(query, terms, found, row, number) {
    var binding = {};
    row.forEach(function (one, place) { if (one) { binding[found.variables[place]] = one; } });
    controls.busy(true);
    status.textContent = "Looking for the statements that row " + (number + 1) + " needs …";
    var mine = ++run;
    var absence = false;
    fetch(form.dataset.id + ".json").then(function (response) {
      if (!response.ok) { throw { kind: "network", message: "What explains the rows cannot be loaded.", line: 0 }; }
      return response.json();
    }).then(function (about) {
      absence = about.absence;
      about.body = bind(about.body, terms);
      return engine.explain(query, graphs, binding, about);
    }).then(function (done) {
      if (done.reason) { throw { kind: "query", message: done.reason, line: 0 }; }
      return window.imtWhy(done.statements, absence, number + 1);
    }).then(function (parts) {
      if (mine !== run) { return; }
      why.replaceChildren.apply(why, parts);
      why.hidden = false;
      why.focus();
      status.textContent = "";
    }).catch(function (error) {
      if (mine === run && error.kind !== "stopped") {
        why.hidden = false;
        results.say(why, error);
        why.focus();
        status.textContent = "";
      }
    }).finally(function () { if (mine === run) { controls.busy(false); } });
  }

  function address() {
    var values = new URLSearchParams();
    fields.forEach(function (one) { values.set(one.name, one.value); });
    if (!fields.length) { values.set("ask", ""); }
    return "?" + values.toString().replace(/%3A/g, ":").replace(/=$/, "");
  }

  function halt() {
    run++;
    engine.stop();
    controls.busy(false);
    status.textContent = "Stopped.";
  }

  /* Shows what the address says: the stored answer, or the answer for its values. */
  function follow() {
    var values = new URLSearchParams(window.location.search);
    var isAsked = values.has("ask") || fields.some(function (one) { return values.has(one.name); });
    if (!stop.disabled) { halt(); }
    run++;
    status.textContent = "";
    fields.forEach(function (one, place) {
      var value = values.has(one.name) ? values.get(one.name) : defaults[place];
      if (one.tagName === "SELECT" && !Array.from(one.options).some(function (each) { return each.value === value; })) {
        one.append(new Option(value, value));
      }
      one.value = value;
      one.removeAttribute("aria-invalid");
    });
    stored.hidden = false;
    asked.hidden = true;
    why.hidden = true;
    lead(template);
    if (!engine.isPossible) {
      ask.disabled = true;
      status.textContent = "Asking needs a server: start “python -m http.server 8000” in the folder of the site, and open http://localhost:8000/.";
    } else if (isAsked) { start(); }
  }

  form.hidden = false;
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (ask.disabled) { return; }
    if (address() !== window.location.search) { window.history.pushState(null, "", address()); }
    start();
  });
  stop.addEventListener("click", function () { halt(); ask.focus(); });
  window.addEventListener("popstate", follow);
  follow();
})();
