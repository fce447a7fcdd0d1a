// A Plotly figure that is changed in place. Streamlit's own chart is built anew for every change,
// which takes four times as long.

const NARROW_PIXELS = 560
const CELL_PIXELS = 29
const NAME_PIXELS = 152
const LEGEND_ROW_PIXELS = 19
const LETTER_PIXELS = 7.4
const LINE_PIXELS = 18

// Runs Plotly's script, once for the page.
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

// The words of a heat map in the colour of the page, where there is room for them.
function worded(traces, { margin }, place) {
  const color = getComputedStyle(place).getPropertyValue("--st-text-color").trim()
  return traces.map((trace) => {
    if (trace.type !== "heatmap") return trace
    const cell = (place.clientWidth - margin.l - margin.r) / trace.x.length
    const texttemplate = cell < CELL_PIXELS ? "" : trace.texttemplate
    return { ...trace, textfont: { color, size: 10 }, texttemplate }
  })
}

// A narrow page: fewer ticks, and the title of an axis on as many lines as it needs.
function fitted(layout, place) {
  const room = place.clientWidth - layout.margin.l - layout.margin.r
  const { text } = layout.xaxis.title ?? { text: "" }
  const lines = [""]
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim()
    if (longer.length * LETTER_PIXELS > room && lines.at(-1)) lines.push(word)
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

// A legend of many names takes as many rows as it needs; one of few has the room it was given.
function roomy(layout, traces, place) {
  const named = traces.filter((trace) => trace.name && trace.showlegend !== false)
  if (!layout.showlegend || layout.legend.xref !== "container") return layout
  const room = place.clientWidth - layout.margin.l - layout.margin.r
  const inRow = Math.max(Math.floor(room / NAME_PIXELS), 1)
  const t = 18 + LEGEND_ROW_PIXELS * Math.ceil(named.length / inRow)
  return { ...layout, margin: { ...layout.margin, t }, height: layout.height + t - layout.margin.t }
}

// Colours and fonts of the page, so that a chart follows its theme.
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
    xaxis: { ...axis, ...layout.xaxis },
    yaxis: { ...axis, ...layout.yaxis },
  }
}

const plots = new WeakMap()

// A picture of a figure by itself: with its title, and on the colour of the page.
async function saved(place, { title, note, name }, format) {
  const style = getComputedStyle(place)
  const { data, layout } = place.__chatscape
  const shown = themed(layout, place)
  const picture = {
    data: worded(data, layout, place),
    layout: {
      ...shown,
      title: { text: `${title}<br><sub>${note}</sub>`, x: 0.01, xanchor: "left", font: { size: 16 } },
      margin: { ...shown.margin, t: 64 },
      height: shown.height + 56,
      width: 960,
      paper_bgcolor: style.getPropertyValue("--st-background-color").trim(),
    },
  }
  const source = await window.Plotly.toImage(picture, { format, width: 960, height: shown.height + 56, scale: 2 })
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
    place.addEventListener("chatscape-save", (event) => saved(place, event.detail, event.detail.format))
    plot.observer = new ResizeObserver(() => {
      if (plot.drawn && place.clientWidth !== plot.drawn) draw()
    })
    plot.observer.observe(place)
    plots.set(parentElement, plot)
  }
  plot.data = data
  plot.place.style.minHeight = `${data.layout.height}px`
  plot.send = setTriggerValue

  // A trace carries in `meta` what each of its marks stands for as a filter; a heat map in rows.
  function choose(point) {
    const [row, column] = [point.pointNumber].flat()
    const marks = column === undefined ? point.data.meta : point.data.meta?.[row]
    const chosen = marks?.[column ?? row]
    if (chosen) plot.send("chosen", chosen)
  }

  async function draw() {
    const Plotly = await loaded(plot.data.source)
    const { place, data } = plot
    place.setAttribute("role", "img")
    place.setAttribute("aria-label", data.alt)
    plot.drawn = place.clientWidth
    place.__chatscape = { data: data.traces, layout: data.layout }
    const layout = themed(roomy(fitted(data.layout, place), data.traces, place), place)
    await Plotly.react(place, worded(data.traces, layout, place), layout, data.config)
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
