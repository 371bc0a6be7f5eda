/** The routes of the page. They are in the URL fragment, so that refresh, back, and links work. */

/** The tabs of a connection. */
export const TABS = ["policy", "images", "scans", "registry", "use", "credentials", "events", "activity"] as const;

export type Tab = (typeof TABS)[number];

/** The tabs of a project. */
export const PROJECT_TABS = ["settings", "notices", "activity"] as const;

export type ProjectTab = (typeof PROJECT_TABS)[number];

export type Route =
  | { readonly at: "list"; readonly selected: string }
  | { readonly at: "new"; readonly provider: string; readonly auth: string; /** The connection that it starts from. */ readonly from: string }
  | { readonly at: "connection"; readonly id: string; readonly tab: Tab }
  | { readonly at: "project"; readonly tab: ProjectTab }
  | { readonly at: "nowhere" };

export function parseRoute(fragment: string): Route {
  const [path = "", query = ""] = fragment.replace(/^#\/?/, "").split("?", 2);
  const parameters = new URLSearchParams(query);
  const [first = "", second = "", third = "", ...rest] = path.split("/").filter((part) => part !== "");
  if (first === "project" && third === "") {
    const tab = PROJECT_TABS.find((one) => one === (second || "settings"));
    return tab === undefined ? { at: "nowhere" } : { at: "project", tab };
  }
  if (rest.length > 0 || (first !== "" && first !== "connections")) return { at: "nowhere" };
  if (third !== "") {
    const tab = TABS.find((one) => one === third);
    return tab === undefined ? { at: "nowhere" } : { at: "connection", id: second, tab };
  }
  if (second === "new") {
    const named = (name: string): string => parameters.get(name) ?? "";
    return { at: "new", provider: named("provider"), auth: named("auth"), from: named("from") };
  }
  return { at: "list", selected: second };
}

export function formatRoute(route: Route): string {
  switch (route.at) {
    case "new": {
      const { provider, auth, from } = route;
      const parameters = new URLSearchParams(Object.entries({ provider, auth, from }).filter(([, value]) => value !== ""));
      return `#/connections/new${parameters.size > 0 ? `?${parameters}` : ""}`;
    }
    case "connection":
      return `#/connections/${route.id}/${route.tab}`;
    case "project":
      return `#/project/${route.tab}`;
    case "list":
      return route.selected === "" ? "#/connections" : `#/connections/${route.selected}`;
    case "nowhere":
      return "#/connections";
  }
}
