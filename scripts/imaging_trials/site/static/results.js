/* Answers as tables, and as files to keep: `window.imtResults`. Text from data only ever becomes text nodes.

     show(place, answer, options)   shows an answer of the engine in an element, with its downloads. Options: `name`, for
                                    the files; `explain(row, place)`, if rows can be explained. Returns a promise.
     label(terms)                   a promise of a map from IRIs to {words, address, name}
     cell(term, things)             a term as a node
     term(text)                     the IRI of a CURIE, a full IRI or <IRI>, or ""
     shorten(iri), typeset(text), sparql(term), say(place, error, text)
*/
"use strict";
(function () {
  var MAX_ROWS = 400;
  var names = window.imtNames;
  var root = new URL("..", document.currentScript.src).href;
  var spaces = Object.keys(names.prefixes).map(function (prefix) { return [names.prefixes[prefix], prefix]; })
    .sort(function (one, other) { return other[0].length - one[0].length; });
  var RAISED = { 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹", m: "ᵐ" };

  function element(name, text, attributes) {
    var made = document.createElement(name);
    if (text) { made.textContent = text; }
    Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    return made;
  }

  /* As site/typography.py does it. */
  function typeset(text) {
    return text.replace(/(?<![\p{L}\p{N}_.])(?:\(([0-9]{1,3}m?)\)|([0-9]{1,3}m?))([A-Z][a-z]?)(?![A-Za-z0-9_])/gu,
      function (all, one, other, symbol) {
        var mass = one || other;
        if (names.nuclides.indexOf(mass + symbol) < 0) { return all; }
        return mass.replace(/./g, function (each) { return RAISED[each]; }) + symbol;
      }).replace(/(?<=[0-9]) (?=(?:keV|MeV|MBq|mm|min|s|h|d|%)(?![A-Za-z0-9]))/g, "\u202f");
  }

  function shorten(iri) {
    for (var place = 0; place < spaces.length; place++) {
      var local = iri.slice(spaces[place][0].length);
      if (iri.startsWith(spaces[place][0]) && /^[\p{L}\p{N}_-]+$/u.test(local)) { return spaces[place][1] + ":" + local; }
    }
    return iri;
  }

  function term(text) {
    var found = text.trim();
    if (/^<[^<>]*>$/.test(found)) { return found.slice(1, -1); }
    if (found.indexOf("://") >= 0 || /^(urn|mailto):/.test(found)) { return found; }
    var colon = found.indexOf(":");
    var prefix = found.slice(0, colon);
    return colon >= 0 && Object.hasOwn(names.prefixes, prefix) ? names.prefixes[prefix] + found.slice(colon + 1) : "";
  }

  function isIri(text) { return /^[A-Za-z][A-Za-z0-9+.-]*:[^\u0000-\u0020<>"{}|^`\\]*$/.test(text); }

  /* Where the page of an IRI of ours is, as site/addresses.py has it; "" if there can be none. */
  function address(iri) {
    if (iri.startsWith(names.vocabulary)) { return root + "vocab.html#" + iri.slice(names.vocabulary.length); }
    if (iri.startsWith(names.shapes)) { return root + "shapes.html#" + iri.slice(names.shapes.length); }
    var path = iri.slice(names.base.length);
    var isPlain = path.split("/").every(function (part) { return /^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(part); });
    return path === "vocab" ? root + "vocab.html" : isPlain ? root + path + ".html" : "";
  }

  function quoted(text) {
    return '"' + text.replace(/[\\"\n\r\t]/g, function (sign) {
      return { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" }[sign];
    }) + '"';
  }

  /* A term as SPARQL, N-Triples and Turtle write it. */
  function sparql(one) {
    if (one.type === "uri") { return "<" + one.value + ">"; }
    if (one.type === "bnode") { return "_:" + one.value; }
    if (one.type === "triple") {
      return "<<( " + [one.value.subject, one.value.predicate, one.value.object].map(sparql).join(" ") + " )>>";
    }
    return quoted(one.value) + (one["xml:lang"] ? "@" + one["xml:lang"] : one.datatype ? "^^<" + one.datatype + ">" : "");
  }

  /* The label of each thing as the pages have it: the first of the properties, English first. */
  function label(terms) {
    var iris = Array.from(new Set(terms.filter(function (one) { return one && one.type === "uri" && isIri(one.value); })
      .map(function (one) { return one.value; })));
    var found = new Map();
    if (!iris.length) { return Promise.resolve(found); }
    var text = "SELECT ?i ?p ?l { VALUES ?i { " + iris.map(function (one) { return "<" + one + ">"; }).join(" ") +
      " } FILTER EXISTS { ?i ?any ?thing } OPTIONAL { VALUES ?p { " +
      names.labels.map(function (one) { return "<" + one + ">"; }).join(" ") + " } ?i ?p ?l FILTER(isLiteral(?l)) } }";
    return window.imtEngine.query(text, names.datasets.all).then(function (answer) {
      var best = new Map();
      answer.rows.forEach(function (row) {
        var rank = row[1] ? names.labels.indexOf(row[1].value) * 2 + (row[2]["xml:lang"] === "en" ? 0 : 1) : 99;
        var old = best.get(row[0].value);
        var words = row[2] ? row[2].value : "";
        if (!old || rank < old[0] || (rank === old[0] && words < old[1])) { best.set(row[0].value, [rank, words]); }
      });
      iris.forEach(function (iri) {
        var known = best.get(iri);
        var isOwn = iri.startsWith(names.base);
        found.set(iri, {
          words: typeset((known && known[1]) || shorten(iri)),
          name: shorten(iri),
          address: isOwn ? (known ? address(iri) : "") : /^https?:\/\//.test(iri) ? iri : "",
          isOut: !isOwn
        });
      });
      return found;
    });
  }

  function cell(one, things) {
    var made = document.createDocumentFragment();
    if (!one) { return made; }
    if (one.type === "uri") {
      var thing = things.get(one.value) || { words: one.value, name: one.value, address: "" };
      var link = element(thing.address ? "a" : "span", thing.words, { title: thing.name });
      if (thing.address) {
        link.setAttribute("href", thing.address);
        if (thing.isOut) { link.className = "out"; link.rel = "external noopener"; }
      }
      made.append(link);
      if (thing.words !== thing.name) { made.append(element("small", thing.name, { "class": "name" })); }
    } else if (one.type === "literal") {
      made.append(typeset(one.value));
      var type = one["xml:lang"] || (one.datatype ? shorten(one.datatype) : "");
      if (type) { made.append(element("small", type, { "class": "name" })); }
    } else {
      made.append(sparql(one));
    }
    return made;
  }

  function csv(answer) {
    function field(text) { return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text; }
    function plain(one) { return !one ? "" : one.type === "bnode" ? "_:" + one.value : one.type === "triple" ? sparql(one) : one.value; }
    return [answer.variables].concat(answer.rows.map(function (row) { return row.map(plain); }))
      .map(function (row) { return row.map(field).join(",") + "\r\n"; }).join("");
  }

  function json(answer) {
    if (answer.form === "ASK") { return JSON.stringify({ head: {}, boolean: answer.boolean }); }
    var bindings = answer.rows.map(function (row) {
      var made = {};
      row.forEach(function (one, place) { if (one) { made[answer.variables[place]] = one; } });
      return made;
    });
    return JSON.stringify({ head: { vars: answer.variables }, results: { bindings: bindings } });
  }

  /* Turtle with one statement a line, below the prefixes that are used; a subject is written once. */
  function turtle(answer) {
    var used = new Set();
    function short(one) {
      if (one.type === "uri") {
        var name = shorten(one.value);
        if (name !== one.value && /^[A-Za-z][A-Za-z0-9-]*:[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(name)) {
          used.add(name.split(":")[0]);
          return name;
        }
        return "<" + one.value + ">";
      }
      if (one.type === "literal" && one.datatype) { return quoted(one.value) + "^^" + short({ type: "uri", value: one.datatype }); }
      return sparql(one);
    }
    var lines = answer.triples.map(function (triple) { return triple.map(short); }).sort(function (one, other) {
      var left = one.join(" ");
      var right = other.join(" ");
      return left < right ? -1 : left > right ? 1 : 0;
    });
    var text = lines.map(function (line, place) {
      var same = place > 0 && lines[place - 1][0] === line[0];
      var more = place + 1 < lines.length && lines[place + 1][0] === line[0];
      return (same ? "    " : line[0] + " ") + line[1] + " " + line[2] + (more ? " ;" : " .") + "\n";
    }).join("");
    var head = Array.from(used).sort().map(function (one) { return "@prefix " + one + ": <" + names.prefixes[one] + "> .\n"; });
    return head.join("") + (head.length ? "\n" : "") + text;
  }

  function download(words, name, type, make) {
    var button = element("button", words, { type: "button", "class": "copy" });
    button.addEventListener("click", function () {
      var link = element("a", "", { download: name });
      link.href = URL.createObjectURL(new Blob([make()], { type: type }));
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    });
    return button;
  }

  function count(number, word) { return number.toLocaleString("en-US") + " " + word + (number === 1 ? "" : "s"); }

  function show(place, answer, options) {
    var isTable = answer.form !== "ASK";
    var hasRows = answer.form === "SELECT";
    var columns = hasRows ? answer.variables : ["subject", "property", "value"];
    var rows = hasRows ? answer.rows : answer.triples || [];
    var shown = rows.slice(0, MAX_ROWS);
    var files = element("p", "", { "class": "files" });
    var stem = options.name || "answer";
    if (hasRows) { files.append(download("Download CSV", stem + ".csv", "text/csv", function () { return csv(answer); })); }
    if (answer.triples) { files.append(download("Download Turtle", stem + ".ttl", "text/turtle", function () { return turtle(answer); })); }
    else { files.append(" ", download("Download JSON", stem + ".json", "application/sparql-results+json", function () { return json(answer); })); }
    if (!isTable) {
      place.replaceChildren(element("p", answer.boolean ? "Yes." : "No."), files);
      return Promise.resolve();
    }
    var note = count(rows.length, hasRows ? "row" : "statement") +
      (rows.length > MAX_ROWS ? ", of which the first " + MAX_ROWS + " are shown; the files have all." : ".");
    return label(shown.reduce(function (all, row) { return all.concat(row); }, [])).then(function (things) {
      var made = [element("p", note, { "class": "note" })];
      if (shown.length) {
        var box = element("input", "", { type: "checkbox" });
        var choice = element("label", "", { "class": "choice" });
        var region = element("div", "", { "class": "scroll", role: "region", tabindex: "0", "aria-label": "Answer" });
        choice.append(box, " Show identifiers, languages and datatypes");
        box.addEventListener("change", function () { region.classList.toggle("named", box.checked); });
        region.append(table(columns, shown, things, options));
        files.append(" ", choice);
        made.push(files, region);
      }
      place.replaceChildren.apply(place, made);
    });
  }

  function table(columns, rows, things, options) {
    var made = element("table");
    var head = element("tr");
    var body = element("tbody");
    made.append(element("caption", options.caption || "Answer", { "class": "hidden" }));
    columns.forEach(function (one) { head.append(element("th", one, { scope: "col" })); });
    if (options.explain) { head.append(element("th", "Why", { scope: "col" })); }
    rows.forEach(function (row, number) {
      var line = element("tr");
      row.forEach(function (one, place) {
        var made = place ? element("td") : element("th", "", { scope: "row" });
        made.append(cell(one, things));
        line.append(made);
      });
      if (options.explain) {
        var button = element("button", "Explain", { type: "button", "class": "copy", "aria-label": "Explain row " + (number + 1) });
        var last = element("td");
        button.addEventListener("click", function () { options.explain(row, number); });
        last.append(button);
        line.append(last);
      }
      body.append(line);
    });
    var top = element("thead");
    top.append(head);
    made.append(top, body);
    return made;
  }

  /* An error with its place: the line, with what follows the place marked. */
  function say(place, error, text) {
    var box = element("div", "", { "class": "wrong", role: "alert" });
    var where = error.line ? "Line " + error.line + ", column " + error.column + ": " : "";
    box.append(element("p", where + error.message));
    if (error.line && text !== undefined) {
      var line = text.split("\n")[error.line - 1] || "";
      var signs = Array.from(line);
      var code = element("pre", "", { tabindex: "0" });
      code.append(signs.slice(0, error.column - 1).join(""));
      code.append(element("mark", signs.slice(error.column - 1).join("") || "⏎"));
      box.append(code);
    }
    place.replaceChildren(box);
    return box;
  }

  window.imtResults = {
    show: show, label: label, cell: cell, term: term, isIri: isIri, shorten: shorten, typeset: typeset,
    sparql: sparql, say: say, element: element
  };
})();
