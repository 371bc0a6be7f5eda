"use client";

import "bowline/elements/connection-form";
import type {} from "bowline/react";

export function ConnectionForm({ provider }: { provider: string }) {
  return <bowline-connection-form provider={provider} />;
}
