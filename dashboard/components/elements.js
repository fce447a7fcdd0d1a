// What the scripts of this folder share; it stands before each of them. Every text is set with
// textContent: nothing in it becomes markup.

function element(tag, className, text) {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== undefined) node.textContent = text
  return node
}

function button(text, title, act) {
  const node = element("button", "", text)
  node.type = "button"
  if (title) node.title = title
  node.onclick = act
  return node
}

// One step of the browser's history; Streamlit's own switch from Python takes two.
function go(href) {
  window.history.pushState({}, "", href)
  window.dispatchEvent(new PopStateEvent("popstate", { state: {} }))
}

function follow(link, href) {
  link.href = href
  link.onclick = (event) => {
    // A plain click stays in this session; any other (new tab, new window) is the browser's.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(href)
  }
}

// Whether it came there. A page that came neither from this machine nor over https has no clipboard
// of its own: there a browser copies what is selected.
async function putOnClipboard(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const field = document.createElement("textarea")
    field.value = text
    field.style.cssText = "position: fixed; opacity: 0"
    document.body.append(field)
    field.select()
    const isCopied = document.execCommand("copy")
    field.remove()
    return isCopied
  }
}
