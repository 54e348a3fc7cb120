/* The search: compares words with the index as site/search.py writes it. The address of the page holds the query. */
"use strict";
(function () {
  var MAX_RESULTS = 60;
  var index = window.imtSearch;
  var field = document.getElementById("find");
  var list = document.getElementById("results");
  var found = document.getElementById("found");

  function words(text) {
    var plain = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
      .replace(/^\s*https?:\/\/(dx\.)?doi\.org\//, "")
      .replace(/α/g, "alpha").replace(/β/g, "beta").replace(/γ/g, "gamma");
    return plain.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  }

  /* Each token is a list of words, of which one must be found. A nuclide in any spelling is one word. */
  function tokens(text) {
    var rest = words(text);
    var nuclides = [];
    var made = [];
    while (rest.length) {
      var two = rest.length > 1 ? index.nuclides[rest[0] + rest[1]] : undefined;
      var one = index.nuclides[rest[0]];
      if (two) { nuclides.push(two); rest.splice(0, 2); }
      else if (one) { nuclides.push(one); rest.splice(0, 1); }
      else { made.push(glued(rest.shift(), nuclides)); }
    }
    var symbols = nuclides.map(function (each) { return each.replace(/^[0-9]+m?(?=[a-z])/, ""); });
    made = made.filter(function (each) { return each.length > 1 || symbols.indexOf(each[0]) < 0; });
    return nuclides.map(function (each) { return [each]; }).concat(made);
  }

  /* In 18FDG and F18FES a nuclide and a name are one word; the symbol may belong to both. */
  function glued(word, nuclides) {
    for (var length = 6; length > 2; length--) {
      var nuclide = index.nuclides[word.slice(0, length)];
      var name = word.slice(length);
      if (nuclide && /^[a-z]{2}/.test(name)) {
        nuclides.push(nuclide);
        return [name, nuclide.replace(/^[0-9]+m?(?=[a-z])/, "") + name];
      }
    }
    return [word];
  }

  var isNuclide = {};
  Object.keys(index.nuclides).forEach(function (each) { isNuclide[index.nuclides[each]] = true; });

  /* Smaller is better; null if a token is missing. A nuclide that only the name has does not count: FES is [18F]FES. */
  function rank(entry, wanted) {
    var keys = entry[3].split("|");
    var best = null;
    var all = " " + keys.join(" ");
    function has(text, token, end) {
      return token.some(function (word) { return text.indexOf(" " + word + end) >= 0; });
    }
    if (!wanted.every(function (token) { return has(all, token, ""); })) { return null; }
    keys.forEach(function (key, place) {
      var text = " " + key + " ";
      var names = key.split(" ").filter(function (word) { return !isNuclide[word]; }).length;
      var asked = wanted.filter(function (token) { return !isNuclide[token[0]]; }).length;
      var value = 3;
      if (wanted.every(function (token) { return has(text, token, " "); })) { value = names <= asked ? 0 : 1; }
      else if (wanted.every(function (token) { return has(text, token, ""); })) { value = 2; }
      value = value * 1000 + (place ? 100 : 0) + Math.min(names, 99);
      best = best === null ? value : Math.min(best, value);
    });
    return /, (superseded|retracted)$/.test(entry[2]) ? best + 500 : best;
  }

  function show(query) {
    var wanted = tokens(query);
    var ranked = wanted.length ? index.entries.map(function (entry) { return [rank(entry, wanted), entry]; })
      .filter(function (pair) { return pair[0] !== null; })
      .sort(function (one, other) { return one[0] - other[0]; }) : [];
    list.replaceChildren();
    ranked.slice(0, MAX_RESULTS).forEach(function (pair) {
      var item = document.createElement("li");
      var link = document.createElement("a");
      var kind = document.createElement("small");
      link.href = pair[1][0];
      link.textContent = pair[1][1];
      kind.textContent = pair[1][2];
      item.append(link, " ", kind);
      list.append(item);
    });
    var number = ranked.length;
    found.textContent = !wanted.length ? "" : number === 0
      ? "Nothing is called so. Try one word of it, or look through all pages."
      : number > MAX_RESULTS ? number + " found; the best " + MAX_RESULTS + " are shown."
        : number === 1 ? "1 found." : number + " found.";
  }

  function start() {
    var query = new URLSearchParams(window.location.search).get("q") || "";
    field.value = query;
    show(query);
  }

  field.addEventListener("input", function () {
    var address = new URL(window.location.href);
    address.searchParams.set("q", field.value);
    try { window.history.replaceState(null, "", address); } catch (error) { /* some browsers refuse it for files */ }
    show(field.value);
  });
  start();
  if (!field.value) { field.focus(); }
})();
