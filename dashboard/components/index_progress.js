// Where the build of a search index stands: a sentence and a bar, changed in place.

function parts(root) {
  const known = root.querySelector(".build")
  if (known) return known
  const build = element("div", "build")
  const bar = element("progress", "bar")
  bar.max = 1
  const live = element("p", "announced")
  live.setAttribute("aria-live", "polite")
  build.append(element("p", "text"), bar, live)
  root.append(build)
  return build
}

function change(node, text) {
  if (node.textContent !== text) node.textContent = text
}

export default function (component) {
  const { text, announced, share, label } = component.data
  const build = parts(component.parentElement)
  change(build.querySelector(".text"), text)
  build.querySelector(".text").title = text
  // Told to those who listen: the step and each quarter of it, not every second.
  change(build.querySelector(".announced"), announced)
  const bar = build.querySelector(".bar")
  bar.setAttribute("aria-label", label)
  if (share === null) bar.removeAttribute("value")
  else bar.value = share
}
