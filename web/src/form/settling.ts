/**
 * Keeps the layout stable while findings appear and disappear. A focused field keeps its height, and new findings cover
 * its help as far as there is room. If a click leaves a field, the field changes its height after that click, not
 * between pointer down and pointer up.
 */

/** The events that end a press. A key also ends it, because the pointer may be released outside the window. */
const ENDS = ["pointerup", "pointercancel", "keydown"];

let pressed = false;
if (typeof window !== "undefined") {
  const track = (down: boolean) => (): void => {
    pressed = down;
  };
  addEventListener("pointerdown", track(true), { capture: true, passive: true });
  for (const end of ENDS) addEventListener(end, track(false), { capture: true, passive: true });
}

/** Runs a callback when no pointer is pressed and its click has been handled. */
export function onceReleased(act: () => void): void {
  if (!pressed) return act();
  const done = new AbortController();
  const released = (): void => {
    done.abort();
    setTimeout(act);
  };
  for (const end of ENDS) addEventListener(end, released, { signal: done.signal });
}

/** Fixes the current height of a field's findings. */
export function hold(findings: Element | null): void {
  if (!(findings instanceof HTMLElement) || findings.style.blockSize !== "") return;
  const { height } = findings.getBoundingClientRect();
  findings.style.blockSize = `${height}px`;
  findings.toggleAttribute("data-held", height > 0);
  findings.toggleAttribute("data-over", height === 0);
}

/** Restores the natural height. */
export function release(findings: Element | null): void {
  if (!(findings instanceof HTMLElement)) return;
  findings.style.blockSize = "";
  findings.removeAttribute("data-held");
  findings.removeAttribute("data-over");
}
