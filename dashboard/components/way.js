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
const TYPED_IN = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable=true], [role=listbox], [role=dialog]"
const MOVED_IN = "input, [role=radiogroup], [role=tablist], [role=slider], [role=region], [role=group]"
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

// Whether a key is for what has the focus: a letter for a text, an arrow for what scrolls or chooses.
function isTaken(event) {
  const taking = event.key.startsWith("Arrow") ? `${TYPED_IN}, ${MOVED_IN}` : TYPED_IN
  return event.composedPath().some((node) => node instanceof Element && node.matches(taking))
}

// Texts may have been turned over since the links were drawn.
function asRead(href) {
  const address = new URL(href, window.location.href)
  const read = new URLSearchParams(window.location.search).get("read")
  if (read) address.searchParams.set("read", read)
  else address.searchParams.delete("read")
  return address.href
}

function press(event, state) {
  // Streamlit has keys of its own, r among them: none is for it while the help is open.
  if (state.dialog.open) return event.stopPropagation()
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return
  const towards = PRESSED[event.key]
  const href = state.data[towards]
  if (towards && !href) state.said.textContent = "There is no further conversation in this list."
  const isAct = ["f", "u", "r"].includes(event.key)
  if (!href && !isAct && event.key !== "?") return
  event.preventDefault()
  event.stopImmediatePropagation()
  // Pressed again before the next conversation is there: it is on its way already.
  if (href && href !== state.went) go(asRead((state.went = href)))
  else if (href) return
  else if (event.key === "?") state.dialog.showModal()
  else say(event.key)
}

function say(act) {
  window.dispatchEvent(new CustomEvent("chatscape-reading", { detail: { act } }))
}

const states = new WeakMap()

function begin(parentElement) {
  const state = { dialog: helpDialog(), said: element("p", "said"), told: element("p", "told") }
  for (const line of [state.said, state.told]) line.setAttribute("role", "status")
  // The bar below the messages hears no keys: the one above them does.
  const heard = (event) => state.data.hasKeys && press(event, state)
  window.addEventListener("keydown", heard, true)
  state.end = () => {
    window.removeEventListener("keydown", heard, true)
    states.delete(parentElement)
  }
  parentElement.append(state.dialog, state.said, state.told)
  states.set(parentElement, state)
  return state
}

export default function (component) {
  const { data, parentElement } = component
  const state = states.get(parentElement) ?? begin(parentElement)
  state.data = data
  state.went = null
  const bar = element("nav")
  bar.setAttribute("aria-label", data.hasKeys ? "Conversations of the list" : "Further in the list")
  if (data.hasKeys) bar.append(link(`← ${data.backLabel}`, data.back, "Key b"))
  if (data.place) {
    bar.append(link("‹ Previous", data.before, "Key k"))
    bar.append(element("span", "place", data.place))
    bar.append(link("Next ›", data.after, "Key j"))
  } else if (data.note) bar.append(element("span", "place", data.note))
  if (data.alone) bar.append(link("× Read it alone", data.alone, "Without the one beside it"))
  if (data.hasFlagged) bar.append(button("Next flagged", "Key f", () => say("f")))
  if (data.hasKeys) bar.append(button("Keys", "Key ?", () => state.dialog.showModal()))
  const before = parentElement.querySelector("nav")
  const held = before?.querySelector(":focus")?.title
  if (before) before.replaceWith(bar)
  else parentElement.prepend(bar)
  if (held) [...bar.querySelectorAll("a, button")].find((one) => one.title === held)?.focus()
  state.said.textContent = ""
  if (data.hasKeys && state.told.textContent !== data.place) state.told.textContent = data.place
  return state.end
}
