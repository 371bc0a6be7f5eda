import type { Report } from "bowline";
import type { ChangeDetail } from "bowline/elements";
import { useState } from "react";
import { ConnectionForm } from "./connection-form";

export function App() {
  const [report, setReport] = useState<Report | null>(null);
  return (
    <main>
      <h1>Connect a registry</h1>
      <ConnectionForm provider="docker-hub" onChange={({ report }: ChangeDetail) => setReport(report)} />
      <p role="status">{report === null ? "" : report.valid ? "Ready to send" : `${report.findings.length} to look at`}</p>
    </main>
  );
}
