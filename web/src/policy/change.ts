/** Edits of a pull policy: the changes that follow from input in a field. */

import type { Condition, Policy } from "bowline";

/** The change of the policy if `typed` is entered in the field `path`, as in findings: `policy.condition.count`. */
export function changeOf(policy: Policy | null, path: string, typed: string): Partial<Policy> {
  const name = path.replace(/^policy\./, "");
  const number = typed === "" ? null : Number(typed);
  switch (name) {
    case "condition":
      return { condition: conditionOf(typed) };
    case "condition.amount":
    case "condition.unit":
    case "condition.count": {
      const value = name === "condition.unit" ? typed : number;
      return { condition: { ...policy?.condition, [name.slice("condition.".length)]: value } as Condition };
    }
    case "scanner":
      return { scanner: typed === "specific" ? { kind: "specific", names: [] } : { kind: "any" } };
    case "scanner.names":
      return { scanner: { kind: "specific", names: namesIn(typed) } };
    case "scanTimeoutSeconds":
      return { scanTimeoutSeconds: number === null ? null : number * 60 };
    case "cleanup":
    case "events":
    case "quarantine":
    case "imageStreams":
      return { [name]: typed === "true" };
    default:
      return { [name]: typed };
  }
}

/** The change of the policy with its mode. A daily pull gets the user's time zone. */
export function modeOf(policy: Policy | null, mode: "manual" | "automatic"): Partial<Policy> {
  if (mode === "manual" || policy?.timezone) return { mode };
  return { mode, timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone };
}

/** The choice for `rescanExisting`, where `false` and `true` are older values. */
export function rescanOf(policy: Policy): "never" | "new" | "always" {
  const rescan = policy.rescanExisting ?? false;
  if (typeof rescan === "string") return rescan;
  return rescan ? "new" : "never";
}

/** The names in a text, separated by white space or commas. */
export function namesIn(typed: string): string[] {
  return typed.split(/[\s,]+/).filter((name) => name !== "");
}

/** Whether it is an IANA time zone that this machine knows; empty is UTC. */
export function isTimezone(name: string): boolean {
  if (name === "") return true;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).format() !== "" && /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

function conditionOf(kind: string): Condition {
  if (kind === "latest") return { kind, count: 5 };
  if (kind === "created-within") return { kind, amount: 60, unit: "days" };
  return { kind: "none" };
}
