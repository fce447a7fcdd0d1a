// The messages of one conversation, or of two side by side. Texts arrive as trees of nodes.

const LOWEST = -6 // lower end of the scale of scores: 0.000001
const TOP_SCORES = 2
const AHEAD = "1200px" // how far ahead of the viewport texts are loaded
const HEADER_PIXELS = 70

const drawn = new WeakMap()

function digits(score) {
  return score >= 0.01 ? score.toFixed(2) : score.toPrecision(1)
}

function highest(message, categories) {
  if (!message.scores) return message.unknown ? "" : "no scores"
  if (!message.scores.some(Boolean)) return "all scores 0"
  const order = message.scores.map((score, n) => [score ?? 0, n]).sort((a, b) => b[0] - a[0])
  return order.slice(0, TOP_SCORES).map(([score, n]) => `${categories[n]} ${digits(score)}`).join(" · ")
}

function scoreRow(category, score, isFlagged) {
  const row = element("tr", isFlagged ? "flagged" : "")
  const name = element("th", "", category)
  name.scope = "row"
  const cell = element("td", "bar")
  const bar = element("span")
  const part = score ? Math.max(0, 1 - Math.log10(score) / LOWEST) : 0
  bar.style.width = `${Math.round(part * 100)}%`
  cell.append(bar)
  row.append(name, element("td", "verdict", isFlagged ? "flagged" : "–"), cell)
  row.append(element("td", "number", score === null ? "–" : String(score)))
  return row
}

function scoreTable(message, categories) {
  const table = element("table", "scores")
  table.append(element("caption", "", `Verdict: ${message.verdict}. Scores on a log scale from 0.000001 to 1.`))
  const head = element("tr")
  for (const label of ["Category", "Published", "Score, as a bar", "Score"]) {
    const cell = element("th", "", label)
    cell.scope = "col"
    head.append(cell)
  }
  const top = element("thead")
  top.append(head)
  const body = element("tbody")
  categories.forEach((category, n) => {
    body.append(scoreRow(category, message.scores[n], message.flags.includes(category)))
  })
  table.append(top, body)
  return table
}

function say(detail) {
  window.dispatchEvent(new CustomEvent("chatscape-reading", { detail }))
}

function scoresButton(message, categories, item) {
  const open = button("Scores", "Show the published verdict and the 11 scores", () => {
    const before = item.querySelector(".scores")
    if (before) before.remove()
    else item.querySelector("header").after(scoreTable(message, categories))
    open.setAttribute("aria-expanded", String(!before))
  })
  open.setAttribute("aria-expanded", "false")
  return open
}

function head(message, column, data, item) {
  const line = element("header")
  const heading = element("h3")
  const link = element("a", "", `Turn ${message.turn} · ${message.role}`)
  follow(link, `${column.address}&turn=${message.turn}`)
  link.title = "Link to this turn"
  heading.append(link)
  if (column.title) link.append(element("span", "whose", ` · ${column.title}`))
  line.append(heading)
  for (const flag of message.flags) line.append(element("span", "flag", flag))
  if (message.unknown) line.append(element("span", "unknown", message.unknown))
  const side = element("span", "side")
  if (message.nextFlagged) {
    const next = { act: "go", key: message.nextFlagged }
    side.append(button("Next flagged", "Shortcut: f", () => say(next)))
  }
  side.append(element("span", "top", highest(message, data.categories)))
  if (message.scores) side.append(scoresButton(message, data.categories, item))
  side.append(element("span", "size", message.size))
  line.append(side)
  return line
}

function cover(message, send) {
  const box = element("div", "cover")
  const text = element("p", "", message.cover)
  box.append(text, button("Show this message", "", () => send("uncovered", message.key)))
  if (message.staysCovered) text.append(". It can only be shown by itself.")
  else box.append(button("Show all in this conversation", "", () => send("opened", message.key)))
  return box
}

function body(message, send) {
  if (message.cover) return [cover(message, send)]
  if (message.nodes === null) {
    const space = element("div", "space", "…")
    space.style.minHeight = `${Math.min(1.6 * Math.ceil(message.chars / 90) + 1.6, 60)}rem`
    return [space]
  }
  if (message.chars === 0) return [element("p", "empty", "(empty message)")]
  const parts = [messageText(message.nodes)]
  if (message.isCut) {
    const all = `${message.chars.toLocaleString("en")} characters`
    if (message.isWhole) parts.push(element("p", "empty", `The download contains all ${all}.`))
    else parts.push(button(`Show all ${all}`, "", () => send("unfolded", message.key)))
    parts.at(-1).classList.add("more")
  }
  return parts
}

function turnItem(message, column, data, send) {
  const item = element("li", message.kind)
  item.id = `message-${message.key}`
  item.tabIndex = -1
  item.append(head(message, column, data, item), ...body(message, send))
  return item
}

// Unchanged messages are left as they are, with their focus and open score tables.
function update(list, column, state) {
  for (const message of column.messages) {
    const signature = JSON.stringify([message, column.address, state.data.mode])
    const before = state.items.get(message.key)
    if (before?.signature === signature) continue
    const item = turnItem(message, column, state.data, state.send)
    if (before) before.item.replaceWith(item)
    else list.append(item)
    item.style.setProperty("--place", message.index * 2 + state.lists.indexOf(list))
    const run = `${column.id}:${Math.floor(message.index / column.runMessages)}`
    state.items.set(message.key, { signature, item, message, run })
  }
}

