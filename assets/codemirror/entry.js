// The parts of CodeMirror that the SQL editor uses, as one module.

export { autocompletion, closeBrackets, closeBracketsKeymap, completeFromList, completionKeymap } from "@codemirror/autocomplete"
export { defaultKeymap, history, historyKeymap } from "@codemirror/commands"
export { SQLDialect, sql } from "@codemirror/lang-sql"
export { bracketMatching, HighlightStyle, syntaxHighlighting, syntaxTree } from "@codemirror/language"
export { linter } from "@codemirror/lint"
export { EditorState, Prec } from "@codemirror/state"
export { drawSelection, EditorView, keymap, placeholder } from "@codemirror/view"
export { tags } from "@lezer/highlight"
