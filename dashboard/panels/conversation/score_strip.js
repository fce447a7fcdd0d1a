// A heat map of the scores of a conversation: a column per message, a row per notable category. A button
// adds the rows of the other categories.

const SVG = "http://www.w3.org/2000/svg"
const LOWEST = -4 // lower end of the scale: scores up to 0.0001 are blank
const [LABEL, ROW, TOP] = [11, 11, 10]
const [NARROWEST, WIDEST] = [5, 22]
const JUMPS_SHOWN = 3

const opened = new WeakMap()

function shape(name, attributes, text) {
  const node = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  if (text !== undefined) node.textContent = text
  return node
}

function depth(score) {
  return score ? Math.max(0, Math.min(1, 1 - Math.log10(score) / LOWEST)) : 0
}

function goTo(message) {
  window.dispatchEvent(new CustomEvent("chatscape-reading", { detail: { act: "go", key: message.key } }))
}

// The top of the cells of a row; its label stands above them.
function cellsAt(row) {
  return TOP + row * (LABEL + ROW) + LABEL
}

function columnOf(message, at, width, rows) {
  const group = shape("g", { class: "column", transform: `translate(${at * width} 0)` })
  group.append(shape("title", {}, message.title))
  if (message.isChange) {
    const middle = width / 2
    group.append(shape("path", { class: "change", d: `M${middle - 4} 1h8l-4 7z` }))
  }
  rows.forEach((category, row) => {
    const top = cellsAt(row)
    group.append(shape("rect", { class: message.isUser ? "back user" : "back", y: top, width, height: ROW }))
    const box = { x: 0.5, y: top + 0.5, width: Math.max(width - 1, 1), height: ROW - 1 }
    const level = message.scores ? depth(message.scores[category]) : 0
    if (level > 0) group.append(shape("rect", { class: "score", ...box, "fill-opacity": level.toFixed(2) }))
    if (message.flagged.includes(category)) group.append(shape("rect", { class: "flagged", ...box }))
    if (!message.scores) group.append(shape("text", { class: "none", x: width / 2, y: top + 9 }, "?"))
  })
  group.onclick = () => goTo(message)
  return group
}

function picture(data, rows, available) {
  const count = data.messages.length
  const width = Math.max(NARROWEST, Math.min(WIDEST, Math.floor(available / count)))
  const height = cellsAt(rows.length - 1) + ROW + 1
  const size = { width: Math.max(count * width, 120), height }
  const svg = shape("svg", { role: "img", "aria-label": data.summary, ...size })
  rows.forEach((category, row) => {
    svg.append(shape("text", { x: 0, y: cellsAt(row) - 2 }, data.categories[category]))
  })
  data.messages.forEach((message, at) => svg.append(columnOf(message, at, width, rows)))
  return svg
}

function jump(message) {
  return button(`${message.label}: ${message.change}`, "Go to this message", () => goTo(message))
}

function changes(data, state, draw) {
  const line = element("p", "changes")
  line.append(element("span", "", data.summary))
  const jumps = data.messages.filter((message) => message.isChange)
  const shown = state.hasAllJumps ? jumps : jumps.slice(0, JUMPS_SHOWN)
  for (const message of shown) line.append(jump(message))
  if (jumps.length > shown.length) {
    const more = () => draw({ hasAllJumps: true })
    line.append(button(`${jumps.length - shown.length} more changes`, "List all messages whose moderation changes", more))
  }
  if (!data.isBlank && data.notable.length < data.categories.length) {
    const label = state.hasAllRows ? "Notable categories only" : `All ${data.categories.length} categories`
    const all = button(label, "", () => draw({ hasAllRows: !state.hasAllRows }))
    all.setAttribute("aria-expanded", String(Boolean(state.hasAllRows)))
    line.append(all)
  }
  return line
}

export default function (component) {
  const { data, parentElement } = component
  const id = data.messages[0].key
  const state = opened.get(parentElement)?.id === id ? opened.get(parentElement) : { id }
  opened.set(parentElement, state)
  const draw = (change) => {
    Object.assign(state, change)
    const before = parentElement.querySelector("button:focus")
    const focused = before?.hasAttribute("aria-expanded") ? "[aria-expanded]" : "button"
    const all = element("div", "strip")
    parentElement.querySelector(".strip")?.remove()
    parentElement.append(all)
    const rows = state.hasAllRows ? data.categories.map((_, n) => n) : data.notable
    if (rows.length && !data.isBlank) {
      const scroll = element("div", "scroll")
      scroll.tabIndex = 0
      scroll.setAttribute("role", "region")
      scroll.setAttribute("aria-label", "Scores of all messages")
      all.append(scroll)
      scroll.append(picture(data, rows, Math.max(scroll.clientWidth, 120)))
    }
    all.append(changes(data, state, draw))
    if (before) all.querySelector(focused)?.focus()
  }
  draw({})
}
