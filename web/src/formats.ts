/** Formats numbers, sizes, and times in the page's language. */

let locale: string | undefined;

/** Sets the language (a BCP 47 tag). An empty text means the browser's language. */
export function setLocale(tag: string): void {
  locale = tag === "" ? undefined : tag;
}

/** `100,000`. */
export function number(value: number): string {
  return value.toLocaleString(locale);
}

/** `12.4 MB`; empty if unknown. */
export function sizeOf(bytes: number | null): string {
  if (bytes === null) return "";
  const [unit, size] = bytes < 1e6 ? (["kilobyte", 1e3] as const) : bytes < 1e9 ? (["megabyte", 1e6] as const) : (["gigabyte", 1e9] as const);
  return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / size);
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** `3 minutes ago`, `in 2 days`, `now`; empty for an invalid time. */
export function fromNow(instant: string, now: number): string {
  const seconds = (Date.parse(instant) - now) / 1000;
  if (Number.isNaN(seconds)) return "";
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", Infinity];
  return format.format(unit === "second" ? 0 : Math.trunc(seconds / size), unit);
}

/** `21 Nov 2026, 07:40`, in the local or the given time zone; empty for an invalid time. */
export function inFull(instant: string, timeZone?: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return "";
  return at.toLocaleString(locale, { dateStyle: "medium", timeStyle: "short", ...(timeZone ? { timeZone } : {}) });
}

/** Whether a time is past or less than this number of days away. */
export function isNear(instant: string, now: number, days: number): boolean {
  return Date.parse(instant) - now < days * 86_400_000;
}
