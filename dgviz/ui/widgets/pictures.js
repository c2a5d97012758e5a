const DPI = 300, PER_INCH = 96, SIDE = 16, LINE = 17, GAP = 8
const COPIED = ["fill", "stroke", "stroke-width", "stroke-linejoin", "paint-order", "font-size", "font-weight", "font-family"]
const FONT = "Roboto, Helvetica, Arial, sans-serif"

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")

// All elements below one, also those in the shadow of others.
function* below(element) {
  for (const child of [...(element.shadowRoot?.children ?? []), ...element.children]) {
    yield child
    yield* below(child)
  }
}

const all = (card, selector) => [...below(card)].filter((element) => element.matches?.(selector))

// The text of an element, its parts apart, without what only makes sense on the page or is drawn otherwise.
function words(element, between = " ") {
  const left_out = "summary, style, .use, .key, .take, .scores"
  const parts = [...(element?.childNodes ?? [])].map((node) =>
    node.nodeType === Node.TEXT_NODE ? node.textContent : node.matches?.(left_out) ? "" : words(node))
  return parts.filter((part) => part.trim()).join(between).replace(/\s+/g, " ").replace(/ ([.,:;)])/g, "$1").trim()
}

// The figures of a card in sight, without those that choose what others show.
function figures(card) {
  const inside = new Set(below(card))
  const known = Bokeh.documents.flatMap((doc) => [...doc._all_models.values()]).filter((model) =>
    model.type === "Figure" && !model.toolbar.tools.some((tool) => tool.type === "RangeTool"))
  const views = known.map((model) => Bokeh.index.find_one(model)).filter((view) => view && inside.has(view.el))
  return views.filter((view) => view.el.getBoundingClientRect().height > 0)
}

// SVG of what is drawn in a card, each part where it is on the page; words between two of them leave no gap.
async function drawing(card) {
  const views = figures(card), parts = [...views.map((view) => view.el), ...all(card, "svg.buckets")]
  const boxes = parts.map((element) => element.getBoundingClientRect()), left = Math.min(...boxes.map((box) => box.left))
  let end = Math.min(...boxes.map((box) => box.top)), above = end
  const tops = new Map()
  for (const box of [...boxes].sort((one, other) => one.top - other.top)) {
    above += Math.max(0, box.top - end - GAP)
    tops.set(box, box.top - above)
    end = Math.max(end, box.bottom)
  }
  const svgs = await Promise.all(parts.map(async (element, i) => {
    const svg = views[i] ? parsed(await (await views[i].export("svg").to_blob()).text()) : inlined(element)
    const {left: x, width, height} = boxes[i]
    const place = {x: x - left, y: tops.get(boxes[i]), width, height, overflow: "visible"}
    for (const [name, value] of Object.entries(place)) svg.setAttribute(name, value)
    return new XMLSerializer().serializeToString(svg)
  }))
  return {svg: svgs.join(""), width: Math.max(...boxes.map((box) => box.right)) - left, height: end - above}
}

const parsed = (text) => new DOMParser().parseFromString(text, "image/svg+xml").documentElement

// A copy of an SVG that looks the same without the page's style sheets.
function inlined(svg) {
  const copy = svg.cloneNode(true)
  const originals = [svg, ...svg.querySelectorAll("*")], copies = [copy, ...copy.querySelectorAll("*")]
  originals.forEach((element, i) => {
    const style = getComputedStyle(element)
    for (const name of COPIED) copies[i].style[name] = style[name]
  })
  return copy
}

// What the lines and areas stand for: of chips, of a key, of a table whose rows begin with a piece of the line.
function entries(card) {
  const line = (colour, dash) => `<line x2="18" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`
  const chips = all(card, ".chips").flatMap((chips) => all(chips, ".Mui-selected")).map((chip) =>
    ({drawn: line(getComputedStyle(chip).borderColor, "none"), wide: 18, said: words(chip)}))
  const keys = all(card, ".key > span").map((entry) => {
    const mark = entry.querySelector("i"), colour = mark.style.getPropertyValue("--ink")
    const {opacity} = getComputedStyle(mark)
    const drawn = ["area", "shade"].includes(mark.className)
      ? `<rect y="-5" width="18" height="9" fill="${colour}" fill-opacity="${opacity}"/>`
      : line(colour, mark.className === "dashes" ? "5 3" : "none")
    return {drawn, wide: 18, said: words(entry)}
  })
  const rows = all(card, "tr").filter((row) => row.querySelector("td:first-child svg line")).map((row) => {
    const heads = [...row.closest("table").querySelectorAll("th")].map((head) => words(head).toLowerCase())
    const cells = [...row.cells].slice(1).map((cell, i) => `${heads[i + 1] ?? ""} ${words(cell)}`.trim())
    const drawn = `<g transform="translate(0 -4)">${row.querySelector("svg").innerHTML}</g>`
    return {drawn, wide: 28, said: cells.join(", ")}
  })
  return [...chips, ...keys, ...rows]
}

