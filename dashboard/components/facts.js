// Labels and texts. Every text is set with textContent: nothing in it becomes markup.

export default function (component) {
  const { data, parentElement } = component
  const list = document.createElement("dl")
  for (const { label, text } of data.facts) {
    const pair = document.createElement("div")
    const term = document.createElement("dt")
    const detail = document.createElement("dd")
    term.textContent = label
    detail.textContent = text
    detail.dir = "auto"
    pair.append(term, detail)
    list.append(pair)
  }
  parentElement.querySelector("dl")?.remove()
  parentElement.append(list)
}
