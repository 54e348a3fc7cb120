/* The forms of add.html: they write Turtle in the form that the files of the project have. */
"use strict";
(function () {
  var names = window.imtNames;
  var results = window.imtResults;
  var element = results.element;
  var made = document.getElementById("made");
  var turtle = document.getElementById("turtle");
  var missing = document.getElementById("missing");
  var findings = document.getElementById("findings");
  var status = document.getElementById("status");
  var check = document.getElementById("check");
  var kinds = document.getElementById("kinds");
  var forms = Array.from(document.querySelectorAll("form.add"));
  var lists = new Map();

  /* A list as a map from CURIEs to labels, and one from labels in small letters to the CURIEs with that label. */
  function list(id) {
    if (!lists.has(id)) {
      var found = { labels: new Map(), names: new Map() };
      document.querySelectorAll("#" + CSS.escape(id) + " option").forEach(function (one) {
        var key = one.label.toLowerCase();
        found.labels.set(one.value, one.label);
        found.names.set(key, (found.names.get(key) || []).concat(one.value));
      });
      lists.set(id, found);
    }
    return lists.get(id);
  }

  function inputs(field) { return Array.from(field.querySelectorAll("input, select")); }

  /* A field for several values gets a button that adds a line; the first line keeps the label. */
  function several(field) {
    var first = inputs(field)[0];
    var label = field.querySelector("label");
    var button = element("button", "Another", { type: "button", "class": "copy more" });
    button.setAttribute("aria-label", "Another value: " + label.firstChild.textContent.trim());
    button.addEventListener("click", function () {
      var next = first.cloneNode(false);
      var number = inputs(field).length + 1;
      next.id = first.id + "-" + number;
      next.value = "";
      next.removeAttribute("aria-invalid");
      next.setAttribute("aria-label", label.firstChild.textContent.trim() + ", value " + number);
      button.before(next);
      next.focus();
    });
    first.after(button);
  }

  function thing(text, field) {
    var known = list(field.dataset.list);
    if (known.labels.has(text)) { return { name: text, label: known.labels.get(text) }; }
    var named = known.names.get(text.toLowerCase()) || [];
    if (named.length === 1) { return { name: named[0], label: text }; }
    if (named.length > 1) { return { error: "Several have this name: choose " + named.join(" or ") + "." }; }
    var iri = results.term(text);
    if (!iri || !results.isIri(iri)) { return { error: "“" + text + "” is not in the list. Choose one of it, or write the address of another thing in full." }; }
    return { name: short(iri), label: "", isNew: true };
  }

  /* A name that Turtle reads without escapes, or the IRI. */
  function short(iri) {
    var found = results.shorten(iri);
    return found !== iri && /^[A-Za-z][A-Za-z0-9-]*:[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?$/.test(found) ? found : "<" + iri + ">";
  }

  function quoted(text) { return results.sparql({ type: "literal", value: text }); }

  /* One value of a field: {turtle}, with `isNew` and `name` of a thing; or {error}. */
  function value(text, field) {
    var kind = field.dataset.kind;
    var pattern = field.dataset.pattern;
    if (pattern && !new RegExp(pattern, "u").test(text)) {
      return { error: kind === "slug" ? "Only lower-case letters, digits and single hyphens between them, such as esur-mri-2021."
        : "This does not have the form that the shape asks for: " + field.querySelector(".note:not(label *)").textContent };
    }
    if (kind === "slug") {
      var taken = list(field.dataset.taken).labels;
      var name = field.closest("form").dataset.prefix + ":" + text;
      return taken.has(name) ? { error: "This address is taken by " + taken.get(name) + "." } : { turtle: name };
    }
    if (kind === "thing") {
      var found = thing(text, field);
      return found.error ? found : { turtle: found.name, label: found.label, isNew: found.isNew };
    }
    if (kind === "label" || kind === "words") {
      return /^\S+( \S+)*$/.test(text) ? { turtle: quoted(text) + "@en" } : { error: "Two spaces in a row: remove one." };
    }
    if (kind === "integer") {
      if (!/^(0|[1-9][0-9]{0,8})$/.test(text)) { return { error: "Write a whole number, such as 5." }; }
      return field.dataset.least && Number(text) < Number(field.dataset.least)
        ? { error: "Write " + field.dataset.least + " or more." } : { turtle: text };
    }
    if (kind === "decimal") {
      return /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/.test(text) ? { turtle: text.indexOf(".") < 0 ? text + ".0" : text } : { error: "Write a number, such as 1.5." };
    }
    if (kind === "date") {
      return /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) ? { turtle: quoted(text) + "^^xsd:date" } : { error: "Write a day, such as 2026-11-30." };
    }
    return { turtle: kind === "boolean" ? text : quoted(text) };
  }

  /* The values of a field, {values, error}; shows the error beside it. */
  function read(field) {
    var found = { field: field, name: field.dataset.name, values: [], error: "" };
    inputs(field).forEach(function (input) {
      var text = input.value.trim();
      var one = text ? value(text, field) : null;
      var error = one && one.error ? one.error : !text && input.required ? "This is needed." : "";
      if (one && !one.error && found.values.some(function (other) { return other.turtle === one.turtle; })) {
        error = "This is written twice.";
      }
      input.toggleAttribute("aria-invalid", false);
      if (error) { input.setAttribute("aria-invalid", "true"); found.error = found.error || error; }
      else if (one) { found.values.push(one); }
    });
    if (!found.values.length && field.dataset.owed === "always" && !found.error) {
      found.error = field.dataset.owedWords;
      inputs(field)[0].setAttribute("aria-invalid", "true");
    }
    return found;
  }

  function refuseSame(fields) {
    fields.forEach(function (one) {
      (one.field.dataset.apart || "").split(" ").filter(Boolean).forEach(function (name) {
        var other = fields.find(function (each) { return each.name === name; });
        var both = other && one.values.find(function (each) {
          return other.values.some(function (same) { return same.turtle === each.turtle; });
        });
        if (both && !one.error) {
          one.error = both.turtle + " is also a value of “" + other.field.querySelector("label").firstChild.textContent.trim() + "”: keep one of them.";
          inputs(one.field)[0].setAttribute("aria-invalid", "true");
        }
      });
    });
  }

  function say(field, error) { field.querySelector("p.error").textContent = error; }

  function write(form) {
    var fields = Array.from(form.querySelectorAll(".field")).map(read);
    refuseSame(fields);
    fields.forEach(function (one) { say(one.field, one.error); });
    var wrong = fields.filter(function (one) { return one.error; });
    form.querySelector("span.error").textContent = !wrong.length ? "" : wrong.length === 1 ? "One field needs a change." : wrong.length + " fields need a change.";
    if (wrong.length) {
      made.hidden = true;
      wrong[0].field.querySelector("[aria-invalid]").focus();
      return;
    }
    var named = fields.filter(function (one) { return one.name && one.values.length; });
    var subject = fields[0].values[0].turtle;
    var label = fields[1].values[0].turtle;
    var lines = [["a", [form.dataset.kind]], ["skos:prefLabel", [label]]].concat(named.map(function (one) {
      return [one.name, one.values.map(function (each) { return each.turtle; })];
    }));
    var evidence = evidenceOf(form, fields, subject, named);
    turtle.textContent = document_(evidence.lines ? [[subject, lines], [evidence.name, evidence.lines]] : [[subject, lines]]);
    list_(missing, "What this repository wants as well", owed(fields, evidence));
    findings.replaceChildren();
    status.textContent = "";
    made.hidden = false;
    made.querySelector("h2").focus();
  }

  /* The evidence for what a form states: the repository gives each curated statement a source. */
  function evidenceOf(form, fields, subject, named) {
    var about = {};
    fields.forEach(function (one) { if (one.field.dataset.evidence) { about[one.field.dataset.evidence] = one.values[0]; } });
    if (!about.source || !about.day || !about.reason || !named.length) { return { lines: null, isBegun: Boolean(about.source || about.day || about.reason) }; }
    var local = function (name) { return name.replace(/^<.*[/#]|>$/g, "").replace(/^[^:]*:/, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, ""); };
    var plain = function (text) { return JSON.parse(text.replace(/@en$/, "")); };
    var words = "evidence for " + plain(fields[1].values[0].turtle) + ": " + (about.source.label || about.source.turtle);
    return {
      name: "evidence:" + form.dataset.prefix + "-" + local(subject) + "-by-" + local(about.source.turtle),
      lines: [
        ["a", ["imt:Evidence"]], ["skos:prefLabel", [quoted(words) + "@en"]], ["imt:isEvidenceFor", [subject]],
        ["imt:supportsProperty", named.map(function (one) { return one.name; })], ["imt:rationale", [about.reason.turtle]],
        ["dcterms:source", [about.source.turtle]], ["imt:checkedOn", [about.day.turtle]]
      ]
    };
  }

  /* Turtle in the form of the files: prefixes that are used, in order, and a block for each thing. */
  function document_(blocks) {
    var used = new Set();
    function note(word) {
      var plain = word.replace(/^"(?:[^"\\]|\\.)*"(?:@en|\^\^)?/, "");
      var found = /^([A-Za-z][A-Za-z0-9-]*):/.exec(plain);
      if (found && plain[0] !== "<") { used.add(found[1]); }
    }
    var text = blocks.map(function (block) {
      note(block[0]);
      return block[0] + " " + block[1].map(function (line) {
        note(line[0]);
        line[1].forEach(note);
        return line[0] + " " + line[1].join(" , ");
      }).join(" ;\n    ") + " .\n";
    }).join("\n");
    return Array.from(used).sort().map(function (one) { return "@prefix " + one + ": <" + names.prefixes[one] + "> .\n"; }).join("") + "\n" + text;
  }

  function owed(fields, evidence) {
    var found = [];
    fields.forEach(function (one) {
      if (one.field.dataset.owed === "here" && !one.values.length) { found.push(one.field.dataset.owedWords); }
      one.values.forEach(function (each) {
        if (each.isNew) { found.push(each.turtle + " is not in the list of the field: if the graph lacks it, describe it as well."); }
      });
    });
    if (!evidence.lines) {
      found.push(evidence.isBegun ? "The evidence is written when the source, the day and the reason are given, and something that they support."
        : "Each curated statement needs its source: fill in where you read it.");
    }
    return found;
  }

  function list_(place, title, items) {
    place.replaceChildren();
    if (!items.length) { return; }
    var made = element("ul");
    items.forEach(function (one) { made.append(element("li", one)); });
    place.append(element("h3", title), made);
  }

  function choose() {
    var chosen = kinds.querySelector("input:checked").value;
    forms.forEach(function (form) { form.hidden = form.dataset.prefix !== chosen; });
    made.hidden = true;
    return chosen;
  }

  function follow() {
    var wanted = kinds.querySelector("input[value=\"" + CSS.escape(window.location.hash.slice(1)) + "\"]");
    if (wanted) { wanted.checked = true; }
    choose();
  }

  forms.forEach(function (form) {
    form.querySelectorAll(".field[data-many]").forEach(several);
    form.addEventListener("submit", function (event) { event.preventDefault(); write(form); });
    form.addEventListener("change", function (event) {
      var field = event.target.closest(".field");
      if (field) { say(field, read(field).error); }
    });
    form.addEventListener("reset", function () {
      form.querySelectorAll("p.error, span.error").forEach(function (one) { one.textContent = ""; });
      form.querySelectorAll("[aria-invalid]").forEach(function (one) { one.removeAttribute("aria-invalid"); });
      made.hidden = true;
    });
  });
  kinds.addEventListener("change", function () {
    window.history.replaceState(null, "", "#" + choose());
  });
  window.addEventListener("hashchange", follow);
  check.addEventListener("click", function () {
    check.disabled = true;
    status.textContent = "Loading the engine and the graph …";
    findings.replaceChildren();
    window.imtEngine.check(turtle.textContent, "ttl", "file:///data").then(function (found) {
      var said = found.results.map(function (one) { return one.message + " (" + one.name + ")"; })
        .concat(found.undefined.map(function (one) { return results.shorten(one.term.value) + " is no " + one.role + " of the project."; }))
        .concat(found.contradictions.map(function (one) { return "It contradicts the vocabulary or the graph, by the rule " + one.rule + "."; }));
      status.textContent = said.length ? "" : "It conforms to the common shapes.";
      list_(findings, "What the shapes report", said);
    }, function (error) { status.textContent = error.message; }).finally(function () { check.disabled = false; check.focus(); });
  });
  if (!window.imtEngine.isPossible) {
    check.disabled = true;
    status.textContent = "The check needs a server: run python -m http.server in the folder of the site.";
  }
  kinds.hidden = false;
  follow();
})();
