import { ConnectionForm } from "./connection-form";

/** Rendered on the server: the element is in the page before its script is. */
export default function Page() {
  return (
    <main>
      <h1>Connect a registry</h1>
      <ConnectionForm provider="docker-hub" />
    </main>
  );
}
