// Which data this is, and how much of it: a link to the page about it.

export default function (component) {
  const { data, parentElement } = component
  const badge = element("a", data.isSynthetic ? "badge synthetic" : "badge")
  const name = element("bdi", "name", data.name)
  badge.append(name, element("span", "size", ` · ${data.size}`))
  badge.title = `${data.name}, ${data.size}: about the data`
  follow(badge, data.href)
  const before = parentElement.querySelector(".badge")
  if (before?.title === badge.title && before.href === badge.href) return
  if (before) before.replaceWith(badge)
  else parentElement.append(badge)
}
