// Links to download the files of an export.

export default function (component) {
  const { data, parentElement } = component
  const line = element("p")
  for (const file of data.files) {
    const link = element("a", "", `Download ${file.name}`)
    link.href = file.href
    link.download = ""
    line.append(link)
  }
  line.append(element("span", "", data.note))
  parentElement.querySelector("p")?.remove()
  parentElement.append(line)
}
