// Geometry of the map: finding the point near a place, and simplifying what a hand has drawn.

const GRID_CELLS = 256
const CELL_SHIFT = 8

// An index of points by the cells of a grid, made by counting: it takes one pass and no sorting.
class PointGrid {
  constructor(places) {
    this.places = places
    const count = places.length / 2
    this.starts = new Uint32Array(GRID_CELLS * GRID_CELLS + 1)
    for (let i = 0; i < count; i++) this.starts[this.cellOf(i) + 1]++
    for (let c = 0; c < GRID_CELLS * GRID_CELLS; c++) this.starts[c + 1] += this.starts[c]
    const next = this.starts.slice()
    this.order = new Uint32Array(count)
    for (let i = 0; i < count; i++) this.order[next[this.cellOf(i)]++] = i
  }

  cellOf(i) {
    return (this.places[2 * i + 1] >> CELL_SHIFT) * GRID_CELLS + (this.places[2 * i] >> CELL_SHIFT)
  }

  // The nearest point within a distance, of those that may be picked; -1 if there is none.
  nearest(x, y, distance, mayBePicked) {
    const clamp = (value) => Math.min(Math.max(value >> CELL_SHIFT, 0), GRID_CELLS - 1)
    let best = -1
    let bestSquare = distance * distance
    for (let row = clamp(y - distance); row <= clamp(y + distance); row++) {
      for (let column = clamp(x - distance); column <= clamp(x + distance); column++) {
        const cell = row * GRID_CELLS + column
        for (let k = this.starts[cell]; k < this.starts[cell + 1]; k++) {
          const i = this.order[k]
          const square = (this.places[2 * i] - x) ** 2 + (this.places[2 * i + 1] - y) ** 2
          if (square <= bestSquare && mayBePicked(i)) {
            best = i
            bestSquare = square
          }
        }
      }
    }
    return best
  }
}

function distanceToLine([x, y], [x1, y1], [x2, y2]) {
  const [dx, dy] = [x2 - x1, y2 - y1]
  const square = dx * dx + dy * dy
  const along = square && Math.min(Math.max(((x - x1) * dx + (y - y1) * dy) / square, 0), 1)
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy)
}

// The Douglas-Peucker algorithm: leaves out what lies within a tolerance of the simpler line.
function withoutDetails(line, tolerance) {
  let [farthest, distance] = [0, 0]
  for (let i = 1; i < line.length - 1; i++) {
    const away = distanceToLine(line[i], line[0], line.at(-1))
    if (away > distance) [farthest, distance] = [i, away]
  }
  if (distance <= tolerance) return [line[0], line.at(-1)]
  const before = withoutDetails(line.slice(0, farthest + 1), tolerance)
  return [...before.slice(0, -1), ...withoutDetails(line.slice(farthest), tolerance)]
}

// A polygon with at most so many corners, in whole numbers; null if it encloses nothing.
function simplified(line, cornersMax, largest) {
  let corners
  let tolerance = largest / 1024
  do corners = withoutDetails(line, tolerance)
  while (corners.length > cornersMax && (tolerance *= 1.5))
  const whole = corners.map((place) => place.map((n) => Math.min(Math.max(Math.round(n), 0), largest)))
  const distinct = whole.filter(([x, y], i) => x !== whole.at(i - 1)[0] || y !== whole.at(i - 1)[1])
  return distinct.length < 3 ? null : distinct
}
