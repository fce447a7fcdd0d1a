// Draws the text of a message from the nodes of dashboard/rich_text: allowed elements and text. Every
// text is set with textContent, and nothing is loaded.

const TEXT_TAGS = new Set(
  "p h4 h5 h6 ul ol li blockquote em strong s hr br code table thead tbody tr th td".split(" ")
)
const DIRECTED_TAGS = new Set(["p", "h4", "h5", "h6", "li", "th", "td"])
const DIRECTING_TAGS = new Set(["ul", "ol", "blockquote", "table"])
const FIRST_LETTER = /\p{L}/u
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/
const MATH_TAGS = new Set(
  ("math mrow mi mn mo mtext mspace msup msub msubsup munder mover munderover mfrac msqrt mroot " +
    "mtable mtr mtd mstyle mpadded menclose mmultiscripts mprescripts none").split(" ")
)
const MATH_ATTRIBUTES = new Set(
  ("stretchy fence accent accentunder separator symmetric largeop movablelimits displaystyle width " +
    "height depth lspace rspace voffset minsize maxsize linethickness columnalign columnlines " +
    "rowlines notation columnspacing rowspacing form scriptlevel mathvariant display").split(" ")
)
const CODE_CLASSES = new Set(
  "comment string number keyword operator function name deleted inserted error".split(" ")
)
const MATH_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
const ADDRESS = /^(https?:\/\/|mailto:)/i
const ALIGNMENTS = new Set(["left", "center", "right"])
const LINE_CHARS = 90
const SHORT_FORMULA_CHARS = 12

function messageText(nodes) {
  const text = element("div", "message-text")
  const blocks = nodes.filter((node) => node.block).length
  for (const node of nodes) {
    const drawn = drawNode(node)
    if (node.block && blocks > 1) skipOffScreen(drawn, node.block)
    text.append(drawn)
  }
  return text
}

function drawNode(node) {
  if (typeof node === "string") return document.createTextNode(node)
  if ("mask" in node) return drawMask(node.mask)
  if ("name" in node) return element("span", `name tone-${Number(node.tone)}`, node.name)
  if ("block" in node) return drawBlock(node.block)
  if ("code" in node) return drawCode(node)
  if ("link" in node) return drawLink(node)
  if ("image" in node) return drawImage(node)
  if ("formula" in node) return drawFormula(node)
  if ("note" in node) return element("p", "text-note", node.note)
  return node.tag === "table" ? drawTable(node) : drawElement(node)
}

function drawAll(parent, nodes) {
  for (const node of nodes) parent.append(drawNode(node))
  return parent
}

function drawMask(kind) {
  const chip = element("span", "mask", kind)
  chip.title = `masked: ${kind}`
  return chip
}

function drawBlock(pieces) {
  const block = drawAll(element("div", "block"), pieces)
  block.dir = "auto"
  return block
}

// Lets the browser skip the layout of a block off screen, with an estimate of its height.
function skipOffScreen(block, pieces) {
  const text = plainText(pieces)
  const lines = text.split("\n").length + Math.floor(text.length / LINE_CHARS)
  block.classList.add("later")
  block.style.containIntrinsicBlockSize = `auto ${Math.round(lines * 1.55)}em`
}

function drawElement(node) {
  if (!TEXT_TAGS.has(node.tag)) return drawAll(element("span"), node.children)
  const drawn = drawAll(element(node.tag), node.children)
  if (DIRECTED_TAGS.has(node.tag)) drawn.dir = "auto"
  if (DIRECTING_TAGS.has(node.tag)) drawn.dir = directionOf(drawn.textContent)
  if (node.tag === "code") drawn.dir = "ltr"
  if (node.start !== undefined) drawn.start = Number(node.start)
  if (ALIGNMENTS.has(node.align)) drawn.style.textAlign = node.align
  return drawn
}

// dir="auto" ignores children that have a direction of their own, as all items of a list have.
function directionOf(text) {
  return RIGHT_TO_LEFT.test(text.match(FIRST_LETTER)?.[0] ?? "") ? "rtl" : "ltr"
}

