// A table of conversations. Every text is set with textContent: nothing in it becomes markup.

const COLUMNS = [
  { key: "opening", label: "Opening words", sort: null },
  { key: "model", label: "Model", sort: "model" },
  { key: "language", label: "Language", sort: "language" },
  { key: "turns", label: "Turns", sort: "turn_count", number: true },
  { key: "prompt", label: "Prompt", sort: "prompt_chars", number: true, hint: "characters of all user messages" },
  { key: "response", label: "Response", sort: "response_chars", number: true, hint: "characters of all assistant messages" },
  { key: "repeats", label: "Same prompt", sort: "prompt_group_size", number: true, hint: "conversations with the same first prompt" },
  { key: "flags", label: "Flagged as", sort: "first_flagged_turn", hint: "sorts by the first flagged turn" },
]

function headCell(column, data, setTriggerValue) {
  const cell = element("th", column.number ? "number" : "")
  cell.scope = "col"
  if (!column.sort) {
    cell.textContent = column.label
    return cell
  }
  const isSorted = data.sort === column.sort
  cell.setAttribute("aria-sort", isSorted ? (data.isDescending ? "descending" : "ascending") : "none")
  const button = element("button", isSorted ? "sorted" : "", column.label)
  button.type = "button"
  button.title = `Sort by ${column.hint ?? column.label.toLowerCase()}`
  if (isSorted) button.append(element("span", "arrow", data.isDescending ? " ↓" : " ↑"))
  button.onclick = () => setTriggerValue("sorted", column.sort)
  cell.append(button)
  return cell
}

function openingCell(row) {
  const cell = element("th", "opening")
  cell.scope = "row"
  const link = element("a", row.isCovered ? "covered" : "", row.opening || "(no user message)")
  link.dir = "auto"
  follow(link, row.href)
  cell.append(link)
  return cell
}

function cell(row, column) {
  if (column.key === "opening") return openingCell(row)
  const node = element("td", column.number ? "number" : column.key)
  node.dataset.label = column.label
  if (column.key === "flags") {
    for (const flag of row.flags) node.append(element("span", "flag", flag))
    if (row.unknown) node.append(element("span", "unknown", row.unknown))
    else if (row.flags.length === 0) node.append(element("span", "none", "–"))
    return node
  }
  const text = element("span", "", row[column.key])
  if (!column.number) text.dir = "auto"
  node.append(text)
  return node
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const table = element("table")
  table.append(element("caption", "", data.caption))
  const head = element("tr")
  for (const column of COLUMNS) head.append(headCell(column, data, setTriggerValue))
  const body = element("tbody")
  let lastRead
  for (const row of data.rows) {
    const line = element("tr", row.isLastRead ? "last" : "")
    if (row.isLastRead) lastRead = line
    for (const column of COLUMNS) line.append(cell(row, column))
    body.append(line)
  }
  const top = element("thead")
  top.append(head)
  table.append(top, body)
  const before = parentElement.querySelector("table")
  before?.remove()
  parentElement.append(table)
  // Back from a conversation, scroll to its row.
  if (!before) lastRead?.scrollIntoView({ block: "center" })
}
