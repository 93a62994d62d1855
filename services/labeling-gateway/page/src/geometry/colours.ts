// Colours of lines on a picture: each line has a black casing, so one of both stands out on every picture.

export const PALETTE = [
  "#ffd23f",
  "#5ce1e6",
  "#ff9ecb",
  "#9be564",
  "#ffb066",
  "#b9b8ff",
  "#ffffff",
  "#7ee8b5",
  "#ff9b94",
  "#e6b3ff",
  "#d9e021",
  "#8fd3ff",
];
export const CASING = "#000000";
export const LEAST_CONTRAST = 9; // with black: then colour or casing has 3:1 against every background

type Channels = [number, number, number];

function readChannels(colour: string): Channels {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function writeColour(channels: Channels): string {
  return `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

// Relative luminance of WCAG 2.
function luminance(colour: string): number {
  const [red, green, blue] = readChannels(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Channels;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrastRatio(first: string, second: string): number {
  const [low, high] = [luminance(first), luminance(second)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

// Mix with white until the colour has enough contrast with its casing.
export function lightenColour(colour: string): string {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = readChannels(colour).map((channel) =>
      Math.round(channel + (255 - channel) * share),
    ) as Channels;
    if (contrastRatio(writeColour(mixed), CASING) >= LEAST_CONTRAST) return writeColour(mixed);
  }
  return "#ffffff";
}

export function paletteColour(index: number): string {
  return PALETTE[index % PALETTE.length]!;
}

// The line colour of every class: the schema's own, lightened, or the palette's.
export function classColours(classes: { name: string; colour?: string | null }[]): Map<string, string> {
  return new Map(
    classes.map((item, index) => [
      item.name,
      item.colour ? lightenColour(item.colour) : paletteColour(index),
    ]),
  );
}
