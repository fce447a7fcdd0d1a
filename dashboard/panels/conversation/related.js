// Lists of related conversations, each with a link to read it side by side.

function itemOf(item) {
  const line = element("li")
  const open = element("a", "title", item.title)
  open.dir = "auto"
  follow(open, item.href)
  line.append(open, element("span", "detail", item.detail))
  for (const flag of item.flags) line.append(element("span", "flag", flag))
  if (item.beside) {
    const beside = element("a", "beside", "Side by side")
    beside.setAttribute("aria-label", `Side by side with ${item.title}`)
    follow(beside, item.beside)
    line.append(beside)
  }
  if (item.text) {
    const text = element("p", "text", item.text)
    text.dir = "auto"
    line.append(text)
  }
  return line
}

function sectionOf(section) {
  const part = element("section")
  part.append(element("h2", "", section.title))
  const note = element("p", "note", section.note)
  if (section.all) {
    const all = element("a", "", "Show all")
    follow(all, section.all)
    note.append(" · ", all)
  }
  const list = element("ul")
  for (const item of section.items) list.append(itemOf(item))
  part.append(note, list)
  return part
}

export default function (component) {
  const { data, parentElement } = component
  const all = element("div", "related")
  for (const section of data.sections) all.append(sectionOf(section))
  parentElement.querySelector(".related")?.remove()
  parentElement.append(all)
}
