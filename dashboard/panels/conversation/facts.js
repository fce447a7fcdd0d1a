// Labels and texts in one line, some with a link or a button to copy, some as chips. Labels are read
// aloud, and so is a text where something shorter stands on the page.

function copyButton(copy) {
  const act = button("Copy", `Copy ${copy.what}`, async () => {
    const text = copy.href ? new URL(copy.href, window.location.href).href : copy.text
    act.textContent = (await putOnClipboard(text)) ? "Copied" : "Not copied: the browser refused"
    setTimeout(() => (act.textContent = copy.label), 1500)
  })
  act.textContent = copy.label
  return act
}

function detailOf({ text, shown, href, copies, isCode, flags = [], unknowns = [], chips = [] }) {
  const detail = element("dd")
  const chip = (kind) => (name) => element("span", kind, name)
  const marks = [...flags.map(chip("flag")), ...unknowns.map(chip("unknown")), ...chips.map(chip("chip"))]
  const display = shown ?? text
  if (shown !== undefined) detail.append(element("span", "spoken", text))
  const value = element(href ? "a" : "span", isCode ? "value code" : "value", display)
  value.dir = "auto"
  if (isCode) value.title = text
  if (href) follow(value, href)
  const seen = element("span", "seen")
  // A link is read aloud as well: it is reached by Tab.
  if (shown !== undefined && !href) seen.setAttribute("aria-hidden", "true")
  seen.append(...marks)
  if (display) seen.append(value)
  if (seen.childNodes.length) detail.append(seen)
  for (const copy of copies ?? []) detail.append(copyButton(copy))
  return detail
}

export default function (component) {
  const { data, parentElement } = component
  const list = element("dl")
  for (const fact of data.facts) {
    const isSilent = fact.shown === "" && !fact.flags && !fact.unknowns?.length && !fact.chips?.length
    const pair = element("div", isSilent ? "spoken" : "")
    pair.append(element("dt", "spoken", fact.label), detailOf(fact))
    list.append(pair)
  }
  const before = parentElement.querySelector("dl")
  if (before) before.replaceWith(list)
  else parentElement.append(list)
}
