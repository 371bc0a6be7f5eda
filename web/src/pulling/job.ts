/** Snippets for jobs that pull with a connection's credentials, with this connection's names. */

import { fullName } from "../form/commands.js";
import type { Connection } from "../api/types.js";

/** The API and the image. */
export interface Job {
  /** The API's address, `https://registries.example.com/v1`. */
  readonly api: string;
  readonly connection: Connection;
}

export const JOBS = ["shell", "github-actions", "gitlab-ci", "kubernetes", "use"] as const;

export type JobKind = (typeof JOBS)[number];

/** The lines for each kind of job. They contain no secret: the token comes from the environment. */
export function jobsOf({ api, connection }: Job): Readonly<Record<JobKind, string>> {
  const { id, project } = connection;
  const address = `${api}/projects/${encodeURIComponent(project)}/connections/${encodeURIComponent(id)}`;
  const image = exampleOf(connection);
  const config = `${address}/dockerconfig`;
  const login = [
    "mkdir -p ~/.docker",
    "curl --fail --silent --show-error --output ~/.docker/config.json \\",
    '  --header "Authorization: Bearer $BOWLINE_TOKEN" \\',
    `  '${config}'`,
  ];
  return {
    shell: [...login, `docker pull ${image}`].join("\n"),
    "github-actions": [
      "- name: Sign in to the registry",
      "  env:",
      "    BOWLINE_TOKEN: ${{ secrets.BOWLINE_TOKEN }}",
      "  run: |",
      ...login.map((line) => `    ${line}`),
      `- run: docker pull ${image}`,
    ].join("\n"),
    "gitlab-ci": [
      "pull:",
      "  image: docker:28",
      '  services: ["docker:28-dind"]',
      "  before_script:",
      "    - apk add --no-cache curl",
      "    - |",
      ...login.map((line) => `      ${line}`),
      "  script:",
      `    - docker pull ${image}`,
    ].join("\n"),
    kubernetes: [
      "# Once, and again before the credentials expire:",
      'curl --fail --silent --show-error --header "Authorization: Bearer $BOWLINE_TOKEN" \\',
      `  '${config}?format=kubernetes-secret' | kubectl apply --filename -`,
      "",
      "# In the pod:",
      "spec:",
      "  imagePullSecrets:",
      `    - name: registry-${id}`,
      "  containers:",
      "    - name: app",
      `      image: ${image}`,
    ].join("\n"),
    use: [
      'curl --fail --silent --show-error --request PUT --header "Authorization: Bearer $BOWLINE_TOKEN" \\',
      "  --header 'Content-Type: application/json' \\",
      '  --data "{\\"title\\": \\"Nightly build\\", \\"until\\": \\"$(date -u -d \'+1 day\' +%FT%TZ)\\"}" \\',
      `  '${address}/uses/nightly-build'`,
    ].join("\n"),
  };
}

/** The connection's image, or a possible one. */
function exampleOf({ endpoint, image }: Connection): string {
  const address = endpoint.replace(/^https?:\/\//, "");
  const [host = ""] = address.split("/", 1);
  return image === "" ? `${address}/app:1.4` : fullName(host, image);
}
