// The scores of all messages at a glance: a column a message, a row a category.

const SVG = "http://www.w3.org/2000/svg"
const LOWEST = -4 // of the scale: 0.0001 and less are blank
const [ROW, TOP, LABEL] = [11, 12, 140]
const [NARROWEST, WIDEST] = [5, 22]
const JUMPS_SHOWN = 24

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

function columnOf(message, at, width, data) {
  const group = shape("g", { class: "column", transform: `translate(${LABEL + at * width} 0)` })
  group.append(shape("title", {}, message.title))
  const height = TOP + data.categories.length * ROW
  group.append(shape("rect", { class: message.isUser ? "back user" : "back", width, height }))
  if (message.isChange) {
    const middle = width / 2
    group.append(shape("path", { class: "change", d: `M${middle - 4} 2h8l-4 7z` }))
  }
  data.categories.forEach((_, n) => {
    const box = { x: 0.5, y: TOP + n * ROW + 0.5, width: Math.max(width - 1, 1), height: ROW - 1 }
    const level = message.scores ? depth(message.scores[n]) : 0
    if (level > 0) group.append(shape("rect", { class: "score", ...box, "fill-opacity": level.toFixed(2) }))
    if (message.flagged.includes(n)) group.append(shape("rect", { class: "flagged", ...box }))
    if (!message.scores && n === 0) group.append(shape("text", { class: "none", x: width / 2, y: TOP + ROW * 5 }, "?"))
  })
  group.onclick = () => goTo(message)
  return group
}

function picture(data, available) {
  const count = data.messages.length
  const width = Math.max(NARROWEST, Math.min(WIDEST, Math.floor((available - LABEL) / count)))
  const height = TOP + data.categories.length * ROW
  const svg = shape("svg", { role: "img", "aria-label": data.summary, width: LABEL + count * width, height })
  data.categories.forEach((category, n) => {
    svg.append(shape("text", { class: "category", x: LABEL - 6, y: TOP + n * ROW + 8 }, category))
  })
  data.messages.forEach((message, at) => svg.append(columnOf(message, at, width, data)))
  return svg
}

function changes(data) {
  const line = element("p", "changes")
  line.append(element("span", "", data.summary))
  const jumps = data.messages.filter((message) => message.isChange)
  for (const message of jumps.slice(0, JUMPS_SHOWN)) {
    line.append(button(`${message.label}: ${message.change}`, "Go to this message", () => goTo(message)))
  }
  if (jumps.length > JUMPS_SHOWN) line.append(element("span", "", `and ${jumps.length - JUMPS_SHOWN} more (▼)`))
  return line
}

export default function (component) {
  const { data, parentElement } = component
  const all = element("div", "strip")
  parentElement.querySelector(".strip")?.remove()
  parentElement.append(all)
  if (data.isBlank) {
    all.append(changes(data))
    return
  }
  const scroll = element("div", "scroll")
  scroll.tabIndex = 0
  scroll.setAttribute("role", "region")
  scroll.setAttribute("aria-label", "Scores of all messages")
  all.append(scroll, changes(data))
  scroll.append(picture(data, Math.max(scroll.clientWidth, 240)))
}