const pen = document.createElement("canvas").getContext("2d")
function long(text, size, weight = 400) {
  pen.font = `${weight} ${size}px ${FONT}`
  return pen.measureText(text).width
}

// The lines of a text that fit into the room.
const lines = (text, room, size, weight) => text.split(" ").reduce((made, word) => {
  const longer = `${made.at(-1) ?? ""} ${word}`.trim()
  return made.length && long(longer, size, weight) <= room ? [...made.slice(0, -1), longer] : [...made, word]
}, [])

// Title and scores above; key, caption, and what it is of, below. It is as light or dark as the page.
async function figure(card, title, about) {
  const {svg, width: inner, height} = await drawing(card), style = getComputedStyle(card)
  let y = SIDE, drawn = ""
  const write = (text, size, weight, line) => {
    for (const part of text ? lines(text, inner, size, weight) : []) {
      y += line
      drawn += `<text x="${SIDE}" y="${y - 5}" font-size="${size}" font-weight="${weight}">${escaped(part)}</text>`
    }
  }
  write(title, 15, 700, 20)
  write(all(card, "h2 .scores > span").map((score) => words(score)).join(",  "), 12, 400, LINE)
  drawn += `<svg x="${SIDE}" y="${y + 6}" width="${inner}" height="${height}" overflow="visible">${svg}</svg>`
  y += height + 12
  let x = 0
  const key = entries(card)
  y += key.length && LINE
  for (const {drawn: mark, wide, said} of key) {
    const width = wide + 6 + long(said, 12)
    if (x && x + width > inner) [x, y] = [0, y + LINE]
    drawn += `<g transform="translate(${SIDE + x} ${y - 5})"><g transform="translate(0 -4)">${mark}</g>` +
      `<text x="${wide + 6}" font-size="12">${escaped(said)}</text></g>`
    x += width + 16
  }
  y += key.length && 4
  for (const text of [words(all(card, ".caption").at(-1)), about]) write(text, 11, 400, LINE - 2)
  const size = `width="${inner + 2 * SIDE}" height="${y + 12}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${inner + 2 * SIDE} ${y + 12}">` +
    `<style>${await fonts(title + about + drawn)}</style><rect width="100%" height="100%" fill="${style.backgroundColor}"/>` +
    `<g font-family="${FONT}" fill="${style.color}">${drawn}</g></svg>`
}

// The page's fonts as far as a text needs them: an image does not see those of the page, and others are wider.
async function fonts(text) {
  const codes = [...new Set(text)].map((letter) => letter.codePointAt(0))
  const covers = (range) => range.split(",").some((part) => {
    const [low, high] = part.replace("U+", "").split("-").map((code) => parseInt(code, 16))
    return codes.some((code) => code >= low && code <= (high ?? low))
  })
  const sheets = [...document.styleSheets].filter((sheet) => sheet.href?.startsWith(location.origin))
  const faces = sheets.flatMap((sheet) => [...sheet.cssRules].map((rule) => ({rule, base: sheet.href})))
    .filter(({rule}) => rule instanceof CSSFontFaceRule && FONT.startsWith(rule.style.fontFamily) &&
      covers(rule.style.getPropertyValue("unicode-range")))
  return (await Promise.all(faces.map(async ({rule, base}) => {
    const [, path] = /url\("([^"]*)"\)/.exec(rule.cssText), {fontWeight: weight} = rule.style
    const file = new Uint8Array(await (await fetch(new URL(path, base))).arrayBuffer())
    const data = `data:font/woff2;base64,${btoa(String.fromCharCode(...file))}`
    const range = rule.style.getPropertyValue("unicode-range")
    return `@font-face {font-family: Roboto; font-weight: ${weight}; unicode-range: ${range}; src: url(${data})}`
  }))).join("")
}

