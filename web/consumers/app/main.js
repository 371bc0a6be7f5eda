// A product's page. Its title says whether the form came up and was judged, or what went wrong instead.
import "bowline/elements/connection-form";

addEventListener("error", ({ message }) => (document.title = message));
addEventListener("unhandledrejection", ({ reason }) => (document.title = String(reason)));

const form = document.createElement("bowline-connection-form");
form.provider = "docker-hub";
document.body.append(form);

(function look() {
  const failed = form.shadowRoot?.querySelector("[data-testid=problem]")?.textContent;
  const judged = form.shadowRoot?.querySelector("[data-testid=field-password]") && form.report?.findings.length > 0;
  if (judged || failed) document.title = judged ? "judged" : failed.replace(/\s+/g, " ").trim();
  else setTimeout(look, 20);
})();
