// The form in German, as the package has it, and some words of a product's own. What a language lacks is shown in English;
// findings, problems, registry types, fields and ways to sign in are named by their codes and ids, and get the parameters
// that their sentences need.
import { setMessages } from "./node_modules/bowline/elements.js";
import { de } from "./node_modules/bowline/locales/de.js";

// Before the elements draw for the first time.
setMessages(de);
setMessages({
  form: { nameHelp: "So finden Sie die Verbindung wieder." },
  auth: { "docker-hub.password": "Benutzername und Zugriffstoken" },
  fields: { "docker-hub.password": { label: "Zugriffstoken", help: { pull: "Ein Token, das nur lesen darf, genügt." } } },
  findings: { "username.email": () => "Das ist eine E-Mail-Adresse, gebraucht wird der Benutzername." },
});
