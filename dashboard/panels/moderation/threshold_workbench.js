// The threshold workbench. Every text is set with textContent: nothing in it becomes markup.

const FIGURES = ["Published", "Reached", "Newly flagged", "No longer flagged"]
const UNITS = ["Messages", "Conversations"]
const CELLS = ["flagged by both", "no longer flagged", "newly flagged", "flagged by neither"]
const SCALE = ["1e-06", "1e-05", "0.0001", "0.001", "0.01", "0.1", "off"]
const KEYBOARD_MILLISECONDS = 250

// A part of a table with an explicit role, because narrow pages lay it out as cards.
function part(tag, role, className, text) {
  const node = element(tag, className, text)
  node.setAttribute("role", role)
  if (tag === "th") node.scope = role === "columnheader" ? "col" : "row"
  return node
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}

// The overall verdict: flagged as published against flagged by the thresholds.
function verdictTable(verdict) {
  const [table, top, head, body] = ["table", "thead", "tr", "tbody"].map((tag) => element(tag))
  table.append(element("caption", "", verdict.unit), top, body)
  top.append(head)
  head.append(element("td"))
  for (const label of ["Reaches a threshold", "Reaches none"]) {
    head.append(part("th", "columnheader", "", label))
  }
  const cells = CELLS.map((label, index) => {
    const cell = element("td", index === 1 || index === 2 ? "change" : "")
    const [count, share] = [element("span", "count"), element("span", "share")]
    cell.append(count, " ", share, " ", element("span", "meaning", label))
    return { cell, count, share }
  })
  for (const [index, label] of ["Published as flagged", "Published as not flagged"].entries()) {
    const line = element("tr")
    line.append(part("th", "rowheader", "", label))
    line.append(cells[2 * index].cell, cells[2 * index + 1].cell)
    body.append(line)
  }
  const sentence = element("p", "sentence")
  sentence.setAttribute("role", "status")
  const node = element("div", "verdict")
  node.append(table, sentence)
  return { node, cells, sentence }
}

// The scale above the sliders: some steps at the positions of the handle.
function scale(bench) {
  const line = element("div", "scale")
  line.ariaHidden = "true"
  for (const text of SCALE) {
    const mark = element("span", "", text)
    const position = text === "off" ? bench.off : bench.steps.indexOf(text)
    mark.style.setProperty("--at", position / bench.off)
    line.append(mark)
  }
  return line
}

function headRow(bench) {
  const line = part("tr", "row")
  const first = part("th", "columnheader", "threshold", "Category and threshold")
  first.append(scale(bench))
  line.append(first, part("th", "columnheader", "unit", "Unit"))
  for (const label of FIGURES) line.append(part("th", "columnheader", "number", label))
  line.append(part("th", "columnheader", "keep", "Filter"))
  const head = part("thead", "rowgroup")
  head.append(line)
  return head
}

function slider(bench, category, index) {
  const input = element("input")
  input.type = "range"
  input.max = bench.off
  input.ariaLabel = `Threshold for ${category}`
  input.oninput = () => bench.move([index], Number(input.value))
  input.onchange = () => (bench.isPointed ? bench.send() : bench.sendSoon())
  let before
  input.onpointerdown = () => {
    bench.isPointed = true
    before = bench.positions[index]
  }
  // After the change event of the release, which an unmoved slider does not send.
  input.onpointerup = () => {
    setTimeout(() => {
      bench.isPointed = false
      if (!bench.timer && bench.moved.size > 0) bench.send()
    })
  }
  // A touch that turned out to scroll the page.
  input.onpointercancel = () => {
    bench.isPointed = false
    bench.move([index], before)
    bench.send()
  }
  return input
}

// Two rows of the table: a slider, and the figures for messages and for conversations.
function categoryRows(bench, category, index) {
  const node = part("tbody", "rowgroup")
  const first = part("th", "rowheader", "threshold")
  first.scope = "rowgroup"
  first.rowSpan = UNITS.length
  const value = element("strong")
  value.ariaHidden = "true" // the slider announces it
  const input = slider(bench, category, index)
  const label = element("div", "label")
  label.append(element("span", "", category), value)
  first.append(label, input)
  const last = part("td", "cell", "keep")
  last.rowSpan = UNITS.length
  const button = element("button", "", "Filter")
  button.type = "button"
  button.onclick = () => bench.keep(index)
  last.append(button)
  const figures = UNITS.map((unit, place) => {
    const line = part("tr", "row", place === 0 ? "first" : "")
    const cells = FIGURES.map((name) => {
      const cell = part("td", "cell", "number")
      cell.dataset.label = name
      return cell
    })
    if (place === 0) line.append(first)
    line.append(part("th", "rowheader", "unit", unit), ...cells)
    if (place === 0) line.append(last)
    node.append(line)
    return cells
  })
  return { node, category, input, value, button, figures }
}

function presetSelect(bench) {
  const label = element("label", "preset", "Set all to")
  const select = element("select")
  select.append(new Option("–", ""))
  select.options[0].disabled = true
  for (const at of bench.data.presets) select.append(new Option(bench.textOf(at), at))
  select.onchange = () => {
    bench.move(bench.positions.keys(), Number(select.value))
    bench.sendSoon()
  }
  label.append(select)
  return { node: label, select }
}

