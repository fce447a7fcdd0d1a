// A table of figures. Every text is set with textContent: nothing in it becomes markup.

const LONG_CHARS = 60

function headerCell(column, send) {
  const cell = element("th", column.number ? "number" : "")
  cell.scope = "col"
  if (column.label.length > LONG_CHARS / 3) cell.classList.add("wide")
  if (!column.sort) {
    cell.textContent = column.label
    cell.title = column.hint
    return cell
  }
  cell.setAttribute("aria-sort", column.order)
  const title = `Sort by ${column.hint || column.label.toLowerCase()}`
  const sort = button(column.label, title, () => send("sorted", column.sort))
  if (column.order !== "none") {
    sort.classList.add("sorted")
    sort.append(element("span", "arrow", column.order === "descending" ? "\u00a0↓" : "\u00a0↑"))
  }
  cell.append(sort)
  return cell
}

// The text of a cell, as a link if it has an address; a truncated text gets a button for the rest.
function content(text, style, send) {
  const node = element(style?.href ? "a" : "span", style?.null ? "null" : "", text)
  if (style?.href) follow(node, style.href)
  if (!style?.rest) return [node]
  return [node, " ", button("show all", "Show the whole text", () => send("rest", style.rest))]
}

function nameCell(row, column, send) {
  const cell = element("th", column.number ? "name number" : "name")
  cell.scope = "row"
  if (row.token) {
    const title = `Filter by ${row.cells[0]}, or remove that filter`
    const choose = button(row.cells[0], title, () => send("chosen", row.token))
    choose.dir = "auto"
    cell.append(choose)
  } else {
    cell.dir = "auto"
    cell.append(...content(row.cells[0], row.styles[0], send))
  }
  if (row.notes[0]) cell.append(element("small", "", row.notes[0]))
  return cell
}

function tableRow(row, columns, send) {
  const node = element("tr", row.small ? "small" : "")
  if (row.small) node.title = "Fewer than 30: its rates are uncertain"
  node.append(nameCell(row, columns[0], send))
  row.cells.slice(1).forEach((text, n) => {
    const index = n + 1
    const cell = element("td", columns[index].number ? "number" : "")
    if (!columns[index].number) cell.dir = "auto"
    if (text.length > LONG_CHARS) cell.classList.add("long")
    cell.append(...content(text, row.styles[index], send))
    if (row.notes[index]) cell.append(element("small", "", row.notes[index]))
    node.append(cell)
  })
  return node
}

function exportBar(data) {
  const { name, csv, plot, title, note } = data.export
  const bar = element("div", "export")
  const saveCsv = (start) => save(`${name}.csv`, new Blob([start, csv], { type: "text/csv" }))
  bar.append(button("CSV", "Save the figures as CSV", () => saveCsv("")))
  // Excel takes a file without a byte order mark for one in the encoding of its country.
  bar.append(button("CSV for Excel", "Save the figures as CSV that Excel reads as UTF-8", () => saveCsv("\ufeff")))
  const copy = button("Copy", "Copy the figures to paste into a spreadsheet", async () => {
    const lines = [data.columns.map((column) => column.label), ...data.rows.map((row) => row.cells)]
    const isCopied = await putOnClipboard(lines.map((cells) => cells.join("\t")).join("\n"))
    copy.textContent = isCopied ? "Copied" : "Not copied: the browser refused"
  })
  bar.append(copy)
  const chart = plot && document.querySelector(`.st-key-${plot} .js-plotly-plot`)
  if (chart) {
    for (const format of ["png", "svg"]) {
      const detail = { name, title, note, format }
      const saveImage = () => chart.dispatchEvent(new CustomEvent("chatscape-save", { detail }))
      bar.append(button(format.toUpperCase(), `Save the chart as ${format.toUpperCase()}`, saveImage))
    }
  }
  return bar
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const region = element("div", "region")
  // A table that is wider than the page scrolls by itself, and with the keyboard.
  region.tabIndex = 0
  region.setAttribute("role", "region")
  region.setAttribute("aria-label", data.caption)
  const table = element("table")
  table.append(element("caption", "", data.caption))
  const head = element("thead")
  const headerRow = element("tr")
  for (const column of data.columns) headerRow.append(headerCell(column, setTriggerValue))
  head.append(headerRow)
  const body = element("tbody")
  for (const row of data.rows) body.append(tableRow(row, data.columns, setTriggerValue))
  table.append(head, body)
  region.append(table)
  const before = parentElement.querySelector(".region")
  const scrolled = [before?.scrollLeft ?? 0, before?.scrollTop ?? 0]
  parentElement.querySelector(".all")?.remove()
  const all = element("div", "all")
  if (data.export) all.append(exportBar(data))
  all.append(region)
  parentElement.append(all)
  region.scrollLeft = scrolled[0]
  region.scrollTop = scrolled[1]
}
