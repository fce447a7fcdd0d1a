// The way on: back to the list, the conversation before and after it there, and keys for all of it.

const KEYS = [
  ["j or →", "next conversation"],
  ["k or ←", "previous conversation"],
  ["f", "next flagged message"],
  ["u", "show the next covered message"],
  ["r", "rendered or plain text"],
  ["b", "back to the list"],
  ["?", "this help; Esc closes it"],
]
const WIDGETS = "input, textarea, select, [contenteditable=true], [role=radiogroup], [role=listbox], [role=tablist], [role=region], dialog"
const PRESSED = { j: "after", ArrowRight: "after", k: "before", ArrowLeft: "before", b: "back" }

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

function isTyping(event) {
  const path = event.composedPath()
  return path.some((node) => node instanceof Element && node.matches(WIDGETS))
}

function press(event, state) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return
  const href = state.data[PRESSED[event.key]]
  const isAct = ["f", "u", "r"].includes(event.key)
  if (!href && !isAct && event.key !== "?") return
  // Streamlit has keys of its own, and r is one of them.
  event.preventDefault()
  event.stopImmediatePropagation()
  if (href) go(href)
  else if (event.key === "?") state.dialog.showModal()
  else say(event.key)
}

function say(act) {
  window.dispatchEvent(new CustomEvent("chatscape-reading", { detail: { act } }))
}

const states = new WeakMap()

function begin(parentElement) {
  const state = { dialog: helpDialog() }
  // The bar below the messages hears no keys: the one above them does.
  const heard = (event) => state.data.hasKeys && press(event, state)
  window.addEventListener("keydown", heard, true)
  state.end = () => {
    window.removeEventListener("keydown", heard, true)
    states.delete(parentElement)
  }
  parentElement.append(state.dialog)
  states.set(parentElement, state)
  return state
}

export default function (component) {
  const { data, parentElement } = component
  const state = states.get(parentElement) ?? begin(parentElement)
  state.data = data
  const bar = element("nav")
  bar.setAttribute("aria-label", data.hasKeys ? "Conversations of the list" : "Further in the list")
  bar.append(link(`← ${data.backLabel}`, data.back, "Key b"))
  if (data.place) {
    bar.append(link("‹ Previous", data.before, "Key k"))
    bar.append(element("span", "place", data.place))
    bar.append(link("Next ›", data.after, "Key j"))
  } else if (data.note) bar.append(element("span", "place", data.note))
  if (data.alone) bar.append(link("× Read it alone", data.alone, "Without the one beside it"))
  if (data.hasFlagged) bar.append(button("Next flagged", "Key f", () => say("f")))
  if (data.hasKeys) bar.append(button("Keys", "Key ?", () => state.dialog.showModal()))
  const before = parentElement.querySelector("nav")
  if (before) before.replaceWith(bar)
  else parentElement.append(bar)
  return state.end
}