class Bench {
  constructor(data) {
    this.data = data
    this.steps = data.steps
    this.off = data.steps.length
    this.serial = data.heard // number of changes sent
    this.moved = new Set() // sliders moved since then
    this.positions = data.rows.map((row) => row.position)
    this.pendingFilter = null // the row whose filter button was pressed before its figures arrived
    this.verdicts = data.verdicts.map(verdictTable)
    this.preset = presetSelect(this)
    this.rows = data.rows.map((row, index) => categoryRows(this, row.category, index))
    this.table = part("table", "table", "categories")
    const caption = element("caption", "", "Thresholds by category")
    const hint = "A score at or above its threshold flags a message; at “off” none does."
    caption.append(element("span", "hint", hint))
    this.table.append(caption, headRow(this), ...this.rows.map((row) => row.node))
    this.node = element("div", "workbench")
    const verdicts = element("div", "verdicts")
    verdicts.append(...this.verdicts.map((verdict) => verdict.node))
    this.node.append(verdicts, this.preset.node, this.table)
  }

  textOf(position) {
    return position === this.off ? "off" : this.steps[position]
  }

  // The thresholds as text for Python: hate=0.5 violence=0.25.
  text() {
    const set = this.rows.flatMap(({ category }, index) => {
      const position = this.positions[index]
      return position === this.off ? [] : [`${category}=${this.steps[position]}`]
    })
    return set.join(" ")
  }

  move(indexes, position) {
    this.pendingFilter = null
    for (const index of indexes) {
      this.positions[index] = position
      this.moved.add(index)
    }
    this.draw()
  }

  sendSoon() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.send(), KEYBOARD_MILLISECONDS)
  }

  send() {
    clearTimeout(this.timer)
    this.timer = undefined
    this.moved.clear()
    const text = this.text()
    if (text === this.sent) return this.take(this.data, this.setTriggerValue)
    this.sent = text
    this.serial += 1
    this.setTriggerValue("thresholds", { serial: this.serial, text })
  }

  keep(index) {
    this.pendingFilter = index
    if (this.timer) this.send()
    this.keepWhenSettled()
  }

  keepWhenSettled() {
    if (this.pendingFilter === null || !this.isSettled(this.pendingFilter)) return
    this.setTriggerValue("filtered", this.rows[this.pendingFilter].category)
    this.pendingFilter = null
  }

  isSettled(index) {
    return this.positions[index] === this.data.rows[index].position
  }

  // Takes new figures, and positions of sliders that are not being moved or waiting for figures.
  take(data, setTriggerValue) {
    if (data.heard < this.data.heard) this.serial = data.heard // the session restarted
    this.data = data
    this.setTriggerValue = setTriggerValue
    if (data.heard === this.serial) {
      for (const [index, row] of data.rows.entries()) {
        if (!this.moved.has(index)) this.positions[index] = row.position
      }
      if (this.moved.size === 0) this.sent = this.text()
    }
    this.draw()
    this.keepWhenSettled()
  }

  draw() {
    for (const [index, row] of this.rows.entries()) this.drawRow(row, index)
    const areSettled = this.positions.every((_, index) => this.isSettled(index))
    for (const [index, verdict] of this.verdicts.entries()) {
      const { cells, sentence } = this.data.verdicts[index]
      verdict.node.classList.toggle("waiting", !areSettled)
      verdict.node.ariaBusy = String(!areSettled)
      setText(verdict.sentence, sentence)
      for (const [place, cell] of verdict.cells.entries()) {
        setText(cell.count, cells[place].count)
        setText(cell.share, cells[place].share)
      }
    }
    const [first] = this.positions
    const isPreset = this.data.presets.includes(first) && this.positions.every((p) => p === first)
    this.preset.select.value = isPreset ? first : ""
  }

  drawRow(row, index) {
    const position = this.positions[index]
    const text = this.textOf(position)
    if (Number(row.input.value) !== position) row.input.value = position
    row.input.style.setProperty("--at", position / this.off)
    row.input.ariaValueText = text
    row.input.classList.toggle("off", position === this.off)
    setText(row.value, text)
    const description = `conversations with a ${row.category} score of at least ${text}`
    row.button.title = `Filter: ${description}`
    row.button.ariaLabel = `Filter: ${description}`
    row.button.classList.toggle("off", position === this.off)
    row.node.classList.toggle("waiting", !this.isSettled(index))
    const { figures } = this.data.rows[index]
    for (const [place, cells] of row.figures.entries()) {
      for (const [column, cell] of cells.entries()) setText(cell, figures[place][column])
    }
  }
}

const benches = new WeakMap()

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  let bench = benches.get(parentElement)
  if (!bench) {
    bench = new Bench(data)
    benches.set(parentElement, bench)
    parentElement.append(bench.node)
  }
  bench.take(data, setTriggerValue)
  return () => clearTimeout(bench.timer)
}
