// The heading of the page: the first prompt, on one line, or on two of a narrow screen.

export default function (component) {
  const { data, parentElement } = component
  const heading = parentElement.querySelector("h1") ?? element("h1")
  heading.textContent = data.text
  heading.dir = "auto"
  heading.classList.toggle("cover", data.isCover)
  parentElement.append(heading)
}
