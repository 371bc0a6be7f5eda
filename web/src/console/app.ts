/** The entry point of the page. */

import { ready, type Provider } from "bowline";
import { loadRegistryTypes, setTableSource } from "../registry-types.js";
import { BowlineConsole } from "./console.js";
import { takeAnswer, takeArrival } from "./session.js";

/** The file name of the provider table from the build. */
declare const PROVIDERS_FILE: string;

// Before rendering: no token or code may stay in the address bar.
const arrival = takeArrival();
const answer = takeAnswer();
document.body.prepend(new BowlineConsole(arrival, answer));

setTableSource(async () => {
  const response = await fetch(new URL(PROVIDERS_FILE, import.meta.url));
  if (!response.ok) throw new Error(`${response.url}: HTTP ${response.status}`);
  return (await response.json()) as readonly Provider[];
});
loadRegistryTypes().catch(() => undefined);

// The module loads after the page. Code that needs it waits for it and reports a failure.
ready().catch(() => undefined);
