// Search results as a list of cards. Every text is set with textContent: nothing in it becomes markup.

function snippet(result) {
  const link = element("a", result.isCovered ? "snippet covered" : "snippet")
  link.dir = "auto"
  for (const [text, isHighlighted] of result.pieces) link.append(element(isHighlighted ? "mark" : "span", "", text))
  follow(link, result.href)
  return link
}

function facts(result) {
  const line = element("p", "facts")
  const model = element("span", "model", result.model)
  model.dir = "auto"
  const language = element("span", "", result.language)
  language.dir = "auto"
  line.append(model, language, element("span", "", `${result.role}, ${result.turn}`))
  for (const flag of result.flags) line.append(element("span", "flag", flag))
  if (result.unknown) line.append(element("span", "unknown", result.unknown))
  if (result.elsewhere) line.append(element("span", "elsewhere", result.elsewhere))
  return line
}

function reason(result, data, setTriggerValue) {
  const line = element("p", "why")
  if (result.found) line.append(element("span", "", result.found))
  if (result.similarity !== null) {
    const likeness = element("span", "likeness", `similarity ${result.likeness}`)
    const bar = element("span", "bar")
    bar.append(element("span", "part"))
    bar.firstChild.style.width = `${Math.round(result.similarity * 100)}%`
    likeness.prepend(bar)
    line.append(likeness)
  }
  if (data.hasLike && result.isUser) {
    const like = () => setTriggerValue("liked", result.id)
    line.append(button("Find similar", "Search for user messages with a similar meaning", like))
  }
  return line
}

function repeats(result) {
  const line = element("p", "repeats")
  const count = result.repeats.length === 1 ? "1 more result" : `${result.repeats.length} more results`
  line.append(element("span", "", `The same message in ${count}:`))
  for (const repeat of result.repeats) {
    const link = element("a", "", repeat.model)
    link.dir = "auto"
    link.title = `${repeat.language}, ${repeat.turn}`
    follow(link, repeat.href)
    line.append(link)
  }
  return line
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const list = element("ol")
  list.start = data.first
  for (const result of data.results) {
    const item = element("li", result.isUser ? "user" : "")
    item.classList.toggle("last", result.isLastRead)
    item.append(facts(result), snippet(result), reason(result, data, setTriggerValue))
    if (result.repeats.length > 0) item.append(repeats(result))
    list.append(item)
  }
  const before = parentElement.querySelector("ol")
  before?.remove()
  parentElement.append(list)
  // Back from a conversation, scroll to its result.
  if (!before) list.querySelector(".last")?.scrollIntoView({ block: "center" })
}
