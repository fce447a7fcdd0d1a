// The map of prompts: points from a route of the server, painted by class, and what one does there.

const PICK_PIXELS = 9
const HOVER_MILLISECONDS = 80
const CORNERS_MAX = 32
const TOOLS = { move: "Move", lasso: "Lasso", box: "Box" }
const INVITATION = "Point at the map to read the beginning of a prompt; click to open its conversation."
const NO_WEBGL = "This browser cannot draw the map: it has no WebGL 2. The list of topics filters in the same way."

class MapView {
  constructor(parent) {
    this.tool = "move"
    this.source = new MapSource(() => this.send("outdated", Date.now()))
    this.region = this.drawn = []
    this.point_ = -1
    this.build(parent)
    try {
      this.points = new PointCanvas(this.canvas)
    } catch {
      this.stage.classList.add("failed")
      this.say(NO_WEBGL)
    }
    if (this.points) this.points.onRestored = () => this.schedule()
    this.hand = new MapHand(this.canvas, this)
    this.observer = new ResizeObserver(() => this.schedule())
    this.observer.observe(this.stage)
  }

  build(parent) {
    this.root = element("div", "map")
    this.tools = element("div", "tools")
    this.tools.setAttribute("role", "group")
    this.tools.setAttribute("aria-label", "Tools of the map")
    for (const [tool, label] of Object.entries(TOOLS)) {
      const tip = tool === "move" ? "Drag to move" : `Drag to keep what a ${tool === "box" ? "box" : "line"} encloses`
      const node = button(label, tip, () => this.choose(tool))
      node.dataset.tool = tool
      this.tools.append(node)
    }
    const zoom = (factor) => this.zoomBy(factor, this.stage.clientWidth / 2, this.stage.clientHeight / 2)
    this.tools.append(
      element("span", "space"),
      button("Zoom in", "", () => zoom(1.6)),
      button("Zoom out", "", () => zoom(1 / 1.6)),
      button("Whole map", "", () => this.reset()),
    )
    this.stage = element("div", "stage")
    this.camera = new MapCamera(this.stage, () => this.schedule())
    this.canvas = element("canvas")
    this.canvas.tabIndex = 0
    this.canvas.setAttribute("role", "application")
    this.labels = new MapLabels()
    this.labels.set([])
    this.outlines = new MapOutlines()
    this.message = element("p", "message")
    this.stage.append(this.canvas, this.labels.node, this.outlines.node, this.message)
    this.preview = element("div", "preview")
    this.legend = element("ul", "legend")
    this.root.append(this.tools, this.stage, this.preview, this.legend)
    parent.append(this.root)
    this.choose("move")
  }

  say(sentence) {
    this.message.textContent = sentence
  }

  // Takes what the page sends, and loads only what differs from what is here.
  update(data, send) {
    const before = this.data
    this.data = data
    this.send = send
    this.canvas.setAttribute("aria-label", data.alt)
    this.region = data.region
    if (JSON.stringify(before?.labels) !== JSON.stringify(data.labels)) this.labels.set(data.labels)
    if (before?.base !== data.base) {
      this.source.previews.clear()
      this.show(-1)
    }
    this.drawn = []
    if (!this.points) return
    this.showLinks()
    this.points.setPalette(this.palette())
    this.loadAll()
    this.schedule()
  }

  palette() {
    const colours = new Array(256).fill(this.data.otherColour)
    this.data.classes.slice(0, OTHER_CLASS).forEach(({ colour }, i) => (colours[i] = colour))
    return colours
  }

  async loadAll() {
    const { base, colour, query } = this.data
    const current = () => this.data.base === base && this.data.colour === colour && this.data.query === query
    this.stage.dataset.state = "loading"
    try {
      const [places, classes, members] = await Promise.all([
        this.source.load("points", `${base}points`),
        this.source.load("colours", `${base}colours/${colour}`),
        query ? this.source.load("slice", `${base}slice?${query}`) : null,
      ])
      if (!current()) return
      if (places !== this.places) {
        this.places = places
        this.coordinates = new Uint16Array(places)
        this.points.setPlaces(this.coordinates)
        this.grid = new PointGrid(this.coordinates)
        this.colours = undefined
      }
      if (classes !== this.colours) {
        this.colours = classes
        this.points.setClasses(new Uint8Array(classes))
      }
      this.points.setMembers(this.unpacked(members))
    } catch (problem) {
      if (current()) this.say(problem.message)
      return
    }
    this.say("")
    this.showLegend()
    this.stage.dataset.points = this.points.count
    this.stage.dataset.slice = this.points.inSlice
    this.stage.dataset.state = "loaded"
    this.schedule()
  }

