/** The places of the page. They stand in the address's fragment, so that refresh, back and links keep them. */

export type Route =
  | { readonly at: "list"; readonly selected: string }
  | { readonly at: "new"; readonly provider: string; readonly auth: string }
  | { readonly at: "nowhere" };

export function parseRoute(fragment: string): Route {
  const [path = "", query = ""] = fragment.replace(/^#\/?/, "").split("?", 2);
  const parameters = new URLSearchParams(query);
  const [first = "", second = "", ...rest] = path.split("/").filter((part) => part !== "");
  if (rest.length > 0 || (first !== "" && first !== "connections")) return { at: "nowhere" };
  if (second === "new") {
    return { at: "new", provider: parameters.get("provider") ?? "", auth: parameters.get("auth") ?? "" };
  }
  return { at: "list", selected: second };
}

export function formatRoute(route: Route): string {
  if (route.at === "new") {
    const parameters = new URLSearchParams();
    if (route.provider !== "") parameters.set("provider", route.provider);
    if (route.auth !== "") parameters.set("auth", route.auth);
    return `#/connections/new${parameters.size > 0 ? `?${parameters}` : ""}`;
  }
  if (route.at === "list" && route.selected !== "") return `#/connections/${route.selected}`;
  return "#/connections";
}
