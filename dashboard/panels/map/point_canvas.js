// Draws points with WebGL 2. Numbers go to the graphics card as they came over the network: two
// times two bytes for a place, one for a colour class, one for whether a point is in the slice.

const LARGEST = 65535
const PALE = 0.1
const SLOW_MILLISECONDS = 50
const PAUSE_MILLISECONDS = 1000
const SHARE_MIN = 0.05
const FEW_POINTS = 20_000

const VERTEX_SHADER = `#version 300 es
in vec2 place;
in float colourClass;
in float isMember;
uniform vec4 view;
uniform float size;
uniform float drawnMembers;
uniform sampler2D palette;
out vec3 colour;
void main() {
  bool isDrawn = isMember == drawnMembers;
  gl_Position = isDrawn ? vec4(place * view.xy + view.zw, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = size;
  colour = texelFetch(palette, ivec2(int(colourClass), 0), 0).rgb;
}`

const FRAGMENT_SHADER = `#version 300 es
precision mediump float;
in vec3 colour;
uniform float opacity;
out vec4 pixel;
void main() {
  vec2 fromCentre = gl_PointCoord * 2.0 - 1.0;
  float alpha = opacity * (1.0 - smoothstep(0.6, 1.0, dot(fromCentre, fromCentre)));
  pixel = vec4(colour * alpha, alpha);
}`

function compiled(gl, kind, source) {
  const shader = gl.createShader(kind)
  gl.shaderSource(shader, source)
  gl.compileShader(shader)
  return shader
}

class PointCanvas {
  // Throws where the browser has no WebGL 2.
  constructor(canvas) {
    this.canvas = canvas
    this.gl = canvas.getContext("webgl2", { antialias: false, depth: false, preserveDrawingBuffer: false })
    if (!this.gl) throw new Error("no WebGL 2")
    this.count = 0
    this.inSlice = 0
    this.share = 1
    this.members = new Uint8Array()
    this.sources = {}
    this.setUp()
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault())
    canvas.addEventListener("webglcontextrestored", () => {
      this.setUp()
      for (const [name, bytes] of Object.entries(this.sources)) this.fill(name, bytes)
      this.onRestored?.()
    })
  }

  setUp() {
    const { gl } = this
    const program = gl.createProgram()
    gl.attachShader(program, compiled(gl, gl.VERTEX_SHADER, VERTEX_SHADER))
    gl.attachShader(program, compiled(gl, gl.FRAGMENT_SHADER, FRAGMENT_SHADER))
    gl.linkProgram(program)
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program))
    gl.useProgram(program)
    const names = ["view", "size", "drawnMembers", "opacity"]
    this.uniforms = Object.fromEntries(names.map((name) => [name, gl.getUniformLocation(program, name)]))
    const kinds = {
      place: [2, gl.UNSIGNED_SHORT, true],
      colourClass: [1, gl.UNSIGNED_BYTE, false],
      isMember: [1, gl.UNSIGNED_BYTE, false],
    }
    this.buffers = {}
    for (const [name, kind] of Object.entries(kinds)) {
      this.buffers[name] = gl.createBuffer()
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name])
      const location = gl.getAttribLocation(program, name)
      gl.enableVertexAttribArray(location)
      gl.vertexAttribPointer(location, ...kind, 0, 0)
    }
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture())
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
    gl.enable(gl.BLEND)
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
  }

  fill(name, bytes) {
    const { gl } = this
    this.sources[name] = bytes
    if (name === "palette") {
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes)
      return
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name])
    gl.bufferData(gl.ARRAY_BUFFER, bytes, gl.STATIC_DRAW)
  }

  // x and y of each point. Until colours and members come, all points are in the slice.
  setPlaces(places) {
    this.count = places.length / 2
    this.fill("place", places)
    this.fill("colourClass", new Uint8Array(this.count).fill(255))
    this.setMembers(new Uint8Array(this.count).fill(1))
  }

  // The colour class of each point.
  setClasses(classes) {
    this.fill("colourClass", classes)
  }

  // For each point, 1 if it is in the slice and 0 if not.
  setMembers(members) {
    this.members = members
    this.inSlice = 0
    for (const isMember of members) this.inSlice += isMember
    this.fill("isMember", members)
  }

  // The colour of each class, as #rrggbb.
  setPalette(colours) {
    const bytes = new Uint8Array(256 * 4)
    colours.forEach((colour, i) => {
      const number = Number.parseInt(colour.slice(1), 16)
      bytes.set([number >> 16, (number >> 8) & 255, number & 255, 255], 4 * i)
    })
    this.fill("palette", bytes)
  }

  // Points are small and translucent where there are many, so that density shows.
  look(scale, inSight) {
    const { width, height } = this.canvas
    const ratio = window.devicePixelRatio || 1
    const apart = Math.sqrt((width * height) / Math.max(inSight, 1))
    const size = Math.min(Math.max(apart * 0.45 * Math.sqrt(scale), 1.8 * ratio), 7 * ratio)
    const covered = (inSight * size * size) / (width * height * scale * scale)
    return { size, opacity: Math.min(Math.max(0.7 / covered, 0.22), 0.9) }
  }

  // The share of the points to draw now. While the map moves, it falls until frames are fluent.
  // Points are in no order of place: the first of them are a sample.
  shareNow(isMoving) {
    const now = performance.now()
    const gap = now - (this.drawnAt ?? now)
    this.drawnAt = now
    if (!isMoving) this.share = 1
    else if (gap > SLOW_MILLISECONDS && gap < PAUSE_MILLISECONDS) this.share = Math.max(this.share / 2, SHARE_MIN)
    return Math.min(1, Math.max(this.share, FEW_POINTS / Math.max(this.count, 1)))
  }

  // Draws the points. The view is in pixels of the canvas: centre of the map and pixels a unit.
  draw({ x, y, pixels, scale }, isMoving = false) {
    const share = this.shareNow(isMoving)
    const { gl, canvas, uniforms } = this
    gl.viewport(0, 0, canvas.width, canvas.height)
    gl.clearColor(0, 0, 0, 0)
    gl.clear(gl.COLOR_BUFFER_BIT)
    const [sx, sy] = [(2 * pixels * LARGEST) / canvas.width, (2 * pixels * LARGEST) / canvas.height]
    gl.uniform4f(uniforms.view, sx, sy, (-x * sx) / LARGEST, (-y * sy) / LARGEST)
    for (const isMember of this.inSlice < this.count ? [0, 1] : [1]) {
      const { size, opacity } = this.look(scale, share * (isMember ? this.inSlice : this.count))
      gl.uniform1f(uniforms.size, size)
      gl.uniform1f(uniforms.opacity, isMember ? opacity : Math.min(PALE, opacity))
      gl.uniform1f(uniforms.drawnMembers, isMember)
      gl.drawArrays(gl.POINTS, 0, Math.ceil(share * this.count))
    }
  }
}
