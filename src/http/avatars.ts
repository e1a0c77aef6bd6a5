import { compressPixels, encodePng } from './png.ts'

/** A default picture is a rosette: a few see-through petals around a heart, on a coloured ground. Everything about it
 * follows from the hash, so nothing is stored. `hash` is `g` and hexadecimal digits. */
export function drawAvatar(hash: string, size: number): Buffer {
  const digits = Number.parseInt(hash.slice(1), 16)
  const color = COLORS[digits % COLORS.length] ?? COLORS[0]
  const figure = Math.floor(digits / COLORS.length) % FIGURES
  return encodePng(drawFigure(figure, size), size, rampOf(color))
}

export interface AvatarName {
  readonly hash: string
  readonly size: number
}

/** `/avatars/g0123456789a-72.png`; nothing for any other path. */
export function parseAvatarPath(path: string): AvatarName | undefined {
  const [, hash, size] = /^\/avatars\/(g[0-9a-f]{11})-(24|32|48|72|192|512|1024)\.png$/.exec(path) ?? []
  return hash === undefined ? undefined : { hash, size: Number(size) }
}

type Color = readonly [red: number, green: number, blue: number]

interface Figure {
  readonly petals: readonly Petal[]
  /** Lengths are parts of half the picture's side. */
  readonly distance: number
  readonly length: number
  readonly width: number
  readonly heart: number
  readonly ring: number
}

/** Mid tones: white stands out on each of them, and neighbours in a list differ. */
const COLORS: readonly [Color, ...Color[]] = [
  [45, 106, 179],
  [15, 118, 110],
  [124, 77, 188],
  [190, 66, 88],
  [180, 83, 28],
  [71, 119, 52],
  [162, 62, 140],
  [51, 88, 122],
  [146, 98, 14],
  [79, 80, 190],
  [16, 122, 150],
  [139, 74, 62],
  [92, 107, 36],
  [107, 63, 160],
  [176, 60, 60],
  [30, 100, 140],
]

/** How many different figures `figureAt` makes: few, so that asking for the pictures of made-up hashes soon costs no
 * more drawing. */
const FIGURES = 6 * 3 * 2 * 3 * 3 * 2

function figureAt(index: number): Figure {
  let rest = index
  const choose = (choices: readonly number[]): number => {
    const chosen = choices[rest % choices.length] ?? 0
    rest = Math.floor(rest / choices.length)
    return chosen
  }
  const petals = choose([5, 8, 3, 6, 4, 7])
  return {
    petals: petalsOf(petals),
    distance: choose([0.36, 0.42, 0.48]),
    length: choose([0.36, 0.42]),
    width: choose([0.6, 0.8, 1]) * (petals > 5 ? 0.23 : 0.34),
    heart: choose([0.12, 0.17, 0.22]),
    ring: choose([0, 0.05]),
  }
}

/** Every figure in one size, or the most wanted in several; 35 kB each at most. */
const DRAWN_KEPT_MAX = 700
const drawn = new Map<string, Buffer>()

/** Compressed pixels without colour, kept because one colour's picture differs from another's in its palette alone. */
function drawFigure(index: number, size: number): Buffer {
  const key = `${index}-${size}`
  const kept = drawn.get(key)
  if (kept) return kept

  const fresh = compressPixels(paint(figureAt(index), size), size)
  if (drawn.size >= DRAWN_KEPT_MAX) drawn.delete(drawn.keys().next().value ?? key)
  drawn.set(key, fresh)
  return fresh
}

/** Each pixel is a lightness from 0 to 255. The right half mirrors the left. */
function paint(figure: Figure, size: number): Uint8Array {
  const pixels = new Uint8Array(size * size)
  const pixel = 2 / size
  for (let row = 0; row < size; row++) {
    const y = (row + 0.5) * pixel - 1
    for (let column = 0; column < size / 2; column++) {
      const light = lightness(figure, (column + 0.5) * pixel - 1, y, pixel)
      pixels[row * size + column] = light
      pixels[row * size + size - 1 - column] = light
    }
  }
  return pixels
}

interface Petal {
  readonly sine: number
  readonly cosine: number
}

/** The first petal points up, which makes the figure symmetrical. */
function petalsOf(count: number): readonly Petal[] {
  return Array.from({ length: count }, (_, index) => {
    const angle = (index * 2 * Math.PI) / count - Math.PI / 2
    return { sine: Math.sin(angle), cosine: Math.cos(angle) }
  })
}

/** Beyond this, in squared radii of a petal, not even the softened edge of a picture of 24 pixels is left. */
const FAR = 4

/** `pixel` is the side of one: edges are softened over this distance. */
function lightness(figure: Figure, x: number, y: number, pixel: number): number {
  const center = Math.sqrt(x * x + y * y)
  let light = 62 - 40 * y
  for (const { sine, cosine } of figure.petals) {
    const along = (x * cosine + y * sine - figure.distance) / figure.length
    const across = (y * cosine - x * sine) / figure.width
    if (along * along + across * across > FAR) continue
    const covered = softly(ellipse(along, across, figure), pixel)
    light += covered * (255 - light) * 0.42
  }
  if (figure.ring > 0) {
    const covered = softly(Math.abs(center - 0.93) - figure.ring / 2, pixel)
    light += covered * (255 - light) * 0.3
  }
  const heart = softly(center - figure.heart, pixel)
  return Math.round(light + heart * (250 - light))
}

/** About how far a point is outside an ellipse; negative inside. */
function ellipse(along: number, across: number, { length, width }: Figure): number {
  const radius = Math.sqrt(along * along + across * across)
  if (radius === 0) return -Math.min(length, width)
  return ((radius - 1) * radius) / Math.sqrt((along / length) ** 2 + (across / width) ** 2)
}

/** 1 inside, 0 outside, and in between within half a pixel of the edge. */
function softly(distance: number, pixel: number): number {
  return Math.min(1, Math.max(0, 0.5 - distance / pixel))
}

/** From a darker tone of the colour over the colour itself to white. */
function rampOf(color: Color): Uint8Array {
  const ramp = new Uint8Array(256 * 3)
  for (let light = 0; light < 256; light++) {
    for (const [channel, tone] of color.entries()) {
      const mixed = light < 64 ? tone * (0.75 + light / 256) : tone + ((255 - tone) * (light - 64)) / 191
      ramp[light * 3 + channel] = Math.round(mixed)
    }
  }
  return ramp
}
