import "bowline/elements";
import type { BowlineConnectionForm, ChangeDetail } from "bowline/elements";
import type { DetailedHTMLProps, HTMLAttributes } from "react";

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "bowline-connection-form": DetailedHTMLProps<HTMLAttributes<BowlineConnectionForm>, BowlineConnectionForm> & {
        provider?: string;
        "onbowline-change"?: (event: CustomEvent<ChangeDetail>) => void;
      };
    }
  }
}

/** The custom element as a component: React sets its properties and listens to its events by itself. */
export function ConnectionForm({ provider, onChange }: { provider: string; onChange: (detail: ChangeDetail) => void }) {
  return <bowline-connection-form provider={provider} onbowline-change={({ detail }) => onChange(detail)} />;
}
