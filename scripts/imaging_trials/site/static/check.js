/* The page that checks a visitor's data: static/worker.js finds what is wrong, this shows it. */
"use strict";
(function () {
  var MAX_CHARACTERS = 5000000;
  var MAX_ROWS = 500;
  var ENDINGS = { ttl: "ttl", turtle: "ttl", nt: "nt", ntriples: "nt", nq: "nq", nquads: "nq", trig: "trig", jsonld: "jsonld", json: "jsonld" };
  var SEVERITIES = { Violation: "bad", Warning: "warn", Info: "plain" };
  var results = window.imtResults;
  var element = results.element;
  var engine = window.imtEngine;
  var controls = engine.controls();
  var form = document.getElementById("check");
  var file = document.getElementById("file");
  var area = document.getElementById("data");
  var format = document.getElementById("format");
  var submit = document.getElementById("submit");
  var stop = document.getElementById("stop");
  var status = document.getElementById("status");
  var answer = document.getElementById("answer");
  var drop = document.getElementById("drop");
  var name = "";
  var run = 0;

  function refuse(message) {
    results.say(answer, { message: message, line: 0 });
    status.textContent = "";
  }

  function take(chosen) {
    var ending = /\.([^.]+)$/.exec(chosen.name);
    var known = ending && ENDINGS[ending[1].toLowerCase()];
    if (chosen.size > MAX_CHARACTERS) {
      refuse(chosen.name + " is larger than 5 MB. Check it with the command imt validate, or check a part of it.");
      return;
    }
    chosen.arrayBuffer().then(function (data) {
      try {
        area.value = new TextDecoder("utf-8", { fatal: true }).decode(data);
      } catch (error) {
        refuse(chosen.name + " is not UTF-8. Save the file as UTF-8.");
        return;
      }
      name = chosen.name;
      if (known) { format.value = known; }
      start();
    }, function () { refuse(chosen.name + " cannot be read. Choose it again, or paste its text."); });
  }

  function start() {
    var text = area.value;
    var mine = ++run;
    answer.replaceChildren();
    if (!text.trim()) { refuse("There is nothing to check. Choose a file, or paste its text."); return; }
    if (text.length > MAX_CHARACTERS) { refuse("This is longer than 5 million characters. Check a part of it, or use the command imt validate."); return; }
    controls.busy(true);
    status.textContent = "Loading the engine and the graph …";
    engine.load(controls.progress).then(function () {
      controls.loaded();
      status.textContent = "Checking …";
      return engine.check(text, format.value, "file:///" + encodeURIComponent(name || "data"));
    }).then(function (found) {
      return mine === run ? show(found, text) : undefined;
    }).catch(function (error) {
      if (mine !== run || error.kind === "stopped") { return; }
      status.textContent = "";
      results.say(answer, error.message ? error : { message: String(error), line: 0 }, text);
    }).finally(function () {
      if (mine === run) { controls.busy(false); }
    });
  }

  function count(number, one, many) { return number.toLocaleString("en-US") + " " + (number === 1 ? one : many || one + "s"); }

  function show(found, text) {
    var lineOf = format.value === "jsonld" ? function () { return 0; } : window.imtLines(text);
    var rows = found.results.map(function (one) {
      return { line: lineOf(one.focus, one.path, one.value), one: one };
    }).concat(found.undefined.map(function (each) {
      return { line: lineOf(each.term, "", null), one: {
        focus: each.term, label: "", shape: "", name: "every term is defined", severity: "Violation", path: "", value: null,
        message: "This is no " + each.role + " of the project. Correct its name, or describe it in your data."
      } };
    })).concat(found.contradictions.map(function (each) {
      var words = each.says.replace(/\?(\w+)/g, function (all, key) {
        var term = each.row[key];
        return !term ? all : term.type === "uri" ? results.shorten(term.value) : term.value;
      });
      var about = ["x", "x1", "y1"].map(function (key) { return each.row[key]; }).find(function (term) { return term && term.type === "uri"; });
      return { line: about ? lineOf(about, "", null) : 0, one: {
        focus: about || null, label: "", shape: "", name: "no contradiction, rule " + each.rule, severity: "Violation", path: "", value: null,
        message: words + " Remove one of the statements that lead to this."
      } };
    }));
    rows.sort(function (one, other) { return (one.line || Infinity) - (other.line || Infinity) || 0; });
    var terms = rows.reduce(function (all, row) { return all.concat(row.one.focus, row.one.value); }, []);
    return results.label(terms).then(function (things) {
      var made = [element("h2", "What was found"), summary(found, rows)];
      if (rows.length) { made.push(region(rows.slice(0, MAX_ROWS), things)); }
      if (rows.length > MAX_ROWS) { made.push(element("p", "Only the first " + MAX_ROWS + " are shown.", { "class": "note" })); }
      if (rows.some(function (row) { return !row.line; })) {
        made.push(element("p", "A line is left out where it is not known for certain: in JSON-LD, and for things without a name.", { "class": "note" }));
      }
      made.push.apply(made, others(found));
      made.push(onward(found));
      answer.replaceChildren.apply(answer, made);
      status.textContent = "Checked.";
      answer.querySelector("h2").setAttribute("tabindex", "-1");
      answer.querySelector("h2").focus();
    });
  }

  function summary(found, rows) {
    var made = element("p");
    var bad = rows.filter(function (row) { return row.one.severity === "Violation"; }).length;
    var mark = element("span", rows.length ? (bad ? "Does not conform" : "Conforms, with remarks") : "Conforms",
      { "class": "mark " + (bad ? "bad" : rows.length ? "warn" : "good") });
    var read = count(found.triples, "statement") + ", " + count(found.focus, "thing") + " checked by the shapes";
    made.append(mark, ": " + (rows.length ? count(rows.length, "finding") + " in " : "nothing found in ") + read + ".");
    return made;
  }

  function region(rows, things) {
    var table = element("table");
    var head = element("tr");
    var top = element("thead");
    var body = element("tbody");
    var made = element("div", "", { "class": "scroll", role: "region", tabindex: "0", "aria-label": "What was found" });
    table.append(element("caption", "What was found, by line", { "class": "hidden" }));
    ["Line", "What is wrong, and what to do", "Thing", "Value", "Rule"].forEach(function (one) { head.append(element("th", one, { scope: "col" })); });
    rows.forEach(function (row) { body.append(line(row, things)); });
    top.append(head);
    table.append(top, body);
    made.append(table);
    return made;
  }

  function line(row, things) {
    var made = element("tr");
    var place = element("th", "", { scope: "row", "class": "line" });
    var words = element("td");
    var thing = element("td");
    var value = element("td");
    var rule = element("td");
    if (row.line) {
      var button = element("button", String(row.line), { type: "button", "class": "copy", "aria-label": "Go to line " + row.line });
      button.addEventListener("click", function () { go(row.line); });
      place.append(button);
    } else {
      place.append(element("span", "none", { "class": "note" }));
    }
    words.append(element("span", row.one.severity, { "class": "mark " + (SEVERITIES[row.one.severity] || "bad") }), " ", row.one.message);
    thing.append(node(row.one.focus, row.one.label, things));
    if (row.one.value && !(row.one.focus && row.one.value.value === row.one.focus.value)) { value.append(node(row.one.value, "", things)); }
    if (row.one.path) { value.append(element("small", path(row.one.path), { "class": "name shown" })); }
    if (row.one.shape) {
      var link = element("a", row.one.name || results.shorten(row.one.shape));
      link.setAttribute("href", "shapes.html#" + row.one.shape.slice(window.imtNames.shapes.length));
      rule.append(link);
    } else {
      rule.append(row.one.name);
    }
    made.append(place, words, thing, value, rule);
    return made;
  }

  function node(term, label, things) {
    var made = document.createDocumentFragment();
    if (!term) { return made; }
    if (term.type === "bnode") { made.append(label || "a thing without a name"); return made; }
    if (label) { made.append(results.typeset(label), element("small", results.shorten(term.value), { "class": "name shown" })); return made; }
    made.append(results.cell(term, things));
    return made;
  }

  function path(text) { return text.replace(/<([^<>]*)>/g, function (all, iri) { return results.shorten(iri); }); }

  function others(found) {
    if (!found.unchecked.length) { return []; }
    var made = element("details");
    var list = element("ul");
    made.append(element("summary", count(found.unchecked.length, "thing is", "things are") + " of a kind that no shape is about"));
    found.unchecked.slice(0, MAX_ROWS).forEach(function (iri) { list.append(element("li", results.shorten(iri))); });
    made.append(list);
    return [made];
  }

  /* The data goes on to the page with the editor, in this window alone. */
  function onward(found) {
    var made = element("p");
    var button = element("button", "Ask it beside our graph", { type: "button", id: "onward" });
    var say = element("span", "", { role: "status" });
    button.addEventListener("click", function () {
      if (window.imtOwn.keep(name || "the text that you pasted", found.data)) {
        window.location.href = "ask.html#" + new URLSearchParams({ query: "SELECT ?thing ?property ?value\nWHERE {\n  GRAPH graph:user { ?thing ?property ?value }\n}\n", dataset: "all" });
      } else {
        say.textContent = " This browser keeps no more than about 5 MB between two pages. Use imt serve or a part of the data.";
      }
    });
    made.append(button, say);
    return made;
  }

  function go(number) {
    var lines = area.value.split("\n");
    var begin = lines.slice(0, number - 1).reduce(function (sum, one) { return sum + one.length + 1; }, 0);
    area.focus();
    area.setSelectionRange(begin, begin + lines[number - 1].length);
    var height = area.scrollHeight / lines.length;
    area.scrollTop = Math.max(0, (number - 4) * height);
    area.scrollIntoView({ block: "center" });
  }

  if (!engine.isPossible) {
    document.getElementById("needs-server").hidden = false;
    submit.disabled = true;
    file.disabled = true;
  } else {
    ["dragenter", "dragover"].forEach(function (kind) {
      drop.addEventListener(kind, function (event) { event.preventDefault(); drop.classList.add("over"); });
    });
    ["dragleave", "drop"].forEach(function (kind) {
      drop.addEventListener(kind, function () { drop.classList.remove("over"); });
    });
    drop.addEventListener("drop", function (event) {
      event.preventDefault();
      if (event.dataTransfer.files.length) { take(event.dataTransfer.files[0]); }
    });
  }
  file.addEventListener("change", function () { if (file.files.length) { take(file.files[0]); file.value = ""; } });
  area.addEventListener("input", function () { name = ""; });
  form.addEventListener("submit", function (event) { event.preventDefault(); if (!submit.disabled) { start(); } });
  stop.addEventListener("click", function () {
    run++;
    engine.stop();
    controls.busy(false);
    status.textContent = "Stopped.";
    submit.focus();
  });
})();
