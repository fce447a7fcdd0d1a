// A Plotly figure that is changed in place. Streamlit's own chart is built anew for every change,
// which takes four times as long.

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

export default function (component) {
  const { data, parentElement } = component
  if (!data.layout) {
    loaded(data.source)
    return
  }
  let plot = plots.get(parentElement)
  if (!plot) {
    const place = document.createElement("div")
    place.style.minHeight = `${data.layout.height}px`
    parentElement.append(place)
    plot = { place }
    plot.observer = new ResizeObserver(() => {
      if (plot.drawn && place.clientWidth !== plot.drawn) draw()
    })
    plot.observer.observe(place)
    plots.set(parentElement, plot)
  }
  plot.data = data

  async function draw() {
    const Plotly = await loaded(plot.data.source)
    const { place, data } = plot
    place.setAttribute("role", "img")
    place.setAttribute("aria-label", data.alt)
    plot.drawn = place.clientWidth
    await Plotly.react(place, data.traces, themed(data.layout, place), data.config)
  }
  draw()

  return () => {
    plot.observer.disconnect()
    plots.delete(parentElement)
    window.Plotly?.purge(plot.place)
  }
}
