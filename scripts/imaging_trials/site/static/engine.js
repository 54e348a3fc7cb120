/* Asks the engine: `window.imtEngine` starts static/worker.js when it is first needed. All methods but `stop` return a
   promise; a failure is an object as the worker describes it, or {kind: "stopped"} after `stop`.

     isPossible                a page that was opened from a file cannot start the worker
     load(progress)            loads engine and graph; progress(bytes, of) is called whenever more has come
     query(text, graphs, prefixes)
     explain(text, graphs, row, about)
     add(text, format, graph, base)   what was added is added to the next worker too
     remove(graph)
     check(text, format, base)        checks data and forgets it
     stop()                    ends the worker at once, whatever it does; the next call starts another one
     controls()                what a form shows meanwhile, in #submit, #stop, #answer, #status and #progress: {busy(isBusy),
                               progress(bytes, of), loaded()}
*/
"use strict";
(function () {
  var address = new URL("worker.js", document.currentScript.src).href;
  var worker = null;
  var loading = null;
  var added = new Map();
  var open = new Map();
  var number = 0;
  var listeners = [];

  /* The only policy of the site for Trusted Types: whatever it is asked for, it makes the address of the worker. */
  var policy = window.trustedTypes
    ? window.trustedTypes.createPolicy("imt-worker", { createScriptURL: function () { return address; } })
    : { createScriptURL: function () { return address; } };

  function failed(kind, message) {
    return { kind: kind, message: message, line: 0, column: 0, offset: -1 };
  }

  function end(reason) {
    var waiting = Array.from(open.values());
    if (worker) { worker.terminate(); }
    worker = null;
    loading = null;
    open.clear();
    waiting.forEach(function (one) { one.reject(reason); });
  }

  function start() {
    var made = new Worker(policy.createScriptURL(""), { type: "module" });
    made.addEventListener("message", function (event) {
      var reply = event.data;
      var one = open.get(reply.id);
      if (!one) { return; }
      if (reply.progress) { one.progress(reply.progress.bytes, reply.progress.of); return; }
      open.delete(reply.id);
      if (reply.done) { one.resolve(reply.done); return; }
      one.reject(reply.error);
      if (reply.error.kind === "engine" || reply.error.kind === "network") { end(reply.error); }
    });
    made.addEventListener("error", function () {
      if (worker === made) { end(failed("engine", "The engine cannot be started in this browser.")); }
    });
    return made;
  }

  function send(message, progress) {
    return new Promise(function (resolve, reject) {
      message.id = ++number;
      open.set(message.id, { resolve: resolve, reject: reject, progress: progress || function () {} });
      worker.postMessage(message);
    });
  }

  function load(progress) {
    if (!window.imtEngine.isPossible) {
      return Promise.reject(failed("network", "A page that was opened from a file cannot start the engine."));
    }
    if (progress) { listeners.push(progress); }
    if (!loading) {
      worker = start();
      loading = send({ do: "load" }, function (bytes, of) {
        listeners.forEach(function (one) { one(bytes, of); });
      }).then(function (done) {
        var again = Array.from(added.values()).map(function (one) { return send(Object.assign({}, one)); });
        return Promise.all(again).then(function () { return done; });
      });
    }
    return loading;
  }

  window.imtEngine = {
    isPossible: window.location.protocol !== "file:",
    load: load,
    query: function (text, graphs, prefixes) {
      return load().then(function () {
        return send({ do: "query", text: text, graphs: graphs, prefixes: prefixes || {} });
      });
    },
    explain: function (text, graphs, row, about) {
      return load().then(function () {
        return send({ do: "explain", text: text, graphs: graphs, row: row, about: about });
      });
    },
    add: function (text, format, graph, base) {
      var message = { do: "add", text: text, format: format, graph: graph, base: base };
      return load().then(function () { return send(Object.assign({}, message)); }).then(function (done) {
        added.set(++number, message);
        return done;
      });
    },
    remove: function (graph) {
      Array.from(added.keys()).forEach(function (key) {
        if (added.get(key).graph === graph) { added.delete(key); }
      });
      return load().then(function () { return send({ do: "remove", graph: graph }); });
    },
    check: function (text, format, base) {
      return load().then(function () { return send({ do: "check", text: text, format: format, base: base }); });
    },
    stop: function () { end(failed("stopped", "Stopped.")); },
    controls: function () {
      var byId = function (id) { return document.getElementById(id); };
      var megabytes = function (number) { return (number / 1e6).toFixed(1); };
      var bar = byId("progress");
      return {
        busy: function (isBusy) {
          byId("stop").disabled = !isBusy;
          byId("submit").disabled = isBusy;
          byId("answer").setAttribute("aria-busy", String(isBusy));
          if (!isBusy) { bar.hidden = true; }
        },
        progress: function (bytes, of) {
          bar.hidden = false;
          if (of) { bar.max = of; bar.value = bytes; } else { bar.removeAttribute("value"); }
          byId("status").textContent = bytes === of && of ? "Starting the engine …"
            : "Loading the engine and the graph: " + megabytes(bytes) + (of ? " of " + megabytes(of) : "") + " MB";
        },
        loaded: function () { bar.hidden = true; }
      };
    }
  };
})();
