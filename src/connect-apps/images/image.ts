/** An image with nothing in it but what draws it. */
export interface Image {
  width: number;
  height: number;
  bytes: Buffer;
}

/** The most pixels on each side of a logo. */
export const MAX_SIDE = 2048;

/** Whether an image has pixels, and not too many: asked before anything is made of them. */
export function hasUsualSize({ width, height }: Pick<Image, 'width' | 'height'>): boolean {
  return width >= 1 && height >= 1 && width <= MAX_SIDE && height <= MAX_SIDE;
}

/** An image; what is wrong with one of this kind; undefined for another kind. */
export type Reading = Image | string | undefined;
