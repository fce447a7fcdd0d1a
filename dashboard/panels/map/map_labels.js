// What lies over the points: labels that do not overlap, the region of the slice, what a hand draws.

const NEAR_SCALE = 2.5
const GAP_PIXELS = 3
const SVG = "http://www.w3.org/2000/svg"

class MapLabels {
  constructor() {
    this.node = element("div", "labels")
    this.node.setAttribute("aria-hidden", "true")
  }

  // Labels in the order in which they may take room: topics, then subtopics, the largest first.
  set(labels) {
    this.labels = labels.map((label) => {
      const node = element("span", label.isTopic ? "topic" : "subtopic", label.name)
      node.dir = "auto"
      return { ...label, node }
    })
    this.node.replaceChildren(...this.labels.map(({ node }) => node))
  }

  // Shows the labels that have room; subtopics only when the reader is near.
  place({ toScreen, width, height, scale }) {
    const taken = []
    for (const label of this.labels) {
      label.width ||= label.node.offsetWidth
      label.height ||= label.node.offsetHeight
      const [x, y] = toScreen(label.x, label.y)
      const box = [x - label.width / 2, y - label.height / 2, x + label.width / 2, y + label.height / 2]
      const isInside = box[0] >= 0 && box[1] >= 0 && box[2] <= width && box[3] <= height
      const isFree = taken.every((other) => box[0] > other[2] || box[2] < other[0] || box[1] > other[3] || box[3] < other[1])
      const isShown = isInside && isFree && (label.isTopic || scale >= NEAR_SCALE)
      label.node.classList.toggle("shown", isShown)
      if (!isShown) continue
      label.node.style.transform = `translate(${box[0]}px, ${box[1]}px)`
      taken.push([box[0] - GAP_PIXELS, box[1] - GAP_PIXELS, box[2] + GAP_PIXELS, box[3] + GAP_PIXELS])
    }
  }
}

class MapOutlines {
  constructor() {
    this.node = document.createElementNS(SVG, "svg")
    this.node.setAttribute("aria-hidden", "true")
    for (const name of ["region", "drawn"]) {
      this[name] = document.createElementNS(SVG, "polygon")
      this[name].setAttribute("class", name)
    }
    this.ring = document.createElementNS(SVG, "circle")
    this.ring.setAttribute("r", 7)
    this.node.append(this.region, this.drawn, this.ring)
  }

  place({ toScreen }, { region, drawn, point }) {
    const points = (corners) => corners.map(([x, y]) => toScreen(x, y).join(",")).join(" ")
    this.region.setAttribute("points", points(region))
    this.drawn.setAttribute("points", points(drawn))
    this.ring.style.display = point ? "" : "none"
    if (!point) return
    const [x, y] = toScreen(...point)
    this.ring.setAttribute("cx", x)
    this.ring.setAttribute("cy", y)
  }
}
