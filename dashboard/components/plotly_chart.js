// A Plotly figure that is updated in place. Streamlit's own chart is rebuilt on every change, which
// takes four times as long.

const NARROW_PIXELS = 560
const CELL_PIXELS = 29
const NAME_PIXELS = 152
const LEGEND_ROW_PIXELS = 19
const CHARACTER_PIXELS = 7.4
const LINE_PIXELS = 18

// Loads Plotly's script once per page.
function loaded(source) {
  window.__chatscapePlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = source
    script.onload = () => resolve(window.Plotly)
    script.onerror = () => {
      window.__chatscapePlotly = undefined
      reject(new Error(`could not load ${source}`))
    }
    document.head.append(script)
  })
  return window.__chatscapePlotly
}

// Labels the cells of heat maps in the text colour of the theme, if they are wide enough.
function withCellText(traces, { margin }, place) {
  const color = getComputedStyle(place).getPropertyValue("--st-text-color").trim()
  return traces.map((trace) => {
    if (trace.type !== "heatmap") return trace
    const cell = (place.clientWidth - margin.l - margin.r) / trace.x.length
    const texttemplate = cell < CELL_PIXELS ? "" : trace.texttemplate
    return { ...trace, textfont: { color, size: 10 }, texttemplate }
  })
}

// Adapts the layout to a narrow page: fewer ticks, and a wrapped axis title.
function fitToWidth(layout, place) {
  const room = place.clientWidth - layout.margin.l - layout.margin.r
  const { text } = layout.xaxis.title ?? { text: "" }
  const lines = [""]
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim()
    if (longer.length * CHARACTER_PIXELS > room && lines.at(-1)) lines.push(word)
    else lines[lines.length - 1] = longer
  }
  const more = (lines.length - 1) * LINE_PIXELS
  const isNarrow = place.clientWidth < NARROW_PIXELS
  const names = layout.xaxis.ticktext?.length ?? 0
  const xaxis = {
    ...layout.xaxis,
    ...(text && { title: { ...layout.xaxis.title, text: lines.join("<br>") } }),
    ...(layout.xaxis.tickangle && room / names < 20 && { tickangle: -90 }),
    ...(isNarrow && layout.xaxis.nticks && { nticks: 4, tickangle: 0 }),
  }
  const margin = { ...layout.margin, b: layout.margin.b + more }
  return { ...layout, xaxis, margin, height: layout.height + more }
}

// Gives a legend that spans the container as many rows as its names need.
function withLegendRows(layout, traces, place) {
  const named = traces.filter((trace) => trace.name && trace.showlegend !== false)
  if (!layout.showlegend || layout.legend.xref !== "container") return layout
  const room = place.clientWidth - layout.margin.l - layout.margin.r
  const inRow = Math.max(Math.floor(room / NAME_PIXELS), 1)
  const t = 18 + LEGEND_ROW_PIXELS * Math.ceil(named.length / inRow)
  return { ...layout, margin: { ...layout.margin, t }, height: layout.height + t - layout.margin.t }
}

// Applies the colours and fonts of the theme.
function themed(layout, place) {
  const style = getComputedStyle(place)
  const value = (name) => style.getPropertyValue(name).trim()
  const axis = {
    gridcolor: value("--st-border-color"),
    linecolor: value("--st-border-color"),
    zerolinecolor: value("--st-border-color"),
  }
  return {
    ...layout,
    width: place.clientWidth,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: value("--st-font"), size: 12.5, color: value("--st-text-color") },
    hoverlabel: {
      ...layout.hoverlabel,
      bgcolor: value("--st-secondary-background-color"),
      bordercolor: value("--st-border-color"),
      font: { family: value("--st-font"), color: value("--st-text-color") },
    },
    ...Object.fromEntries(
      ["xaxis", "yaxis", ...Object.keys(layout)]
        .filter((name) => /^[xy]axis\d*$/.test(name))
        .map((name) => [name, { ...axis, ...layout[name] }]),
    ),
  }
}

const plots = new WeakMap()

// Saves the figure as an image with its title, on the background colour of the theme.
async function saveImage(place, { title, note, name }, format) {
  const style = getComputedStyle(place)
  const { data, layout } = place.__chatscape
  const themedLayout = themed(layout, place)
  const image = {
    data: withCellText(data, layout, place),
    layout: {
      ...themedLayout,
      title: { text: `${title}<br><sub>${note}</sub>`, x: 0.01, xanchor: "left", font: { size: 16 } },
      margin: { ...themedLayout.margin, t: 64 },
      height: themedLayout.height + 56,
      width: 960,
      paper_bgcolor: style.getPropertyValue("--st-background-color").trim(),
    },
  }
  const source = await window.Plotly.toImage(image, { format, width: 960, height: themedLayout.height + 56, scale: 2 })
  const link = document.createElement("a")
  link.href = source
  link.download = `${name}.${format}`
  link.click()
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  if (!data.layout) {
    loaded(data.source)
    return
  }
  let plot = plots.get(parentElement)
  if (!plot) {
    const place = document.createElement("div")
    parentElement.append(place)
    plot = { place }
    place.addEventListener("chatscape-save", (event) => saveImage(place, event.detail, event.detail.format))
    plot.observer = new ResizeObserver(() => {
      if (plot.drawn && place.clientWidth !== plot.drawn) draw()
    })
    plot.observer.observe(place)
    plots.set(parentElement, plot)
  }
  plot.data = data
  plot.place.style.minHeight = `${data.layout.height}px`
  plot.send = setTriggerValue

  // The `meta` of a trace holds the filter token of each mark; for a heat map, in rows.
  function choose(point) {
    const [row, column] = [point.pointNumber].flat()
    const tokens = column === undefined ? point.data.meta : point.data.meta?.[row]
    const chosen = tokens?.[column ?? row]
    if (chosen) plot.send("chosen", chosen)
  }

  async function draw() {
    const Plotly = await loaded(plot.data.source)
    const { place, data } = plot
    place.setAttribute("role", "img")
    place.setAttribute("aria-label", data.alt)
    plot.drawn = place.clientWidth
    place.__chatscape = { data: data.traces, layout: data.layout }
    const layout = themed(withLegendRows(fitToWidth(data.layout, place), data.traces, place), place)
    await Plotly.react(place, withCellText(data.traces, layout, place), layout, data.config)
    place.classList.toggle("clickable", data.traces.some((trace) => trace.meta))
    if (!plot.listens) place.on("plotly_click", (event) => choose(event.points[0]))
    plot.listens = true
  }
  draw()

  return () => {
    plot.observer.disconnect()
    plots.delete(parentElement)
    window.Plotly?.purge(plot.place)
  }
}
