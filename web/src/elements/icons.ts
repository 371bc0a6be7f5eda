/** The icons of the elements, for a 24-unit square. They are decorative. */

import { svg, type SVGTemplateResult, html, type TemplateResult } from "lit";

const paths = {
  check: svg`<path d="m5 12.5 4.5 4.5L19 7.5" />`,
  cross: svg`<path d="m6 6 12 12M18 6 6 18" />`,
  alert: svg`<circle cx="12" cy="12" r="9" /><path d="M12 7.5v5.5M12 16.4v.1" />`,
  warning: svg`<path d="M12 3.8 2.9 19.5h18.2L12 3.8ZM12 10v4.4M12 17v.1" />`,
  bulb: svg`<path d="M9.2 17.5h5.6M10 20.5h4M12 3.5a6 6 0 0 0-3.4 10.9c.4.3.6.8.6 1.3v1.8h5.6v-1.8c0-.5.2-1 .6-1.3A6 6 0 0 0 12 3.5Z" />`,
  eye: svg`<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z" /><circle cx="12" cy="12" r="2.8" />`,
  eyeOff: svg`<path d="M4 4l16 16M9.9 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-2.6 3.4M6.2 7.6A16.5 16.5 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4.3-1.1M9.8 10.2a2.8 2.8 0 0 0 3.9 4" />`,
  search: svg`<circle cx="11" cy="11" r="6.5" /><path d="m16 16 4.5 4.5" />`,
  plus: svg`<path d="M12 5v14M5 12h14" />`,
  chevron: svg`<path d="m9.5 6.5 5.5 5.5-5.5 5.5" />`,
  dash: svg`<path d="M7 12h10" />`,
  wand: svg`<path d="m4 20 10-10M15.5 3.5v3M15.5 11.5v3M11 8.5h1M19 8.5h1.5M12.6 5.6l.7.7M18.4 5.6l-.7.7M18.4 11.4l-.7-.7" />`,
  lock: svg`<rect x="5" y="10.5" width="14" height="9.5" rx="2" /><path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5" />`,
  back: svg`<path d="M19 12H5.5M11 6l-6 6 6 6" />`,
  copy: svg`<rect x="9" y="9" width="11" height="11" rx="2" /><path d="M15 6V5.5a1.5 1.5 0 0 0-1.5-1.5h-8A1.5 1.5 0 0 0 4 5.5v8A1.5 1.5 0 0 0 5.5 15H6" />`,
  file: svg`<path d="M13.5 3.5H7a1.5 1.5 0 0 0-1.5 1.5v14A1.5 1.5 0 0 0 7 20.5h10a1.5 1.5 0 0 0 1.5-1.5V8.5l-5-5ZM13.5 3.5v5h5" />`,
  box: svg`<path d="m12 3.5 8 4.3v8.4l-8 4.3-8-4.3V7.8l8-4.3ZM4.2 7.9 12 12l7.8-4.1M12 12v8.3" />`,
} satisfies Record<string, SVGTemplateResult>;

export type IconName = keyof typeof paths;

export function icon(name: IconName): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">${paths[name]}</svg>`;
}
