// The form in another language. What is not named here stays English; findings, problems, registry types, fields and ways
// to sign in are named by their codes and ids, and get the parameters that their sentences need.
import { setMessages } from "./node_modules/bowline/elements.js";

// Before the elements draw for the first time.
setMessages({
  locale: "de",
  form: {
    provider: "Art der Registry",
    auth: "Anmelden mit",
    name: "Name",
    nameHelp: "So finden Sie die Verbindung wieder.",
    optional: "Freiwillig",
    more: "Weitere Angaben",
    docs: (title) => `Zugangsdaten für ${title} anlegen`,
    show: (label) => `${label} anzeigen`,
    hide: (label) => `${label} verbergen`,
    fix: (suggestion) => `${suggestion} übernehmen`,
    severities: { error: "Fehler", warning: "Warnung", hint: "Hinweis" },
  },
  auth: { password: "Benutzername und Zugriffstoken", anonymous: "Ohne Anmeldung" },
  fields: {
    username: { label: "Benutzername" },
    "docker-hub.password": { label: "Zugriffstoken", help: { pull: "Ein Token, das nur lesen darf, genügt." } },
  },
  findings: {
    "username.email": () => "Das ist eine E-Mail-Adresse, gebraucht wird der Benutzername.",
    "name.required": () => "Bitte einen Namen geben.",
    "value.required": () => "Bitte ausfüllen.",
    "url.port": ({ params }) => `„${params.port}“ ist kein Port.`,
  },
  problems: {
    "auth.rejected": ({ detail }) => ({ title: "Die Registry lehnt die Zugangsdaten ab", detail, hint: "Prüfen Sie das Token." }),
  },
});