  unpacked(bits) {
    const members = new Uint8Array(this.coordinates.length / 2)
    if (!bits) return members.fill(1)
    const bytes = new Uint8Array(bits)
    for (let i = 0; i < members.length; i++) members[i] = (bytes[i >> 3] >> (i & 7)) & 1
    return members
  }

  schedule() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined
      this.draw()
    })
  }

  draw() {
    if (!this.points || !this.stage.clientWidth) return
    const ratio = window.devicePixelRatio || 1
    const geometry = this.camera.geometry()
    const [width, height] = [Math.round(geometry.width * ratio), Math.round(geometry.height * ratio)]
    if (this.canvas.width !== width) this.canvas.width = width
    if (this.canvas.height !== height) this.canvas.height = height
    this.points.draw({ ...geometry, pixels: geometry.pixels * ratio }, this.camera.isMoving)
    this.labels.place(geometry)
    this.outlines.place(geometry, { region: this.region, drawn: this.drawn, point: this.placeOf(this.point_) })
    if (this.stage.dataset.state === "loaded") this.stage.dataset.state = "drawn"
  }

  placeOf(index) {
    return index < 0 ? null : [this.coordinates[2 * index], this.coordinates[2 * index + 1]]
  }

  choose(tool) {
    this.tool = tool
    this.stage.dataset.tool = tool
    for (const node of this.tools.querySelectorAll("[data-tool]")) {
      node.setAttribute("aria-pressed", String(node.dataset.tool === tool))
    }
  }

  toMap(x, y) {
    return this.camera.toMap(x, y)
  }

  moveBy(dx, dy) {
    this.camera.moveBy(dx, dy)
  }

  zoomBy(factor, x, y) {
    this.camera.zoomBy(factor, x, y)
  }

  reset() {
    this.camera.reset()
  }

  drawing(corners) {
    this.drawn = corners
    this.schedule()
  }

  enclose(corners) {
    const region = simplified(corners, CORNERS_MAX, LARGEST)
    if (region) this.send("enclosed", region)
    this.choose("move")
    this.drawing(region ?? [])
  }

  nearest(x, y) {
    if (!this.grid) return -1
    const [mx, my] = this.toMap(x, y)
    return this.grid.nearest(mx, my, PICK_PIXELS / this.camera.geometry().pixels, (i) => this.points.members[i])
  }

  point(x, y) {
    const index = this.nearest(x, y)
    if (index >= 0) this.show(index)
    this.stage.classList.toggle("pointing", index >= 0)
  }

  leave() {
    this.stage.classList.remove("pointing")
  }

  async click(x, y, isTouch) {
    const index = this.nearest(x, y)
    if (index < 0) return
    this.show(index)
    if (isTouch) return
    const preview = await this.previewOf(index)
    if (preview) go(this.conversationLink(preview))
  }

  // The preview of a point, and the legend.

  show(index) {
    if (index === this.point_) return
    this.point_ = index
    this.schedule()
    clearTimeout(this.waiting)
    if (index < 0) this.showLinks()
    else this.waiting = setTimeout(() => this.showPreview(index), HOVER_MILLISECONDS)
  }

  previewOf(index) {
    return this.source.previewOf(`${this.data.base}preview/${index}`)
  }

  async showPreview(index) {
    const preview = await this.previewOf(index)
    if (index !== this.point_) return
    this.shown = preview
    this.showLinks()
  }

  conversationLink(preview) {
    return `${this.data.conversationLink}${encodeURIComponent(preview.conversation_id)}`
  }

  showLinks() {
    const shown = this.point_ < 0 ? null : this.shown
    const nodes = shown ? previewNodes(shown, this.conversationLink(shown)) : [element("p", "facts", INVITATION)]
    this.preview.replaceChildren(...nodes)
  }

  showLegend() {
    const entries = legendEntries(this.data, new Uint8Array(this.colours), this.points.members)
    this.legend.replaceChildren(...entries.map((entry) => legendItem(entry, (token) => this.send("chosen", token))))
  }

  end() {
    this.observer.disconnect()
    cancelAnimationFrame(this.frame)
    clearTimeout(this.waiting)
  }
}

const maps = new WeakMap()

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  let map = maps.get(parentElement)
  if (!map) {
    map = new MapView(parentElement)
    maps.set(parentElement, map)
  }
  map.update(data, setTriggerValue)
  return () => {
    map.end()
    maps.delete(parentElement)
  }
}
