import "bowline/elements/connection-form";
import type { ChangeDetail } from "bowline/elements";
import type {} from "bowline/react";

/** The custom element as a component: React sets its properties and listens to its events by itself. */
export function ConnectionForm({ provider, onChange }: { provider: string; onChange: (detail: ChangeDetail) => void }) {
  return <bowline-connection-form provider={provider} onbowline-change={({ detail }) => onChange(detail)} />;
}
