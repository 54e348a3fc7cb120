/* What every page gets where scripts run: a button beside each text that is meant to be copied. */
"use strict";
(function () {
  function copy(element, button) {
    function say(words) {
      button.textContent = words;
      setTimeout(function () { button.textContent = "Copy"; }, 2000);
    }
    function select() {
      var range = document.createRange();
      range.selectNodeContents(element);
      var selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      say("Selected");
    }
    if (!navigator.clipboard) { select(); return; }
    navigator.clipboard.writeText(element.textContent).then(function () { say("Copied"); }, select);
  }
  document.querySelectorAll("[data-copy]").forEach(function (element) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", function () { copy(element, button); });
    element.insertAdjacentElement("afterend", button);
  });
})();
