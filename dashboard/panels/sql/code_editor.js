// The statement as code: highlighted, completed and with hints. `cm` is the module of
// assets/codemirror, which is loaded when the page is opened; until then there is a text area.

const CODE_COLOURS = [
  ["keyword", "--st-blue-text-color", { fontWeight: "600" }],
  ["string", "--st-green-text-color"],
  ["number", "--st-orange-text-color"],
  ["bool", "--st-orange-text-color"],
  ["null", "--st-orange-text-color"],
  ["comment", "--st-gray-text-color", { fontStyle: "italic" }],
]

function codeColours({ HighlightStyle, syntaxHighlighting, tags }) {
  return syntaxHighlighting(
    HighlightStyle.define(
      CODE_COLOURS.map(([tag, colour, more]) => ({
        tag: tag === "comment" ? [tags.lineComment, tags.blockComment] : tags[tag],
        color: `var(${colour})`,
        ...more,
      })),
    ),
  )
}

function codeTheme({ EditorView }) {
  const muted = "var(--st-gray-text-color)"
  const border = "1px solid var(--st-border-color)"
  return EditorView.theme({
    "&": {
      color: "var(--st-text-color)",
      background: "var(--st-secondary-background-color)",
      border,
      borderRadius: "var(--st-base-radius)",
      fontSize: "0.86rem",
      flex: "1",
      minHeight: "14rem",
      maxHeight: "32rem",
    },
    ".cm-scroller": { fontFamily: "var(--st-code-font, ui-monospace, monospace)", lineHeight: "1.5", overflow: "auto" },
    ".cm-content": { padding: "0.7rem 0.3rem", caretColor: "var(--st-text-color)" },
    ".cm-placeholder": { color: muted },
    "&.cm-focused": { outline: "2px solid var(--st-primary-color)", outlineOffset: "1px" },
    ".cm-tooltip": { background: "var(--st-background-color)", color: "var(--st-text-color)", border },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
      background: "var(--st-primary-color)",
      color: "var(--st-background-color)",
    },
    ".cm-completionDetail": { fontStyle: "normal", opacity: "0.8" },
    ".cm-tooltip.cm-completionInfo": { maxWidth: "18rem", padding: "0.3rem 0.6rem" },
    ".cm-diagnostic": { fontFamily: "var(--st-font)", padding: "0.3rem 0.6rem" },
    ".cm-diagnosticAction": { background: "var(--st-primary-color)", color: "var(--st-background-color)" },
  })
}

// What can be completed: views, columns with type and meaning, and functions.
function completions({ views, functions }) {
  const columns = new Map()
  for (const view of views) for (const column of view.columns) columns.set(column.name, column)
  return [
    ...views.map((view) => ({ label: view.name, type: "class", detail: "view", info: view.meaning, boost: 2 })),
    ...[...columns.values()].map(({ name, type, meaning }) => ({
      label: name, type: "property", detail: type, info: meaning, boost: 1,
    })),
    ...functions.map(({ name, meaning }) => ({ label: name, type: "function", detail: "function", info: meaning })),
  ]
}

// The column that a name may stand for: `flagged` is `is_flagged`.
function likelyColumn(name, columns) {
  const forms = [`is_${name}`, `has_${name}`, `${name}_count`, `${name}_chars`, `${name.replace(/s$/, "")}_count`]
  return columns.has(name) ? undefined : forms.find((form) => columns.has(form))
}

// A hint for each name that is no column but nearly one, unless the statement gives it as a name.
function nameHints({ linter, syntaxTree }, { views }) {
  const columns = new Set(views.flatMap((view) => view.columns.map((column) => column.name)))
  return linter((view) => {
    const hints = []
    const text = view.state.doc.toString()
    syntaxTree(view.state).iterate({
      enter: ({ name, from, to }) => {
        if (name !== "Identifier") return
        const word = text.slice(from, to).toLowerCase()
        const column = likelyColumn(word, columns)
        const isNamedHere = new RegExp(`\\bas\\s+${word}\\b`, "i").test(text)
        if (!column || isNamedHere) return
        const apply = (editor, start, end) => editor.dispatch({ changes: { from: start, to: end, insert: column } })
        const message = `There is no column ${word}. Did you mean ${column}?`
        hints.push({ from, to, severity: "info", message, actions: [{ name: `Write ${column}`, apply }] })
      },
    })
    return hints
  })
}

// The editor in place of a text area, with its text, its caret and its focus.
function codeBox(cm, area, data, run) {
  const dialect = cm.SQLDialect.define({
    keywords: data.keywords,
    types: "bigint boolean date double integer interval json list struct timestamp varchar",
    operatorChars: "*+-%<>!=&|~^/:",
  })
  const language = cm.sql({ dialect })
  const names = cm.completeFromList(completions(data))
  const state = cm.EditorState.create({
    doc: area.value,
    selection: { anchor: Math.min(area.selectionEnd, area.value.length) },
    extensions: [
      cm.Prec.highest(cm.keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }])),
      cm.keymap.of([...cm.completionKeymap, ...cm.historyKeymap, ...cm.defaultKeymap]),
      cm.history(),
      cm.bracketMatching(),
      language,
      dialect.language.data.of({ autocomplete: names }),
      cm.autocompletion({ icons: false, filterStrict: true, maxRenderedOptions: 50 }),
      nameHints(cm, data),
      codeColours(cm),
      codeTheme(cm),
      cm.EditorView.lineWrapping,
      cm.placeholder(area.placeholder),
      cm.EditorView.contentAttributes.of({ "aria-label": area.getAttribute("aria-label") }),
    ],
  })
  const hadFocus = area.getRootNode().activeElement === area
  const view = new cm.EditorView({ state, root: area.getRootNode() })
  area.replaceWith(view.dom)
  if (hadFocus) view.focus()
  return {
    get value() {
      return view.state.doc.toString()
    },
    set value(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: text.length } })
    },
    insert(text) {
      view.dispatch(view.state.replaceSelection(text))
    },
    before: () => view.state.sliceDoc(0, view.state.selection.main.from),
    focus: () => view.focus(),
  }
}

// The same for a text area: what there is until the editor is loaded, and where it cannot be.
function plainBox(area) {
  return {
    get value() {
      return area.value
    },
    set value(text) {
      area.value = text
    },
    insert: (text) => area.setRangeText(text, area.selectionStart, area.selectionEnd, "end"),
    before: () => area.value.slice(0, area.selectionStart),
    focus: () => area.focus(),
  }
}
