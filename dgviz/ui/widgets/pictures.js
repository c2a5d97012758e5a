const DPI = 300, PER_INCH = 96, SIDE = 16, LINE = 18
const FONT = "Roboto, Helvetica, Arial, sans-serif"

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

// All elements below one, also those in the shadow of others.
function* below(element) {
  for (const child of [...(element.shadowRoot?.children ?? []), ...element.children]) {
    yield child
    yield* below(child)
  }
}

const first = (card, test) => below(card).find?.(test) ?? [...below(card)].find(test)

// The text of an element, its parts apart, without the signs that open more of it.
function words(element) {
  const parts = [...(element?.childNodes ?? [])].map((node) =>
    node.nodeType === Node.TEXT_NODE ? node.textContent : node.matches?.("summary, style") ? "" : words(node))
  return parts.join(" ").replace(/\s+/g, " ").replace(/ ([.,;)])/g, "$1").trim()
}

// The SVG of a card's figures: those of Bokeh one below the other, or one that is SVG already.
async function drawing(card) {
  const drawn = first(card, (element) => element.matches?.("svg.buckets"))
  if (drawn) return inlined(drawn)
  const views = [...card_views(card)]
  let y = 0, width = 0, parts = ""
  for (const view of views) {
    const svg = await (await view.export("svg").to_blob()).text()
    const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement
    root.setAttribute("y", y)
    y += Number(root.getAttribute("height"))
    width = Math.max(width, Number(root.getAttribute("width")))
    parts += new XMLSerializer().serializeToString(root)
  }
  return {svg: parts, width, height: y}
}

// The outermost Bokeh layouts or figures in a card.
function* card_views(card) {
  const inside = new Set(below(card))
  const known = Bokeh.documents.flatMap((doc) => [...doc._all_models.values()]).filter((m) => m.type === "Figure")
  const views = known.map((model) => Bokeh.index.find_one(model)).filter((view) => view && inside.has(view.el))
  const seen = views.filter((view) => view.el.getBoundingClientRect().height > 0)
  yield* seen.sort((a, b) => a.el.getBoundingClientRect().top - b.el.getBoundingClientRect().top)
}

// A copy of an SVG that looks the same without the page's style sheets.
function inlined(svg) {
  const copy = svg.cloneNode(true), {width, height} = svg.getBoundingClientRect()
  const originals = [svg, ...svg.querySelectorAll("*")], copies = [copy, ...copy.querySelectorAll("*")]
  originals.forEach((element, i) => {
    const style = getComputedStyle(element)
    for (const name of ["fill", "font-size", "font-weight", "font-family"]) copies[i].style[name] = style[name]
  })
  copy.setAttribute("width", width)
  copy.setAttribute("height", height)
  return {svg: new XMLSerializer().serializeToString(copy), width, height}
}

// Title above; key, caption, and what it is of, below.
async function figure(card, about) {
  const {svg, width: inner, height} = await drawing(card), width = inner + 2 * SIDE
  if (!inner) return ""
  const style = getComputedStyle(card), ink = style.color, paper = style.backgroundColor
  const title = words(first(card, (element) => element.matches?.("h2")))
  const caption = first(card, (element) => element.matches?.(".caption"))
  const keys = caption ? [...caption.querySelectorAll(".key > span")] : []
  const below_it = [keys.length ? "" : words(caption), about].filter(Boolean)
  const top = SIDE + 22, foot = top + height + (keys.length ? LINE + 6 : 0)
  const text = (x, y, size, weight, content) =>
    `<text x="${x}" y="${y}" font-family="${FONT}" font-size="${size}" font-weight="${weight}" fill="${ink}">` +
    `${escaped(content)}</text>`
  let x = SIDE
  const key = keys.map((entry) => {
    const mark = entry.querySelector("i"), colour = mark.style.getPropertyValue("--ink"), y = foot - 8
    const drawn = mark.className === "area"
      ? `<rect x="${x}" y="${y - 6}" width="18" height="9" fill="${colour}" opacity="0.7"/>`
      : `<line x1="${x}" x2="${x + 18}" y1="${y - 1}" y2="${y - 1}" stroke="${colour}" stroke-width="2" ` +
        `stroke-dasharray="${mark.className === "dashes" ? "5 3" : "none"}"/>`
    const said = text(x + 24, y + 3, 12, 400, words(entry))
    x += 46 + 8 * words(entry).length
    return drawn + said
  }).join("")
  const lines = below_it.flatMap((line) => wrapped(line, (width - 2 * SIDE) / 6.6))
  const said = lines.map((line, i) => text(SIDE, foot + (i + 1) * LINE - 4, 11, 400, line)).join("")
  const all = foot + lines.length * LINE + 8
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${all}" viewBox="0 0 ${width} ${all}">` +
    `<rect width="100%" height="100%" fill="${paper}"/>${text(SIDE, SIDE + 8, 15, 600, title)}` +
    `<svg x="${SIDE}" y="${top}" width="${inner}" height="${height}" overflow="visible">${svg}</svg>${key}${said}</svg>`
}

