// What the map gets from the server. It is asked for again only when its address changes.

class MapSource {
  // The function is called when the address names an earlier state of the store.
  constructor(onOutdated) {
    this.onOutdated = onOutdated
    this.kept = {}
    this.previews = new Map()
  }

  // The bytes of one part of the map.
  load(name, address) {
    const kept = this.kept[name]
    if (kept?.address === address) return kept.bytes
    const entry = { address, bytes: this.fetched(address) }
    this.kept[name] = entry
    entry.bytes.catch(() => {
      if (this.kept[name] === entry) delete this.kept[name]
    })
    return entry.bytes
  }

  async fetched(address) {
    const response = await fetch(address, { credentials: "same-origin" })
    if (response.status === 410) this.onOutdated()
    if (!response.ok) throw new Error((await response.text()).slice(0, 300))
    return response.arrayBuffer()
  }

  // What a point shows of its prompt; null where it cannot be had.
  previewOf(address) {
    if (!this.previews.has(address)) {
      const asked = this.fetched(address)
      const parsed = asked.then((bytes) => JSON.parse(new TextDecoder().decode(bytes)))
      this.previews.set(address, parsed.catch(() => null))
    }
    return this.previews.get(address)
  }
}
