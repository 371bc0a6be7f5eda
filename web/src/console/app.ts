/** Where the page begins. */

import { ready, type Provider } from "bowline";
import { loadRegistryTypes, setTableSource } from "../registry-types.js";
import { BowlineConsole } from "./console.js";
import { takeAnswer, takeArrival } from "./session.js";

/** The file of the provider table, as the build names it. */
declare const PROVIDERS_FILE: string;

// Before anything is drawn: neither a token nor a code must stay in the address bar.
const arrival = takeArrival();
const answer = takeAnswer();
document.body.prepend(new BowlineConsole(arrival, answer));

setTableSource(async () => {
  const response = await fetch(new URL(PROVIDERS_FILE, import.meta.url));
  if (!response.ok) throw new Error(`${response.url}: HTTP ${response.status}`);
  return (await response.json()) as readonly Provider[];
});
loadRegistryTypes().catch(() => undefined);

// The module loads while the page is already there; who needs it waits for it and says so when it fails.
ready().catch(() => undefined);
