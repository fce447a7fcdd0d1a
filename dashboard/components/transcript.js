// The messages of a conversation. Every text is set with textContent: nothing in it becomes markup.

function element(tag, className, text) {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== undefined) node.textContent = text
  return node
}

function head(message) {
  const line = element("header")
  line.append(element("h3", "", `Turn ${message.turn} · ${message.role}`))
  for (const flag of message.flags) line.append(element("span", "flag", flag))
  line.append(element("span", "size", message.size))
  return line
}

function cover(message, setTriggerValue) {
  const box = element("div", "cover")
  box.append(element("p", "", message.coverText))
  const button = element("button", "", "Show this message")
  button.type = "button"
  button.onclick = () => setTriggerValue("uncovered", message.index)
  box.append(button)
  return box
}

function body(message, setTriggerValue) {
  if (message.isCovered) return cover(message, setTriggerValue)
  if (message.text === "") return element("p", "empty", "(empty message)")
  const text = element("div", "text", message.text)
  text.dir = "auto"
  return text
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const list = element("ol")
  for (const message of data.messages) {
    const item = element("li", message.kind)
    item.id = `message-${message.index}`
    item.append(head(message), body(message, setTriggerValue))
    list.append(item)
  }
  parentElement.querySelector("ol")?.remove()
  parentElement.append(list)
}
