// Links to the list and to the previous and next conversation in it, with keyboard shortcuts.

const KEYS = [
  ["j or →", "next conversation"],
  ["k or ←", "previous conversation"],
  ["f", "next flagged message"],
  ["u", "show the next covered message"],
  ["r", "switch between rendered and plain text"],
  ["b", "back to the list"],
  ["?", "this help (Esc closes it)"],
]
const TEXT_FIELDS = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable=true], [role=listbox], [role=dialog]"
const ARROW_WIDGETS = "input, [role=radiogroup], [role=tablist], [role=slider], [role=region], [role=group]"
const LINK_KEYS = { j: "after", ArrowRight: "after", k: "before", ArrowLeft: "before", b: "back" }

function link(text, href, title) {
  const node = element(href ? "a" : "span", href ? "" : "off", text)
  if (href) follow(node, href)
  else node.setAttribute("aria-disabled", "true")
  node.title = title
  return node
}

function helpDialog() {
  const dialog = element("dialog")
  dialog.setAttribute("aria-label", "Keys")
  dialog.append(element("h2", "", "Keys"))
  const list = element("dl")
  for (const [key, meaning] of KEYS) {
    const pair = element("div")
    pair.append(element("dt", "", key), element("dd", "", meaning))
    list.append(pair)
  }
  dialog.append(list, button("Close", "", () => dialog.close()))
  return dialog
}

// Whether the focused element needs the key: text fields take letters, widgets take arrows.
function isTaken(event) {
  const selector = event.key.startsWith("Arrow") ? `${TEXT_FIELDS}, ${ARROW_WIDGETS}` : TEXT_FIELDS
  return event.composedPath().some((node) => node instanceof Element && node.matches(selector))
}

// The text mode may have changed since the links were drawn.
function withTextMode(href) {
  const address = new URL(href, window.location.href)
  const read = new URLSearchParams(window.location.search).get("read")
  if (read) address.searchParams.set("read", read)
  else address.searchParams.delete("read")
  return address.href
}

function press(event, state) {
  // While the help is open, keep keys from Streamlit, which has shortcuts of its own.
  if (state.dialog.open) return event.stopPropagation()
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return
  const towards = LINK_KEYS[event.key]
  const href = state.data[towards]
  if (towards && !href) state.status.textContent = "There are no more conversations in this list."
  const isAct = ["f", "u", "r"].includes(event.key)
  if (!href && !isAct && event.key !== "?") return
  event.preventDefault()
  event.stopImmediatePropagation()
  // Ignore a repeated key until the next conversation has loaded.
  if (href && href !== state.pending) go(withTextMode((state.pending = href)))
  else if (href) return
  else if (event.key === "?") state.dialog.showModal()
  else say(event.key)
}

function say(act) {
  window.dispatchEvent(new CustomEvent("chatscape-reading", { detail: { act } }))
}

const states = new WeakMap()

function begin(parentElement) {
  const state = { dialog: helpDialog(), status: element("p", "status"), positionStatus: element("p", "position-status") }
  for (const line of [state.status, state.positionStatus]) line.setAttribute("role", "status")
  // Only the bar above the messages listens to keys.
  const onKey = (event) => state.data.hasKeys && press(event, state)
  window.addEventListener("keydown", onKey, true)
  state.end = () => {
    window.removeEventListener("keydown", onKey, true)
    states.delete(parentElement)
  }
  parentElement.append(state.dialog, state.status, state.positionStatus)
  states.set(parentElement, state)
  return state
}

export default function (component) {
  const { data, parentElement } = component
  const state = states.get(parentElement) ?? begin(parentElement)
  state.data = data
  state.pending = null
  const bar = element("nav")
  bar.setAttribute("aria-label", data.hasKeys ? "Conversations in the list" : "Conversations in the list, below the messages")
  if (data.hasKeys) bar.append(link(`← ${data.backLabel}`, data.back, "Shortcut: b"))
  if (data.position) {
    bar.append(link("‹ Previous", data.before, "Shortcut: k"))
    bar.append(element("span", "place", data.position))
    bar.append(link("Next ›", data.after, "Shortcut: j"))
  } else if (data.note) bar.append(element("span", "place", data.note))
  if (data.alone) bar.append(link("× Close side by side", data.alone, "Show this conversation alone"))
  if (data.hasFlagged) bar.append(button("Next flagged", "Shortcut: f", () => say("f")))
  if (data.hasKeys) bar.append(button("Keys", "Shortcut: ?", () => state.dialog.showModal()))
  const before = parentElement.querySelector("nav")
  const focused = before?.querySelector(":focus")?.title
  if (before) before.replaceWith(bar)
  else parentElement.prepend(bar)
  if (focused) [...bar.querySelectorAll("a, button")].find((node) => node.title === focused)?.focus()
  state.status.textContent = ""
  if (data.hasKeys && state.positionStatus.textContent !== data.position) state.positionStatus.textContent = data.position
  return state.end
}
