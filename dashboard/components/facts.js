// Labels and texts; a text can lead somewhere, or be copied.

function copied(copy) {
  const act = button("Copy", `Copy ${copy.what}`, async () => {
    const text = copy.href ? new URL(copy.href, window.location.href).href : copy.text
    act.textContent = (await putOnClipboard(text)) ? "Copied" : "Not copied: the browser refused"
    setTimeout(() => (act.textContent = copy.label), 1500)
  })
  act.textContent = copy.label
  return act
}

function detailOf({ text, href, copies, isCode }) {
  const detail = element("dd")
  const said = element(href ? "a" : "span", "", text)
  said.dir = "auto"
  said.classList.toggle("code", Boolean(isCode))
  if (href) follow(said, href)
  detail.append(said)
  for (const copy of copies ?? []) detail.append(copied(copy))
  return detail
}

export default function (component) {
  const { data, parentElement } = component
  const list = element("dl")
  for (const fact of data.facts) {
    const pair = element("div")
    pair.append(element("dt", "", fact.label), detailOf(fact))
    list.append(pair)
  }
  const before = parentElement.querySelector("dl")
  if (before) before.replaceWith(list)
  else parentElement.append(list)
}
