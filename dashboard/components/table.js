// A table of figures. Every text is set with textContent: nothing in it becomes markup.

const LONG = 60

function headCell(head, send) {
  const cell = element("th", head.number ? "number" : "")
  cell.scope = "col"
  if (head.label.length > LONG / 3) cell.classList.add("wide")
  if (!head.sort) {
    cell.textContent = head.label
    cell.title = head.hint
    return cell
  }
  cell.setAttribute("aria-sort", head.order)
  const sort = button(head.label, `Sort by ${head.hint || head.label.toLowerCase()}`, () => send("sorted", head.sort))
  if (head.order !== "none") {
    sort.classList.add("sorted")
    sort.append(element("span", "arrow", head.order === "descending" ? "\u00a0↓" : "\u00a0↑"))
  }
  cell.append(sort)
  return cell
}

// What a cell says; a text that is cut has a way to its rest, an id one to what it is of.
function said(text, mark, send) {
  const node = element(mark?.href ? "a" : "span", mark?.nothing ? "nothing" : "", text)
  if (mark?.href) follow(node, mark.href)
  if (!mark?.rest) return [node]
  return [node, " ", button("show all", "Show the whole text", () => send("rest", mark.rest))]
}

function nameCell(row, head, send) {
  const cell = element("th", head.number ? "name number" : "name")
  cell.scope = "row"
  if (row.pick) {
    const choose = button(row.cells[0], `Filter by ${row.cells[0]}, or take the filter away`, () => send("chosen", row.pick))
    choose.dir = "auto"
    cell.append(choose)
  } else {
    cell.dir = "auto"
    cell.append(...said(row.cells[0], row.marks[0], send))
  }
  if (row.notes[0]) cell.append(element("small", "", row.notes[0]))
  return cell
}

function line(row, heads, send) {
  const node = element("tr", row.few ? "few" : "")
  if (row.few) node.title = "Fewer than 30: its rates say little"
  node.append(nameCell(row, heads[0], send))
  row.cells.slice(1).forEach((text, place) => {
    const cell = element("td", heads[place + 1].number ? "number" : "")
    if (!heads[place + 1].number) cell.dir = "auto"
    if (text.length > LONG) cell.classList.add("long")
    cell.append(...said(text, row.marks[place + 1], send))
    if (row.notes[place + 1]) cell.append(element("small", "", row.notes[place + 1]))
    node.append(cell)
  })
  return node
}

function save(name, text, type) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([text], { type }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

function exportLine(data) {
  const { name, csv, plot, title, note } = data.export
  const bar = element("div", "export")
  bar.append(button("CSV", "Save the figures as CSV", () => save(`${name}.csv`, csv, "text/csv")))
  const copy = button("Copy", "Copy the figures, for a spreadsheet", async () => {
    const lines = [data.heads.map((head) => head.label), ...data.rows.map((row) => row.cells)]
    const isCopied = await putOnClipboard(lines.map((cells) => cells.join("\t")).join("\n"))
    copy.textContent = isCopied ? "Copied" : "Not copied: the browser refused"
  })
  bar.append(copy)
  const place = plot && document.querySelector(`.st-key-${plot} .js-plotly-plot`)
  if (place) {
    for (const format of ["png", "svg"]) {
      const detail = { name, title, note, format }
      const picture = () => place.dispatchEvent(new CustomEvent("chatscape-save", { detail }))
      bar.append(button(format.toUpperCase(), `Save the chart as ${format.toUpperCase()}`, picture))
    }
  }
  return bar
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const region = element("div", "region")
  // It scrolls by itself where it is wider than the page, with the keyboard too.
  region.tabIndex = 0
  region.setAttribute("role", "region")
  region.setAttribute("aria-label", data.caption)
  const table = element("table")
  table.append(element("caption", "", data.caption))
  const head = element("thead")
  const heads = element("tr")
  for (const one of data.heads) heads.append(headCell(one, setTriggerValue))
  head.append(heads)
  const body = element("tbody")
  for (const row of data.rows) body.append(line(row, data.heads, setTriggerValue))
  table.append(head, body)
  region.append(table)
  const before = parentElement.querySelector(".region")
  const scrolled = [before?.scrollLeft ?? 0, before?.scrollTop ?? 0]
  parentElement.querySelector(".all")?.remove()
  const all = element("div", "all")
  if (data.export) all.append(exportLine(data))
  all.append(region)
  parentElement.append(all)
  region.scrollLeft = scrolled[0]
  region.scrollTop = scrolled[1]
}
