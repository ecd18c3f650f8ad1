/** Colours as the browser computes them, and whether text in one can be read on another (WCAG 2.2, 1.4.3). */

export type Colour = readonly [red: number, green: number, blue: number];

const HEX = /^#(?:([0-9a-f])([0-9a-f])([0-9a-f])|([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2}))$/i;

/** Reads #rgb or #rrggbb; undefined for any other text. */
export function parseColour(text: string): Colour | undefined {
  const match = HEX.exec(text);
  if (match === null) return undefined;
  const part = (index: number) => {
    const short = match[index];
    return Number.parseInt(short === undefined ? (match[index + 3] ?? '') : short + short, 16);
  };
  return [part(1), part(2), part(3)];
}

/** The colour as #rrggbb. */
export function hexOf(colour: Colour): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** The contrast of two colours, from 1 to 21. */
export function contrastOf(one: Colour, other: Colour): number {
  const [darker = 0, lighter = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** The colour with this share of another in it, from 0 to 1. */
export function mix(colour: Colour, other: Colour, share: number): Colour {
  const part = (index: 0 | 1 | 2) => Math.round(colour[index] * (1 - share) + other[index] * share);
  return [part(0), part(1), part(2)];
}

/** The colour with as little of `towards` in it as makes it readable on each of `grounds`. */
export function readableOn(colour: Colour, grounds: readonly Colour[], towards: Colour): Colour {
  for (let share = 0; share < 1; share += 0.02) {
    const mixed = mix(colour, towards, share);
    if (grounds.every((ground) => contrastOf(mixed, ground) >= READABLE)) return mixed;
  }
  return towards;
}

/** The contrast that text needs. */
const READABLE = 4.5;

export const WHITE: Colour = [255, 255, 255];

/** The contrast of white text on this colour, where it is too low; else undefined. */
export function lowContrastOf(colour: Colour): number | undefined {
  const contrast = contrastOf(colour, WHITE);
  return contrast < READABLE ? contrast : undefined;
}

function luminanceOf(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}
