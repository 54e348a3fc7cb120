/* What the editor offers to complete: `window.imtComplete(word, before)`, from the terms in static/terms.js. */
"use strict";
(function () {
  var MAX = 40;
  var names = window.imtNames;
  var KEYWORDS = [
    "SELECT", "DISTINCT", "WHERE", "OPTIONAL", "FILTER", "FILTER NOT EXISTS", "UNION", "MINUS", "BIND", "VALUES", "GRAPH",
    "ORDER BY", "GROUP BY", "HAVING", "LIMIT", "OFFSET", "COUNT", "SAMPLE", "GROUP_CONCAT", "CONSTRUCT", "DESCRIBE", "ASK",
    "PREFIX", "EXISTS", "BOUND", "STRSTARTS", "CONTAINS", "LANG", "COALESCE", "IF"
  ];

  function folded(text) { return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }

  var terms = window.imtTerms.map(function (one) {
    return { label: one[0], detail: one[1], type: one[2], info: one[3] || undefined, key: folded(one[0] + " " + one[1]) };
  });

  /* Smaller is better: the local name begins so, a word of the label does, or either has it inside. */
  function rank(one, wanted, hasPrefix) {
    var local = folded(one.label.slice(one.label.indexOf(":") + 1));
    if (hasPrefix) { return folded(one.label).startsWith(wanted) ? 0 : -1; }
    if (local.startsWith(wanted)) { return 1; }
    var at = one.key.indexOf(wanted);
    return at < 0 ? -1 : /[a-z0-9]/.test(one.key[at - 1] || " ") ? 3 : 2;
  }

  function variables(word, before) {
    var found = new Set(before.match(/[?$][\p{L}\p{N}_]+/gu));
    return Array.from(found).filter(function (one) { return one.startsWith(word); })
      .map(function (one) { return { label: one, type: "variable" }; });
  }

  function prefixes(word) {
    return Object.keys(names.prefixes).sort().filter(function (one) { return one.startsWith(word.replace(/:$/, "")); })
      .map(function (one) { return { label: one + ":", detail: names.prefixes[one], apply: one + ": <" + names.prefixes[one] + ">", type: "namespace" }; });
  }

  window.imtComplete = function (word, before) {
    if (/(^|\n)\s*PREFIX\s+$/i.test(before)) { return prefixes(word); }
    if (/^[?$]/.test(word)) { return variables(word, before); }
    var wanted = folded(word);
    var hasPrefix = word.indexOf(":") >= 0;
    var isClass = /(^|\s)a\s+$/.test(before);
    if (!wanted && !isClass) { return null; }
    var found = [];
    terms.forEach(function (one, place) {
      if (isClass && one.type !== "class") { return; }
      var value = rank(one, wanted, hasPrefix);
      if (value >= 0) { found.push([value, place, one]); }
    });
    if (!hasPrefix && !isClass) {
      KEYWORDS.forEach(function (one, place) {
        if (folded(one).startsWith(wanted)) { found.push([0, place, { label: one, type: "keyword" }]); }
      });
      Object.keys(names.prefixes).forEach(function (one, place) {
        if (one.startsWith(wanted)) { found.push([2, place, { label: one + ":", detail: names.prefixes[one], type: "namespace" }]); }
      });
    }
    found.sort(function (one, other) { return one[0] - other[0] || one[1] - other[1]; });
    return found.slice(0, MAX).map(function (each) {
      var one = each[2];
      return { label: one.label, detail: one.detail, info: one.info, type: one.type };
    });
  };
})();