function layOut(state) {
  const { columns } = state.data
  const all = element("div", columns.length > 1 ? "columns two" : "columns")
  all.style.setProperty("--rows", Math.max(1, ...columns.map(({ messages }) => messages.length)))
  state.items.clear()
  state.lists = columns.map((column) => {
    const list = element("ol")
    list.setAttribute("aria-label", column.title || "Messages")
    if (columns.length > 1) all.append(element("h2", "", column.title))
    all.append(list)
    return list
  })
  state.all?.remove()
  state.all = all
  state.status.before(all)
}

// Smooth scrolling over many messages would load the texts of all of them, which move the target.
function goTo(item, { isSmooth } = {}) {
  const isNear = Math.abs(item.getBoundingClientRect().top) < 2 * innerHeight
  item.scrollIntoView({ block: "start", behavior: isSmooth && isNear ? "smooth" : "instant" })
  item.focus({ preventScroll: true })
}

const INPUTS = ["wheel", "touchstart", "pointerdown", "keydown"]

// What stands above may yet be drawn or go. The message keeps its place until the reader does something.
function holdPlace(state, item) {
  goTo(item)
  const main = document.querySelector("[data-testid=stMain]")
  const observer = new ResizeObserver(() => {
    const isNear = Math.abs(item.getBoundingClientRect().top) < innerHeight
    if (isNear) item.scrollIntoView({ block: "start", behavior: "instant" })
  })
  state.releasePlace = () => {
    observer.disconnect()
    for (const input of INPUTS) window.removeEventListener(input, state.releasePlace, true)
    state.releasePlace = () => {}
  }
  for (const input of INPUTS) window.addEventListener(input, state.releasePlace, true)
  for (const block of main.children) observer.observe(block)
}

function watch(state) {
  state.observer?.disconnect()
  const runs = new Set()
  state.observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) runs.add(target.dataset.run)
    if (runs.size === 0) return
    clearTimeout(state.timer)
    state.timer = setTimeout(() => state.send("reached", [...runs].join(",")), 40)
  }, { root: document.querySelector("[data-testid=stMain]"), rootMargin: `${AHEAD} 0px` })
  for (const { item, message, run } of state.items.values()) {
    if (message.nodes !== null || message.cover) continue
    item.dataset.run = run
    state.observer.observe(item)
  }
}

const ACTIONS = {
  f(state) {
    const box = (entry) => entry.item.getBoundingClientRect()
    const all = [...state.items.values()].sort((a, b) => box(a).top - box(b).top)
    // At the end of the page a message cannot scroll to the top, so continue after the last one.
    const isVisible = (entry) => box(entry).bottom > 0 && box(entry).top < innerHeight
    const last = all.findIndex((entry) => entry.message.key === state.lastFlagged && isVisible(entry))
    const isNext = (entry, n) => (last >= 0 ? n > last : box(entry).top > HEADER_PIXELS + 5)
    const next = all.find((entry, n) => entry.message.flags.length && isNext(entry, n))
    // No smooth scrolling, so that the next key press already finds it there.
    if (next) goTo(next.item)
    state.lastFlagged = next?.message.key
    state.status.textContent = next ? `Turn ${next.message.turn}, flagged` : "No more flagged messages below."
  },
  u(state) {
    const covers = [...state.items.values()].filter(({ message }) => message.cover)
    const box = ({ item }) => item.querySelector(".cover").getBoundingClientRect()
    const seen = covers.find((entry) => box(entry).top >= HEADER_PIXELS && box(entry).bottom <= innerHeight)
    const next = seen ?? covers.find((entry) => box(entry).top > 0) ?? covers[0]
    // Do not reveal a message that is off screen: scroll to it first.
    if (seen) seen.item.querySelector(".cover button").click()
    else if (next) goTo(next.item, { isSmooth: true })
    const what = seen ? "is shown" : "is covered; press u again to show it"
    state.status.textContent = next ? `Turn ${next.message.turn} ${what}` : "No message is covered."
  },
  r(state) {
    state.send("mode", state.data.mode === "rendered" ? "plain" : "rendered")
  },
  go(state, key) {
    const entry = state.items.get(key)
    if (entry) goTo(entry.item, { isSmooth: true })
  },
}

// The list navigation (keys) and the score strip (clicks) send events through the window.
function listen(state) {
  state.onReading = ({ detail }) => {
    state.releasePlace()
    ACTIONS[detail.act]?.(state, detail.key)
  }
  window.addEventListener("chatscape-reading", state.onReading)
}

function begin(parentElement, send) {
  const state = { items: new Map(), status: element("p", "status"), ids: "", focusNext: null }
  state.releasePlace = () => {}
  state.status.setAttribute("role", "status")
  parentElement.append(state.status)
  state.send = (event, value) => {
    if (["uncovered", "opened", "unfolded"].includes(event)) state.focusNext = value
    send(event, value)
  }
  listen(state)
  drawn.set(parentElement, state)
  return state
}

function end(parentElement, state) {
  state.observer?.disconnect()
  state.releasePlace()
  window.removeEventListener("chatscape-reading", state.onReading)
  drawn.delete(parentElement)
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const state = drawn.get(parentElement) ?? begin(parentElement, setTriggerValue)
  state.data = data
  const ids = data.columns.map(({ id }) => id).join(" ")
  if (state.ids !== ids) layOut(state)
  state.ids = ids
  state.all.classList.toggle("published", data.mode === "published")
  data.columns.forEach((column, n) => update(state.lists[n], column, state))
  watch(state)
  state.items.get(state.focusNext)?.item.focus({ preventScroll: true })
  state.focusNext = null
  const opened = `${ids} ${data.turn}`
  if (data.turn && state.opened !== opened) {
    const first = [...state.items.values()].find(({ message }) => message.turn === data.turn)
    state.releasePlace()
    if (first) holdPlace(state, first.item)
  }
  state.opened = opened
  return () => end(parentElement, state)
}
