/** Where the page begins. */

import { ready } from "bowline";
import { BowlineConsole } from "./console.js";
import { adoptToken } from "./session.js";

// Before anything is drawn: the token must not stay in the address bar.
adoptToken();
document.body.prepend(new BowlineConsole());

// The module loads while the page is already there; who needs it waits for it and says so when it fails.
ready().catch(() => undefined);
