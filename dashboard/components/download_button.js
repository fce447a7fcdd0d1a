// A button that fetches a file and saves it. What the server refuses is said beside it: a link would
// only tell that the download failed.

const FAILED = "The download failed. Check the connection, and try again."

async function fetched(href) {
  try {
    const answer = await fetch(href, { cache: "no-store", credentials: "same-origin" })
    if (answer.ok) return { blob: await answer.blob() }
    const isSentence = (answer.headers.get("content-type") ?? "").startsWith("text/plain")
    return { problem: (isSentence && (await answer.text())) || FAILED }
  } catch {
    return { problem: FAILED }
  }
}

export default function (component) {
  const { data, parentElement } = component
  const all = element("div", "all")
  const problem = element("p", "problem")
  problem.setAttribute("role", "alert")
  const download = button("", "", async () => {
    // Not `disabled`, which would take the focus away.
    if (download.getAttribute("aria-busy") === "true") return
    download.setAttribute("aria-busy", "true")
    problem.textContent = ""
    const result = await fetched(data.href)
    download.removeAttribute("aria-busy")
    if (result.blob) save(data.name, result.blob)
    else problem.textContent = result.problem
  })
  if (data.icon) {
    const icon = element("span", "icon", data.icon)
    icon.ariaHidden = "true"
    icon.translate = false
    download.append(icon)
  }
  download.append(element("span", "", data.label))
  all.append(download, problem)
  parentElement.querySelector(".all")?.remove()
  parentElement.append(all)
}
