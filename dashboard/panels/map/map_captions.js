// What stands beside the map in words: the legend, and the prompt of the point under the hand.

const LEGEND_MAX = 12
const OTHER_CLASS = 254
const NO_CLASS = 255

// The largest classes of the points in the slice, the others added up, and points without a value.
function legendEntries(data, classes, members) {
  const counts = new Uint32Array(256)
  for (let i = 0; i < classes.length; i++) counts[classes[i]] += members[i]
  const named = data.classes.slice(0, OTHER_CLASS).map((known, i) => ({ ...known, count: counts[i] }))
  const present = named.filter(({ count }) => count)
  if (!data.isOrdered) present.sort((a, b) => b.count - a.count)
  const rest = present.slice(LEGEND_MAX)
  const entries = present.slice(0, LEGEND_MAX)
  const others = rest.reduce((sum, { count }) => sum + count, counts[OTHER_CLASS])
  const names = rest.length + (counts[OTHER_CLASS] ? data.classes.length - OTHER_CLASS : 0)
  if (others) entries.push({ name: `${names.toLocaleString("en")} more`, count: others })
  if (counts[NO_CLASS]) entries.push({ name: data.noneName, count: counts[NO_CLASS], colour: data.otherColour })
  return entries
}

function legendItem({ name, count, colour, token }, onChoice) {
  const item = element("li")
  const swatch = element("span", "swatch")
  if (colour) swatch.style.background = colour
  const label = element("span", "name", name)
  label.dir = "auto"
  const parts = [swatch, label, element("span", "count", count.toLocaleString("en"))]
  if (!token) {
    item.append(...parts)
    return item
  }
  const choice = button("", `Filter: ${name}`, () => onChoice(token))
  choice.append(...parts)
  item.append(choice)
  return item
}

// A text that is never shown beside others gets no preview at all.
function previewNodes(preview, href) {
  if (preview.text === null) return []
  const text = element("p", "opening", preview.text || "(no user message)")
  text.dir = "auto"
  const facts = element("p", "facts", `${preview.model} · ${preview.language} · `)
  const link = element("a", "", "Open conversation")
  follow(link, href)
  facts.append(link)
  if (preview.conversation_count > 1) {
    const count = preview.conversation_count.toLocaleString("en")
    const siblings = element("a", "", `All ${count} conversations with this prompt`)
    follow(siblings, `browse?prompt_group=${preview.prompt_group}`)
    facts.append(" · ", siblings)
  }
  return [text, facts]
}
