// Goes to another page of the dashboard, as one step of the browser's history. Streamlit's own
// switch from Python takes two: the new parameters on the old page, then the new page.

const gone = new Set()

export default function (component) {
  const { href, number } = component.data
  if (gone.has(number)) return
  gone.add(number)
  window.history.pushState({}, "", href)
  window.dispatchEvent(new PopStateEvent("popstate", { state: {} }))
}
