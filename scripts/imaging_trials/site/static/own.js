/* A visitor's own data, kept between the pages of one window and nowhere else: `window.imtOwn`.

     keep(name, text)   keeps data in N-Triples under the name of its file; returns whether the browser has room for it
     kept()             {name, text}, or null
     forget()

   On a page with an engine and the element #own, the data is added to the graphs that are asked. */
"use strict";
(function () {
  var KEY = "imt-own-data";
  var GRAPH = window.imtNames.prefixes.graph + "user";

  function keep(name, text) {
    try {
      window.sessionStorage.setItem(KEY, JSON.stringify({ name: name, text: text }));
      return true;
    } catch (error) {
      return false;
    }
  }

  function kept() {
    try { return JSON.parse(window.sessionStorage.getItem(KEY)); } catch (error) { return null; }
  }

  function forget() {
    try { window.sessionStorage.removeItem(KEY); } catch (error) { /* nothing is kept then */ }
  }

  /* The first time that the engine is loaded, the data is added to it. */
  function join(own) {
    var engine = window.imtEngine;
    var load = engine.load;
    var added = null;
    window.imtNames.datasets.all.push(GRAPH);
    window.imtNames.datasets.asserted.push(GRAPH);
    engine.load = function (progress) {
      return load(progress).then(function (done) {
        added = added || engine.add(own.text, "nt", GRAPH);
        return added.then(function () { return done; });
      });
    };
  }

  function show(place, own) {
    var words = document.createElement("p");
    var button = document.createElement("button");
    words.textContent = "Your data from " + own.name + " is asked as well, in the graph <" + GRAPH + ">. ";
    button.type = "button";
    button.className = "copy";
    button.textContent = "Leave it out";
    button.addEventListener("click", function () { forget(); window.location.reload(); });
    words.append(button);
    place.append(words);
    place.hidden = false;
  }

  window.imtOwn = { keep: keep, kept: kept, forget: forget };
  var place = document.getElementById("own");
  var own = place && kept();
  if (own) { join(own); show(place, own); }
})();
