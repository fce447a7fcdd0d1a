// Which part of the map is in sight: its centre in coordinates of the map, and how near it is.

const MARGIN = 0.94
const SCALE_MIN = 0.6
const SCALE_MAX = 300
const STILL_MILLISECONDS = 160

class MapCamera {
  // The function is called whenever the map has to be drawn again.
  constructor(stage, onChange) {
    this.stage = stage
    this.onChange = onChange
    this.isMoving = false
    this.reset()
  }

  geometry() {
    const { clientWidth: width, clientHeight: height } = this.stage
    const { x, y, scale } = this
    const pixels = (scale * MARGIN * Math.min(width, height)) / LARGEST
    const toScreen = (mx, my) => [width / 2 + (mx - x) * pixels, height / 2 - (my - y) * pixels]
    return { width, height, pixels, toScreen, x, y, scale }
  }

  toMap(x, y) {
    const { width, height, pixels } = this.geometry()
    return [this.x + (x - width / 2) / pixels, this.y - (y - height / 2) / pixels]
  }

  moveBy(dx, dy) {
    const { pixels } = this.geometry()
    const kept = (value) => Math.min(Math.max(value, 0), LARGEST)
    this.x = kept(this.x - dx / pixels)
    this.y = kept(this.y + dy / pixels)
    this.moved()
  }

  // Zooms so that what is at a place of the screen stays there.
  zoomBy(factor, x, y) {
    const before = this.toMap(x, y)
    this.scale = Math.min(Math.max(this.scale * factor, SCALE_MIN), SCALE_MAX)
    const after = this.toMap(x, y)
    this.x += before[0] - after[0]
    this.y += before[1] - after[1]
    this.moved()
  }

  reset() {
    this.x = this.y = LARGEST / 2
    this.scale = 1
    this.onChange()
  }

  moved() {
    this.isMoving = true
    clearTimeout(this.resting)
    this.resting = setTimeout(() => {
      this.isMoving = false
      this.onChange()
    }, STILL_MILLISECONDS)
    this.onChange()
  }
}
