/* The page where people write SPARQL. Its address holds the query and the dataset: ask.html#query=...&dataset=page. */
"use strict";
(function () {
  var names = window.imtNames;
  var results = window.imtResults;
  var engine = window.imtEngine;
  var controls = engine.controls();
  var form = document.getElementById("ask");
  var area = document.getElementById("query");
  var dataset = document.getElementById("dataset");
  var answer = document.getElementById("answer");
  var status = document.getElementById("status");
  var ask = document.getElementById("submit");
  var stop = document.getElementById("stop");
  var editor = null;
  var run = 0;

  function text() { return editor ? editor.text() : area.value; }

  function replace(value) {
    area.value = value;
    if (editor && editor.text() !== value) { editor.replace(value); }
  }

  /* The editor takes the place of the text area as soon as its script has come. */
  function mount() {
    var host = document.getElementById("editor");
    var label = document.querySelector("label[for=query]");
    var hadFocus = document.activeElement === area;
    editor = window.imtEditor.mount(host.attachShadow({ mode: "open" }), {
      text: area.value,
      label: label.textContent,
      complete: window.imtComplete,
      changed: function (value) { area.value = value; },
      submit: function () { form.requestSubmit(); }
    });
    area.hidden = true;
    host.hidden = false;
    label.addEventListener("click", function () { editor.focus(); });
    if (hadFocus) { editor.focus(); }
  }

  function failed(error, query) {
    if (error.kind === "stopped") { return; }
    status.textContent = "";
    var box = results.say(answer, error, query);
    if (error.kind !== "query") { return; }
    var broken = editor ? editor.broken() : null;
    if (error.offset >= 0) {
      box.append(way("", "Go to this place", error.offset, error.message));
      show(error.offset, error.message);
    }
    if (broken && broken.from !== error.offset) {
      var place = editor.place(broken.from);
      var words = "The grammar of the editor " + (broken.from < error.offset ? "already " : "") + "stops at line " + place.line +
        ", column " + place.column + ". ";
      box.append(way(words, "Go to that place", broken.from, "The grammar stops here."));
      if (error.offset < 0) { show(broken.from, error.message); }
    }
  }

  function way(words, name, offset, message) {
    var line = results.element("p", words);
    var button = results.element("button", name, { type: "button", "class": "copy" });
    button.addEventListener("click", function () { show(offset, message); });
    line.append(button);
    return line;
  }

  function show(offset, message) {
    if (editor) {
      var end = /^\S*/.exec(text().slice(offset))[0].length;
      editor.mark(offset, offset + Math.max(end, 1), message);
      editor.focus();
    } else {
      area.focus();
      area.setSelectionRange(offset, offset + 1);
    }
  }

  function start() {
    var query = text();
    var graphs = names.datasets[dataset.value];
    var mine = ++run;
    controls.busy(true);
    if (editor) { editor.unmark(); }
    answer.replaceChildren();
    status.textContent = "Loading the engine and the graph …";
    engine.load(controls.progress).then(function () {
      controls.loaded();
      status.textContent = "Asking …";
      return engine.query(query, graphs, names.prefixes);
    }).then(function (found) {
      if (mine !== run) { return undefined; }
      return results.show(answer, found, { name: "answer" }).then(function () {
        var seconds = found.ms < 1000 ? Math.round(found.ms) + "\u202fms" : (found.ms / 1000).toFixed(1) + "\u202fs";
        status.textContent = "Answered in " + seconds + ".";
      });
    }).catch(function (error) {
      if (mine === run) { failed(error, query); }
    }).finally(function () {
      if (mine === run) { controls.busy(false); }
    });
  }

  function address() {
    return "#" + new URLSearchParams({ query: text(), dataset: dataset.value }).toString();
  }

  /* Shows what the address holds, and asks it. */
  function follow() {
    var wanted = new URLSearchParams(window.location.hash.slice(1));
    var query = wanted.get("query");
    dataset.value = Object.hasOwn(names.datasets, wanted.get("dataset")) ? wanted.get("dataset") : "all";
    if (run && !stop.disabled) { halt(); }
    run++;
    answer.replaceChildren();
    status.textContent = "";
    replace(query === null ? area.defaultValue : query);
    if (query !== null && engine.isPossible) { start(); }
  }

  function halt() {
    run++;
    engine.stop();
    controls.busy(false);
    status.textContent = "Stopped. The engine starts again with the next question.";
  }

  if (!engine.isPossible) {
    document.getElementById("needs-server").hidden = false;
    ask.disabled = true;
  }
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (ask.disabled) { return; }
    if (address() !== window.location.hash) { window.history.pushState(null, "", address()); }
    start();
  });
  stop.addEventListener("click", function () { halt(); ask.focus(); });
  window.addEventListener("popstate", follow);
  var script = document.getElementById("editor-script");
  if (window.imtEditor) { mount(); } else { script.addEventListener("load", mount); }
  follow();
})();
