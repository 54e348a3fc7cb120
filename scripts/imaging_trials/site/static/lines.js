/* In which line of a text in Turtle, TriG, N-Triples or N-Quads a statement is: `window.imtLines(text)` returns a function
   (focus, path, value) of terms of the engine, which returns a line, counted from 1, or 0. It reads the text a second time,
   beside the engine; where that reading is not sure of itself, it knows no line at all. */
"use strict";
(function () {
  var TOKEN = new RegExp([
    /\s+|#[^\n\r]*/, /<(?<iri>(?:[^<>"{}|^`\\\u0000-\u0020]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*)>/,
    /"""(?<long>(?:[^"\\]|\\[^]|"(?!""))*)"""/, /'''(?<single>(?:[^'\\]|\\[^]|'(?!''))*)'''/,
    /"(?<text>(?:[^"\\\n\r]|\\.)*)"/, /'(?<other>(?:[^'\\\n\r]|\\.)*)'/,
    /@(?<word>prefix|base)(?![A-Za-z-])/, /@(?<language>[A-Za-z]+(?:-[A-Za-z0-9]+)*)/, /(?<type>\^\^)/,
    /_:(?<blank>[\p{L}\p{N}_](?:[\p{L}\p{N}_.\u00B7-]*[\p{L}\p{N}_\u00B7-])?)/,
    /(?<prefix>(?:\p{L}(?:[\p{L}\p{N}_.\u00B7-]*[\p{L}\p{N}_\u00B7-])?)?):(?<local>(?:(?:[\p{L}\p{N}_:%.\u00B7-]|\\.)*(?:[\p{L}\p{N}_:%\u00B7-]|\\.))?)/,
    /(?<number>[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)/,
    /(?<name>[A-Za-z]+)/, /(?<mark>[.;,[\](){}])/, /(?<rest>[^])/
  ].map(function (one) { return one.source; }).join("|"), "gu");
  var TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
  var SIGNS = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };

  function unescaped(text) {
    return text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([^]))/g, function (all, four, eight, sign) {
      return sign ? SIGNS[sign] || sign : String.fromCodePoint(parseInt(four || eight, 16));
    });
  }

  function tokens(text) {
    var line = 1;
    return Array.from(text.matchAll(TOKEN), function (match) {
      var made = { line: line, groups: match.groups, written: match[0] };
      line += match[0].split("\n").length - 1;
      return made;
    }).filter(function (one) { return /^[^\s#]/.test(one.written); });
  }

  /* The statements of a text: [subject, property, value, line of the subject, line of the value]. Null if it is not sure. */
  function statements(text) {
    var all = tokens(text);
    var place = 0;
    var prefixes = {};
    var base = "";
    var found = [];
    var open = [];
    var state = { part: 0 };
    var unnamed = 0;
    var isSure = true;

    function resolved(iri) {
      var plain = unescaped(iri);
      if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(plain)) { return plain; }
      try { return new URL(plain, base).href; } catch (error) { isSure = false; return ""; }
    }

    function term(token) {
      var groups = token.groups;
      if (groups.iri !== undefined) { return { type: "uri", value: resolved(groups.iri) }; }
      if (groups.blank) { return { type: "bnode", value: groups.blank }; }
      if (groups.local !== undefined) {
        if (!Object.hasOwn(prefixes, groups.prefix)) { isSure = false; return null; }
        return { type: "uri", value: prefixes[groups.prefix] + groups.local.replace(/\\(.)/g, "$1") };
      }
      if (groups.number) { return { type: "literal", value: groups.number }; }
      if (groups.name === "a" && state.part === 1) { return { type: "uri", value: TYPE }; }
      if (groups.name === "true" || groups.name === "false") { return { type: "literal", value: groups.name }; }
      var written = [groups.long, groups.single, groups.text, groups.other].find(function (one) { return one !== undefined; });
      if (written === undefined) { isSure = false; return null; }
      var next = all[place];
      var made = { type: "literal", value: unescaped(written) };
      if (next && next.groups.language) { made["xml:lang"] = next.groups.language; place++; }
      else if (next && next.groups.type) { place += 2; }
      return made;
    }

    function take(one, line) {
      if (state.isList) { return; }
      if (state.part === 0) { state.subject = one; state.line = line; state.part = 1; }
      else if (state.part === 1) { state.property = one; state.part = 2; }
      else if (state.part === 2) { found.push([state.subject, state.property.value, one, state.line, line]); state.part = 3; }
      else if (state.part === 3) { state.part = 4; /* the graph of N-Quads */ }
      else { isSure = false; }
    }

    function mark(token) {
      var sign = token.written;
      if (sign === "[" || sign === "(") {
        var made = { type: "bnode", value: "[" + ++unnamed };
        take(made, token.line);
        open.push(state);
        state = sign === "(" ? { isList: true } : { subject: made, line: token.line, part: 1 };
      } else if (sign === "]" || sign === ")") {
        state = open.pop() || { part: 9 };
      } else if (sign === ";") { state.part = 1; }
      else if (sign === ",") { state.part = 2; }
      else { if (open.length) { isSure = false; } state = { part: 0 }; }
    }

    function declaration(isPrefix) {
      var name = isPrefix ? all[place++].groups.prefix : "";
      var iri = resolved(all[place++].groups.iri);
      if (isPrefix) { prefixes[name] = iri; } else { base = iri; }
      if (all[place] && all[place].written === "." ) { place++; }
    }

    while (place < all.length && isSure) {
      var token = all[place++];
      var word = token.groups.word || (token.groups.name && /^(prefix|base|graph)$/i.test(token.groups.name)
        && state.part === 0 ? token.groups.name.toLowerCase() : "");
      if (word === "graph") { continue; }
      if (word) {
        if (!all[place] || !all[place + (word === "prefix" ? 1 : 0)]) { return null; }
        declaration(word === "prefix");
      } else if (token.groups.mark) { mark(token); }
      else if (token.groups.rest) { isSure = false; }
      else { take(term(token), token.line); }
    }
    return isSure && !open.length ? found : null;
  }

  function same(one, other) {
    if (!one || !other || one.type !== other.type) { return false; }
    if (one.type === "literal") {
      return (one["xml:lang"] || "").toLowerCase() === (other["xml:lang"] || "").toLowerCase() &&
        (one.value === other.value || (one.value.trim() !== "" && Number(one.value) === Number(other.value)));
    }
    return one.type === "uri" && one.value === other.value;
  }

  window.imtLines = function (text) {
    var all;
    try { all = statements(text); } catch (error) { all = null; }
    if (!all) { return function () { return 0; }; }
    return function (focus, path, value) {
      var property = /^<[^<>]*>$/.test(path || "") ? path.slice(1, -1) : "";
      if (focus.type === "bnode") {
        var only = value ? all.filter(function (one) {
          return one[0].type === "bnode" && one[1] === property && same(one[2], value);
        }) : [];
        return only.length === 1 ? only[0][4] : 0;
      }
      var about = all.filter(function (one) { return same(one[0], focus); });
      var valued = about.filter(function (one) { return value && (!property || one[1] === property) && same(one[2], value); });
      if (valued.length) { return valued[0][4]; }
      var having = about.filter(function (one) { return property && one[1] === property; });
      if (!value && having.length > 1) { return having[1][4]; }
      if (having.length === 1) { return having[0][4]; }
      if (about.length) { return about[0][3]; }
      var mentioned = all.find(function (one) { return same(one[2], focus); });
      return mentioned ? mentioned[4] : 0;
    };
  };
})();
