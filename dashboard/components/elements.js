// Functions that all component scripts share; this file comes before each of them. Every text is set
// with textContent: nothing in it becomes markup.

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

// Adds one entry to the browser's history; switching pages from Python would add two.
function go(href) {
  window.history.pushState({}, "", href)
  window.dispatchEvent(new PopStateEvent("popstate", { state: {} }))
}

function follow(link, href) {
  link.href = href
  link.onclick = (event) => {
    // A plain click stays in this session; the browser handles clicks that open a tab or window.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(href)
  }
}

// Saves what the page has in memory as a file.
function save(name, blob) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

// Returns whether the text was copied. The clipboard API needs https or localhost; without it, the text
// is selected in a hidden field and copied from there.
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
