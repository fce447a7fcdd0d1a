// What a hand does on the map: moving, zooming, drawing a region, pointing and clicking.

const STILL_PIXELS = 4
const WHEEL_STEP = 0.0016
const KEY_PART = 0.12
const KEY_ZOOM = 1.4

// Reports to a map with: tool, toMap(x, y), moveBy(dx, dy), zoomBy(factor, x, y), reset(),
// drawing(corners), enclose(corners), point(x, y), click(x, y, isTouch), leave().
class MapHand {
  constructor(canvas, map) {
    this.canvas = canvas
    this.map = map
    this.touches = new Map()
    const listeners = ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave", "wheel", "keydown"]
    for (const kind of listeners) canvas.addEventListener(kind, (event) => this[kind](event), { passive: false })
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }

  pointerdown(event) {
    if (event.button !== 0) return
    this.canvas.setPointerCapture(event.pointerId)
    const at = this.at(event)
    this.touches.set(event.pointerId, at)
    if (this.touches.size > 1) {
      this.cancel()
      return
    }
    const tool = event.shiftKey ? "lasso" : this.map.tool
    this.stroke = { tool, start: at, isStill: true, line: [this.map.toMap(...at)] }
  }

  pointermove(event) {
    const at = this.at(event)
    if (!this.touches.has(event.pointerId)) {
      this.map.point(...at)
      return
    }
    const before = this.touches.get(event.pointerId)
    if (this.touches.size === 2) this.pinch(event.pointerId, before, at)
    this.touches.set(event.pointerId, at)
    const { stroke } = this
    if (!stroke) return
    if (stroke.isStill && Math.hypot(at[0] - stroke.start[0], at[1] - stroke.start[1]) < STILL_PIXELS) return
    if (stroke.isStill) before.splice(0, 2, ...stroke.start)
    stroke.isStill = false
    if (stroke.tool === "move") this.map.moveBy(at[0] - before[0], at[1] - before[1])
    if (stroke.tool === "lasso") stroke.line.push(this.map.toMap(...at))
    if (stroke.tool === "box") stroke.line = this.boxTo(stroke.start, at)
    if (stroke.tool !== "move") this.map.drawing(stroke.line)
  }

  boxTo([x1, y1], [x2, y2]) {
    return [[x1, y1], [x2, y1], [x2, y2], [x1, y2]].map(([x, y]) => this.map.toMap(x, y))
  }

  pinch(id, before, at) {
    const [other] = [...this.touches].filter(([key]) => key !== id).map(([, place]) => place)
    const apart = (place) => Math.max(Math.hypot(place[0] - other[0], place[1] - other[1]), 1)
    const [x, y] = [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2]
    this.map.zoomBy(apart(at) / apart(before), x, y)
    this.map.moveBy((at[0] - before[0]) / 2, (at[1] - before[1]) / 2)
  }

  pointerup(event) {
    this.touches.delete(event.pointerId)
    const { stroke } = this
    this.stroke = undefined
    if (!stroke) return
    if (stroke.isStill) this.map.click(...this.at(event), event.pointerType === "touch")
    else if (stroke.tool !== "move") this.map.enclose(stroke.line)
  }

  pointercancel(event) {
    this.touches.delete(event.pointerId)
    this.cancel()
  }

  pointerleave() {
    if (!this.touches.size) this.map.leave()
  }

  cancel() {
    this.stroke = undefined
    this.map.drawing([])
  }

  wheel(event) {
    event.preventDefault()
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 18 : 1
    this.map.zoomBy(Math.exp(-event.deltaY * lines * WHEEL_STEP), ...this.at(event))
  }

  keydown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const { clientWidth: width, clientHeight: height } = this.canvas
    const zoom = (factor) => this.map.zoomBy(factor, width / 2, height / 2)
    const actions = {
      ArrowLeft: () => this.map.moveBy(width * KEY_PART, 0),
      ArrowRight: () => this.map.moveBy(-width * KEY_PART, 0),
      ArrowUp: () => this.map.moveBy(0, height * KEY_PART),
      ArrowDown: () => this.map.moveBy(0, -height * KEY_PART),
      "+": () => zoom(KEY_ZOOM),
      "=": () => zoom(KEY_ZOOM),
      "-": () => zoom(1 / KEY_ZOOM),
      0: () => this.map.reset(),
      Escape: () => this.cancel(),
    }
    if (!actions[event.key]) return
    event.preventDefault()
    actions[event.key]()
  }
}
