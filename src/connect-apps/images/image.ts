/** An image with nothing in it but what draws it. */
export interface Image {
  width: number;
  height: number;
  bytes: Buffer;
}

/** An image; what is wrong with one of this kind; undefined for another kind. */
export type Reading = Image | string | undefined;
