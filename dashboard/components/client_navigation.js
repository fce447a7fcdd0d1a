// Goes to an address within the dashboard, once for each number.

const done = new Set()

export default function (component) {
  const { href, number } = component.data
  if (done.has(number)) return
  done.add(number)
  go(href)
}
