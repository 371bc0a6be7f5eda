/** Evaluates a policy for many images without blocking the page. */

import { selectImages, type Decision, type Image, type Policy } from "bowline";

/** The approximate number of images to evaluate before yielding to the page: a few milliseconds. */
const SLICE = 2000;

/** A list of images, sorted once for repeated evaluation. */
export class Inventory {
  readonly images: readonly Image[];
  /** Indexes into the list. A slice contains whole repositories, because a policy can count their newest images. */
  readonly #slices: readonly (readonly number[])[];

  constructor(images: readonly Image[]) {
    this.images = images;
    this.#slices = slicesOf(images);
  }

  /**
   * Returns the policy's decision for each image, in the list's order; `null` if `signal` aborted it.
   *
   * @throws InvalidPolicyError
   */
  async judge(policy: Policy | null, now: number, signal: AbortSignal): Promise<readonly Decision[] | null> {
    const decisions = new Array<Decision>(this.images.length);
    for (const slice of this.#slices) {
      const part = slice.flatMap((place) => this.images[place] ?? []);
      const judged = selectImages(policy, part, now).decisions;
      slice.forEach((place, index) => {
        const decision = judged[index];
        if (decision !== undefined) decisions[place] = decision;
      });
      await breath();
      if (signal.aborted) return null;
    }
    return decisions;
  }
}

function slicesOf(images: readonly Image[]): number[][] {
  const byRepository = new Map<string, number[]>();
  images.forEach(({ repository }, place) => {
    const places = byRepository.get(repository);
    if (places === undefined) byRepository.set(repository, [place]);
    else places.push(place);
  });
  const slices: number[][] = [];
  let last: number[] = [];
  for (const places of byRepository.values()) {
    if (last.length === 0 || last.length + places.length > SLICE) slices.push((last = []));
    for (const place of places) last.push(place);
  }
  return slices;
}

/** Lets the page render and handle input. */
function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
