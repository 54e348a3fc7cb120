/* The editor for SPARQL, as one classic script: `make vendor` bundles this file. It sets `window.imtEditor`.

   mount(root, options) shows the editor in an open shadow root, because CodeMirror adds a style sheet to the root that
   it is in, and the policy of the pages forbids that in the document. Options: `text`; `label`, the accessible name;
   `complete(word, before)`, which returns [{label, detail, info, apply, type}] for the word before the cursor, or null;
   `changed(text)`; `submit()`, called for Ctrl+Enter. It returns an object with
     text()           the text
     replace(text)    replaces the text
     mark(from, to, message)   underlines a place, and moves the cursor there; unmark() takes the line away
     broken()         the first place that the grammar does not accept, as {from, to}, or null
     place(offset)    {line, column} of a place, counted from 1
     focus()          moves the focus into the editor
*/
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, ensureSyntaxTree, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";

/* Colors are the custom properties of the page's style sheet, which a shadow root inherits. */
const colors = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.comment, tags.lineComment], color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.string, tags.literal, tags.number, tags.bool], color: "var(--good)" },
  { tag: tags.variableName, color: "var(--warn)" },
]);

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", fontSize: "var(--small)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", minHeight: "14rem", maxHeight: "60vh" },
  ".cm-gutters": { backgroundColor: "var(--tint)", color: "var(--soft)", borderRight: "1px solid var(--line)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-selectionBackground": { backgroundColor: "var(--line) !important" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--tint)", outline: "1px solid var(--soft)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--bad)" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--paper)", border: "1px solid var(--soft)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--paper)", backgroundColor: "var(--accent)" },
  ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "var(--paper)" },
  ".cm-completionDetail": { color: "var(--soft)", fontStyle: "normal" },
  ".cm-completionInfo": { maxWidth: "24rem", fontFamily: "var(--sans)" },
  ".cm-diagnostic": { fontFamily: "var(--sans)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--bad)",
    textDecorationSkipInk: "none",
  },
});

const MAX_PARSE_MS = 2000;

function firstBroken(state) {
  const tree = ensureSyntaxTree(state, state.doc.length, MAX_PARSE_MS);
  let found = null;
  if (tree) {
    tree.iterate({
      enter(node) {
        if (found) { return false; }
        if (node.type.isError) { found = { from: node.from, to: node.to }; }
        return !found;
      },
    });
  }
  return found;
}

/* Where typing replaces a selection, browsers keep its look in a style attribute, which the policy forbids. */
function type(event, view) {
  const { from, to, empty } = view.state.selection.main;
  const text = event.data;
  if (empty || event.inputType !== "insertText" || event.isComposing || !text) { return false; }
  event.preventDefault();
  const insert = () => view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
  const isHandled = view.state.facet(EditorView.inputHandler).some((one) => one(view, from, to, text, insert));
  if (!isHandled) { view.dispatch(insert()); }
  return true;
}

function mount(root, options) {
  const source = (context) => {
    const word = context.matchBefore(/[^\s{}()[\],;"'<>|^/*!=+&]*/);
    if (!word || (word.from === word.to && !context.explicit)) { return null; }
    const before = context.state.sliceDoc(0, word.from);
    const found = options.complete(word.text, before);
    return found && found.length ? { from: word.from, options: found, filter: false } : null;
  };
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ override: [source], icons: false, maxRenderedOptions: 40 }),
        EditorView.lineWrapping,
        EditorView.domEventHandlers({ beforeinput: type }),
        EditorView.contentAttributes.of({ "aria-label": options.label, spellcheck: "false" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) { options.changed(update.state.doc.toString()); }
        }),
        keymap.of([
          { key: "Mod-Enter", run() { options.submit(); return true; } },
          ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap,
        ]),
        sparql(),
        syntaxHighlighting(colors),
        look,
      ],
    }),
  });
  const length = () => view.state.doc.length;
  return {
    text() { return view.state.doc.toString(); },
    replace(text) { view.dispatch({ changes: { from: 0, to: length(), insert: text } }); },
    mark(from, to, message) {
      const start = Math.min(from, length());
      const end = Math.min(Math.max(to, start), length());
      view.dispatch(setDiagnostics(view.state, [{ from: start, to: end, severity: "error", message }]));
      view.dispatch({ selection: { anchor: start }, scrollIntoView: true });
    },
    unmark() { view.dispatch(setDiagnostics(view.state, [])); },
    broken() { return firstBroken(view.state); },
    place(offset) {
      const found = view.state.doc.lineAt(Math.min(offset, length()));
      return { line: found.number, column: offset - found.from + 1 };
    },
    focus() { view.focus(); },
  };
}

window.imtEditor = { mount };
