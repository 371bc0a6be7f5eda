/**
 * Findings that come and go must not move what somebody is about to click. While a field has the focus it keeps the
 * height it had: what is found meanwhile lies over its help, as much of it as there is room for. And a field that is left by a click changes its height
 * after that click, not between the button's down and up.
 */

/** What ends a press; a key does where the pointer was let go outside the window. */
const ENDS = ["pointerup", "pointercancel", "keydown"];

let pressed = false;
if (typeof window !== "undefined") {
  const track = (down: boolean) => (): void => {
    pressed = down;
  };
  addEventListener("pointerdown", track(true), { capture: true, passive: true });
  for (const end of ENDS) addEventListener(end, track(false), { capture: true, passive: true });
}

/** Does something once no pointer is pressed, and its click has been dealt with. */
export function onceReleased(act: () => void): void {
  if (!pressed) return act();
  const done = new AbortController();
  const released = (): void => {
    done.abort();
    setTimeout(act);
  };
  for (const end of ENDS) addEventListener(end, released, { signal: done.signal });
}

/** Keeps the height that the findings of a field have now. */
export function hold(findings: Element | null): void {
  if (!(findings instanceof HTMLElement) || findings.style.blockSize !== "") return;
  const { height } = findings.getBoundingClientRect();
  findings.style.blockSize = `${height}px`;
  findings.toggleAttribute("data-held", height > 0);
  findings.toggleAttribute("data-over", height === 0);
}

/** Gives them the room that they need. */
export function release(findings: Element | null): void {
  if (!(findings instanceof HTMLElement)) return;
  findings.style.blockSize = "";
  findings.removeAttribute("data-held");
  findings.removeAttribute("data-over");
}
