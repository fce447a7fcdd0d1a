// The SQL editor. It is built once and keeps what is typed; Python gets the statement when it is run.

const NO_MATCH = "No column matches."

function insertAtCaret(box, name) {
  const before = box.before()
  const gap = before && !/[\s(.]$/.test(before) ? " " : ""
  box.insert(`${gap}${name}`)
  box.focus()
}

function exampleChoice(data, fill) {
  const choice = element("select")
  choice.setAttribute("aria-label", "Examples")
  choice.append(new Option("Start from an example…", ""))
  for (const example of data.examples) choice.append(new Option(example.title, example.sql))
  choice.onchange = () => {
    if (choice.value) fill(choice.value)
    choice.value = ""
  }
  return choice
}

function columnLine(column, insert) {
  const line = element("li")
  const name = button(column.name, `Insert ${column.name}`, () => insert(column.name))
  name.className = "column"
  line.append(name, " ", element("span", "type", column.type), element("small", "", column.meaning))
  line.words = `${column.name} ${column.meaning}`.toLowerCase()
  return line
}

function viewPart(view, insert) {
  const part = element("section")
  const head = element("h3")
  const name = button(view.name, `Insert ${view.name}`, () => insert(view.name))
  name.className = "view"
  head.append(name)
  const list = element("ul")
  for (const column of view.columns) list.append(columnLine(column, insert))
  part.append(head, element("small", "", view.meaning), list)
  return part
}

// The columns of each view, with a search box; Enter inserts the first match.
function columnList(data, insert) {
  const all = element("details", "columns")
  all.open = window.matchMedia("(min-width: 800px)").matches
  all.append(element("summary", "", "Columns"))
  const search = element("input")
  search.type = "search"
  search.placeholder = "Find a column, e.g. flagged"
  search.setAttribute("aria-label", "Find a column")
  const list = element("div", "list")
  list.tabIndex = 0
  list.setAttribute("role", "region")
  list.setAttribute("aria-label", "Columns of each view")
  list.append(...data.views.map((view) => viewPart(view, insert)))
  const nothing = element("p", "nothing", NO_MATCH)
  nothing.setAttribute("role", "status")
  nothing.hidden = true
  list.append(nothing)
  const lines = [...list.querySelectorAll("li")]
  search.oninput = () => {
    const query = search.value.trim().toLowerCase()
    for (const line of lines) line.hidden = !line.words.includes(query)
    nothing.hidden = lines.some((line) => !line.hidden)
  }
  search.onkeydown = (event) => {
    const first = lines.find((line) => !line.hidden)
    if (event.key !== "Enter" || !first) return
    event.preventDefault()
    first.querySelector("button").click()
  }
  all.append(search, list)
  return all
}

// Puts the code editor in place of the text area, which stays if its script does not come.
async function loadEditor(all, area, data, run) {
  if (!data.source) return
  try {
    const cm = await import(new URL(data.source, document.baseURI).href)
    if (area.isConnected) all.box = codeBox(cm, area, data, run)
  } catch (error) {
    console.warn(`The SQL editor stays plain: ${error}`)
  }
}

function built(data) {
  const all = element("div", "editor")
  const area = element("textarea")
  area.setAttribute("aria-label", "Statement")
  area.placeholder = "select model, count(*) from slice group by model"
  area.spellcheck = false
  area.rows = 9
  area.setAttribute("autocapitalize", "off")
  area.setAttribute("autocomplete", "off")
  all.box = plainBox(area)
  const fill = (text) => {
    all.box.value = text
    all.box.focus()
  }
  const run = () => {
    // Text typed while the statement runs must not be replaced by its result.
    all.statement = all.box.value.trim()
    all.send(all.box.value)
  }
  area.onkeydown = (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    run()
  }
  const act = button("Run", "Run the statement (Ctrl+Enter)", run)
  act.className = "run"
  const bar = element("div", "bar")
  bar.append(act, element("span", "keys", "Ctrl+Enter"), exampleChoice(data, fill))
  const left = element("div", "left")
  left.append(area, bar)
  all.append(left, columnList(data, (name) => insertAtCaret(all.box, name)))
  all.load = () => loadEditor(all, area, data, run)
  return all
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  let all = parentElement.querySelector(".editor")
  if (!all) {
    all = built(data)
    parentElement.append(all)
    all.load()
  }
  all.send = (text) => setTriggerValue("asked", text)
  // Replace the text only when the statement changed elsewhere (a link, the Back button).
  if (all.statement !== data.statement) all.box.value = data.statement
  all.statement = data.statement
}