function drawTable(node) {
  const table = drawElement(node)
  const columns = table.querySelector("tr")?.children.length ?? 0
  return scrolling(table, "region", `Table of ${columns} ${columns === 1 ? "column" : "columns"}`)
}

// Wraps content that may be wider than the page in a box that scrolls, with the keyboard too.
function scrolling(content, role, label) {
  const box = element("div", "scrolling")
  box.append(content)
  return focusable(box, role, label)
}

// Makes a box that scrolls focusable by keyboard.
function focusable(box, role, label) {
  box.tabIndex = 0
  box.setAttribute("role", role)
  box.setAttribute("aria-label", label)
  return box
}

function drawCode(node) {
  const language = plainText(node.info)
  const code = element("code")
  code.dir = "ltr"
  for (const [name, pieces] of node.code) {
    if (CODE_CLASSES.has(name)) code.append(drawAll(element("span", `code-${name}`), pieces))
    else drawAll(code, pieces)
  }
  const pre = element("pre")
  pre.dir = "ltr"
  pre.append(code)
  const box = element("div", "code")
  box.append(codeHead(node, language), scrolling(pre, "group", language ? `Code, ${language}` : "Code"))
  return box
}

function codeHead(node, language) {
  const head = element("div", "code-head")
  const name = drawAll(element("span", "language"), language ? node.info : ["code"])
  name.dir = "auto"
  const status = element("span", "status")
  status.setAttribute("role", "status")
  const copy = button("Copy", "", async () => {
    const code = node.code.map(([, pieces]) => plainText(pieces)).join("")
    status.textContent = (await putOnClipboard(code)) ? "Copied" : "Not copied: the browser refused"
  })
  copy.setAttribute("aria-label", language ? `Copy this code, ${language}` : "Copy this code")
  head.append(name, status, copy)
  return head
}

function plainText(pieces) {
  const words = (piece) => (typeof piece === "string" ? piece : (piece.name ?? `[${piece.mask}]`))
  return pieces.map(words).join("")
}

// A click on a link shows its address, which is the link that opens.
function drawLink(node) {
  const isAddress = ADDRESS.test(node.link) && URL.canParse(node.link)
  if (!isAddress) return drawAll(element("span"), node.children)
  const link = element("span", "link")
  const word = button(undefined, "Show the address of this link", () => toggleAddress(link, word, node.link))
  drawAll(word, node.children)
  if (word.textContent === "") word.textContent = "link"
  word.setAttribute("aria-expanded", "false")
  link.append(word)
  return link
}

function toggleAddress(link, word, address) {
  const shown = link.querySelector("a")
  word.setAttribute("aria-expanded", String(!shown))
  if (shown) {
    shown.remove()
    return
  }
  const { href } = new URL(address)
  const anchor = element("a", "address", `Open ${href}`)
  anchor.href = href
  anchor.target = "_blank"
  anchor.rel = "noopener noreferrer nofollow"
  anchor.referrerPolicy = "no-referrer"
  anchor.dir = "ltr"
  link.append(anchor)
}

function drawImage(node) {
  const chip = element("span", "image")
  chip.title = "Images are not loaded"
  chip.append("image")
  if (node.image.length > 0) chip.append(": ", drawAll(element("bdi"), node.image))
  const address = drawAll(element("bdi", "address"), node.address)
  address.dir = "ltr"
  chip.append(" ", address)
  return chip
}

function drawFormula(node) {
  const formula = drawMath(node.formula)
  const label = element("span", "formula")
  label.title = node.source
  label.append(formula)
  const isShort = node.source.length <= SHORT_FORMULA_CHARS
  if (!node.display) return isShort ? label : focusable(label, "group", "Formula")
  label.className = "formula display"
  return scrolling(label, "group", "Formula")
}

function drawMath(node) {
  const tag = MATH_TAGS.has(node.tag) ? node.tag : "mrow"
  const drawn = document.createElementNS(MATH_NAMESPACE, tag)
  for (const [name, value] of Object.entries(node.attributes)) {
    if (MATH_ATTRIBUTES.has(name)) drawn.setAttribute(name, value)
  }
  for (const child of node.children) drawn.append(typeof child === "string" ? child : drawMath(child))
  return drawn
}