function wrapped(line, most) {
  const lines = [""]
  for (const word of line.split(" ")) {
    if (lines.at(-1).length + word.length > most) lines.push("")
    lines[lines.length - 1] += (lines.at(-1) && " ") + word
  }
  return lines
}

// A PNG with its dots per inch, which a canvas leaves out: a chunk pHYs behind the header.
async function png(svg) {
  const image = new Image(), scale = DPI / PER_INCH
  image.src = URL.createObjectURL(new Blob([svg], {type: "image/svg+xml"}))
  await image.decode()
  const canvas = document.createElement("canvas")
  canvas.width = Math.round(image.width * scale)
  canvas.height = Math.round(image.height * scale)
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"))
  const bytes = new Uint8Array(await blob.arrayBuffer()), chunk = new DataView(new ArrayBuffer(21))
  const per_metre = Math.round(DPI / 0.0254), HEADER = 33
  chunk.setUint32(0, 9)
  "pHYs".split("").forEach((letter, i) => chunk.setUint8(4 + i, letter.charCodeAt(0)))
  chunk.setUint32(8, per_metre)
  chunk.setUint32(12, per_metre)
  chunk.setUint8(16, 1)
  chunk.setUint32(17, crc(new Uint8Array(chunk.buffer, 4, 13)))
  return new Blob([bytes.slice(0, HEADER), chunk.buffer, bytes.slice(HEADER)], {type: "image/png"})
}

function crc(bytes) {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  }
  return (value ^ 0xffffffff) >>> 0
}

function hand_over(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}

// Where a browser does not let a page copy, the lines are shown to be copied by hand.
function show(lines) {
  const dialog = document.createElement("dialog"), text = document.createElement("textarea")
  Object.assign(text, {value: lines, rows: 14, cols: 90, readOnly: true, ariaLabel: "The same in Python"})
  const close = document.createElement("button")
  close.textContent = "Close"
  close.addEventListener("click", () => dialog.close())
  dialog.append(text, close)
  dialog.addEventListener("close", () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
  text.select()
}

export function render({model}) {
  const take = async (event) => {
    const path = event.composedPath(), button = path.find((element) => element.dataset?.take)
    if (!button) return
    const card = path.find((element) => element.classList?.contains("card"))
    const menu = button.closest("details"), {view} = menu.dataset, kind = button.dataset.take
    menu.open = false
    if (kind !== "png" && kind !== "svg") {
      model.send_msg({take: kind, view})
      return
    }
    const svg = await figure(card, menu.dataset.of === "site" ? model.about_site : model.about_all)
    if (!svg) return  // there is no figure in the card just now
    hand_over(kind === "png" ? await png(svg) : new Blob([svg], {type: "image/svg+xml"}), `${view}.${kind}`)
  }
  model.on("count", () => {
    if (model.name_of_file) hand_over(new Blob([model.content]), model.name_of_file)
    else if (navigator.clipboard) navigator.clipboard.writeText(model.lines).catch(() => show(model.lines))
    else show(model.lines)  // a page that is not served from this machine may not copy
  })
  document.addEventListener("click", take)
  model.on("remove", () => document.removeEventListener("click", take))
}