// A PNG with its dots per inch, which a canvas leaves out: a chunk pHYs behind the header.
async function png(svg) {
  const image = new Image(), scale = DPI / PER_INCH
  image.src = URL.createObjectURL(new Blob([svg], {type: "image/svg+xml"}))
  await image.decode()
  const canvas = document.createElement("canvas")
  canvas.width = Math.round(image.width * scale)
  canvas.height = Math.round(image.height * scale)
  for (const wait of [0, 300]) {  // the first drawing asks for the fonts, which come a moment later
    await new Promise((done) => setTimeout(done, wait))
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height)
  }
  URL.revokeObjectURL(image.src)
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"))
  const bytes = new Uint8Array(await blob.arrayBuffer()), chunk = new DataView(new ArrayBuffer(21))
  const per_metre = Math.round(DPI / 0.0254), PHYS = 0x70485973, HEADER = 33
  ;[9, PHYS, per_metre, per_metre].forEach((value, i) => chunk.setUint32(4 * i, value))
  chunk.setUint8(16, 1)
  chunk.setUint32(17, crc(new Uint8Array(chunk.buffer, 4, 13)))
  return new Blob([bytes.slice(0, HEADER), chunk.buffer, bytes.slice(HEADER)], {type: "image/png"})
}

const shifted = (value) => value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
const of_byte = (value) => [...Array(8)].reduce(shifted, value)
const crc = (bytes) => (bytes.reduce((value, byte) => of_byte(value ^ byte), 0xffffffff) ^ 0xffffffff) >>> 0

function hand_over(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name.replace(/[/\\:*?"<>|]/g, "-")
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}

// Where a browser does not let a page copy, the lines are shown to be copied by hand.
function show(lines) {
  const dialog = document.createElement("dialog"), look = `rows="14" cols="90" readonly aria-label="The same in Python"`
  dialog.innerHTML = `<form method="dialog"><textarea ${look}>${escaped(lines)}</textarea><button>Close</button></form>`
  dialog.addEventListener("close", () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
  dialog.querySelector("textarea").select()
}

export function render({model}) {
  let card = null  // whose figure is wanted
  let open = null  // the menu that was used last
  const take = (event) => {
    const path = event.composedPath(), menu = path.find((element) => element.matches?.("details.take"))
    if (open && open !== menu) open.open = false
    open = menu
    if (!menu) return
    card = path.find((element) => element.classList?.contains("card"))
    const nothing = !figures(card).length && !all(card, "svg.buckets").length
    for (const kind of ["png", "svg"]) menu.querySelector(`[data-take=${kind}]`).disabled = nothing
    const wanted = path.find((element) => element.dataset?.take)?.dataset.take
    if (!wanted) return
    menu.open = false
    model.send_msg({take: wanted, view: menu.dataset.view, shows: menu.dataset.shows})
  }
  const draw = async (kind) => {
    const title = words(all(card, "h2").at(-1), ", "), svg = await figure(card, title, model.about)
    const blob = kind === "png" ? await png(svg) : new Blob([svg], {type: "image/svg+xml"})
    const apart = model.name_of_file.split("; ").filter((part) => !title.includes(part))
    hand_over(blob, `${[title, ...apart].join(", ")}.${kind}`)
  }
  model.on("count", () => {
    const {kind} = model
    if (kind === "file") hand_over(new Blob([model.content]), model.name_of_file)
    else if (kind !== "lines") draw(kind).catch((error) => model.send_msg({take: "failed", view: `${error}`, shows: ""}))
    else if (navigator.clipboard) navigator.clipboard.writeText(model.lines).catch(() => show(model.lines))
    else show(model.lines)  // a page that is not served from this machine may not copy
  })
  const leave = (event) => {
    if (event.key !== "Escape" || !open?.open) return
    open.open = false
    open.querySelector("summary").focus()
  }
  const heard = {click: take, keydown: leave}
  for (const [name, act] of Object.entries(heard)) document.addEventListener(name, act)
  model.on("remove", () => {
    for (const [name, act] of Object.entries(heard)) document.removeEventListener(name, act)
  })
}
