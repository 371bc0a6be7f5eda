/** Says in the page's title when its first form was judged, or what went wrong instead. */
export function look() {
  addEventListener("error", ({ message }) => (document.title = message));
  const form = document.querySelector("bowline-connection-form");
  if (form?.shadowRoot?.querySelector("[data-testid=field-password]") && form.report?.findings.length > 0) document.title = "judged";
  else setTimeout(look, 20);
}
