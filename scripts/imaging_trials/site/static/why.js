/* What explains a row, as people read it: `window.imtWhy(statements, absence, number)`, a promise of the parts to show.
   Each statement has its graph and its sources, found as imaging_trials.model.read.provenance finds them. */
"use strict";
(function () {
  var names = window.imtNames;
  var results = window.imtResults;
  var element = results.element;
  var graph = names.prefixes.graph;

  /* Of all values of a property, evidence supports those that it names, or all if it names none of them. */
  var SUPPORTED = "(EXISTS { ?e imt:supportsValue ?o } || EXISTS { ?e imt:supportsText ?t FILTER(isLiteral(?o) && STR(?t) = STR(?o)) }" +
    " || (NOT EXISTS { ?e imt:supportsValue ?v . ?s ?p ?v }" +
    " && NOT EXISTS { ?e imt:supportsText ?t . ?s ?p ?v FILTER(isLiteral(?v) && STR(?t) = STR(?v)) }))";

  /* Graph, and the ways to its sources: the first one that finds any counts. */
  var WAYS = {
    page: [
      "?s a imt:PageSection BIND(?s AS ?source)",
      "?s imt:isStatedIn ?source",
      "?s a imt:Source BIND(?s AS ?source)"
    ],
    curated: [
      "?e imt:isEvidenceFor ?s ; imt:supportsProperty ?p . FILTER" + SUPPORTED + " OPTIONAL { ?e dcterms:source ?source }",
      "FILTER(?p IN (rdf:type, skos:prefLabel)) ?e imt:isEvidenceFor ?s OPTIONAL { ?e dcterms:source ?source }",
      "?s dcterms:source ?source",
      "?s a imt:Source BIND(?s AS ?source)"
    ],
    links: [
      "?s imt:isInMappingSet ?source",
      "?m imt:mapsSubject ?s ; imt:mapsPredicate ?p ; imt:mapsObject ?o ; imt:isInMappingSet ?source"
    ]
  };

  function sources(statements) {
    return Promise.all(statements.map(function (one) {
      var ways = one[0].type === "uri" ? WAYS[one[3].slice(graph.length)] || [] : [];
      var values = "VALUES (?s ?p ?o) { (" + one.slice(0, 3).map(results.sparql).join(" ") + ") } ";
      if (one[2].type === "bnode") { values = "VALUES (?s ?p) { (" + one.slice(0, 2).map(results.sparql).join(" ") + ") } "; }
      return ways.reduce(function (before, way) {
        return before.then(function (found) {
          if (found.length) { return found; }
          return window.imtEngine.query("SELECT DISTINCT ?source { " + values + way + " } ORDER BY ?source", names.datasets.all, names.prefixes)
            .then(function (answer) { return answer.rows.map(function (row) { return row[0]; }).filter(Boolean); });
        });
      }, Promise.resolve([]));
    }));
  }

  window.imtWhy = function (statements, absence, number) {
    var ordered = statements.slice().sort(function (one, other) {
      var left = one[3] + one.slice(0, 3).map(results.sparql).join(" ");
      var right = other[3] + other.slice(0, 3).map(results.sparql).join(" ");
      return left < right ? -1 : 1;
    });
    return sources(ordered).then(function (found) {
      var terms = ordered.reduce(function (all, one) { return all.concat(one.slice(0, 3)); }, [].concat.apply([], found));
      return results.label(terms).then(function (things) {
        return parts(ordered, found, things, absence, number);
      });
    });
  };

  function parts(statements, sources, things, absence, number) {
    var count = statements.length;
    var words = count === 0 ? "No statement is needed for this row: it does not depend on the data."
      : count === 1 ? "1 statement is needed for this row; without it the row is lost."
        : count + " statements are needed for this row; without any one of them the row is lost.";
    var made = [element("h2", "Why row " + number + " is in the answer"), element("p", words)];
    if (count) {
      var region = element("div", "", { "class": "scroll", role: "region", tabindex: "0", "aria-label": "Why row " + number });
      var table = element("table");
      var head = element("thead");
      var line = element("tr");
      var body = element("tbody");
      ["Thing", "Property", "Value", "Stated in", "Source"].forEach(function (one) { line.append(element("th", one, { scope: "col" })); });
      head.append(line);
      statements.forEach(function (one, place) { body.append(row(one, sources[place], things)); });
      table.append(element("caption", "The statements that row " + number + " needs", { "class": "hidden" }), head, body);
      region.append(table);
      made.push(region);
    }
    if (statements.some(function (one) { return one[3] === graph + "inferred"; })) {
      made.push(element("p", "What was computed follows by rules from other statements; “imt explain” in a terminal shows these too.", { "class": "note" }));
    }
    if (absence) {
      made.push(element("p", "The row also depends on what is not in the graph: the query uses NOT EXISTS or MINUS."));
    }
    return made;
  }

  function row(one, sources, things) {
    var line = element("tr");
    var first = element("th", "", { scope: "row" });
    var name = one[3].slice(graph.length);
    var origin = element("td");
    var last = element("td");
    first.append(results.cell(one[0], things));
    line.append(first);
    one.slice(1, 3).forEach(function (each) {
      var cell = element("td");
      cell.append(results.cell(each, things));
      line.append(cell);
    });
    origin.append(element("span", names.graphs[name] || name, { "class": "origin " + name }));
    sources.forEach(function (each, place) { last.append(place ? ", " : "", results.cell(each, things)); });
    line.append(origin, last);
    return line;
  }
})();
