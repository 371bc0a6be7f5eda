/**
 * What to do at each registry product so that it announces its pushes: where its settings are, and what to paste there.
 * Facts: the vendors' documentation of their notifications; a product that is not named here has none that is known.
 */

/** What a registry announces with: the address, and the header's value where it can send one. */
export interface Announcement {
  readonly url: string;
  readonly authorization: string | null;
}

/** What to do, step by step, and what to paste as a whole. */
export interface Instructions {
  readonly steps: readonly string[];
  readonly snippet?: string;
  readonly docs?: string;
}

type Writer = (announcement: Announcement) => Instructions;

/** What to do for a product; `null` where nothing is known of it. */
export function instructionsFor(provider: string, announcement: Announcement): Instructions | null {
  return WRITERS[provider]?.(announcement) ?? null;
}

/** Says where the secret goes where it goes into a field of its own. */
function withHeader({ authorization }: Announcement, step: string): readonly string[] {
  return authorization === null ? [] : [step];
}

/** Docker's Distribution, and what is built on it. */
const distribution: Writer = ({ url, authorization }) => ({
  steps: [
    "Add this to the registry's configuration, config.yml.",
    "Restart the registry. It announces pushes and deletions from then on; several endpoints may stand beside each other.",
  ],
  snippet: [
    "notifications:",
    "  endpoints:",
    "    - name: bowline",
    `      url: ${url}`,
    ...(authorization === null ? [] : ["      headers:", `        Authorization: [${JSON.stringify(authorization)}]`]),
    "      timeout: 10s",
    "      threshold: 5",
    "      backoff: 10s",
    "      ignore:",
    "        actions: [pull]",
  ].join("\n"),
  docs: "https://distribution.github.io/distribution/about/notifications/",
});

const WRITERS: Readonly<Record<string, Writer>> = {
  "docker-registry": distribution,
  openshift: distribution,
  gitlab: ({ url, authorization }) => ({
    steps: [
      "On a GitLab of your own, add this to /etc/gitlab/gitlab.rb and run “gitlab-ctl reconfigure”.",
      "GitLab.com has no such setting for its registry: leave the schedule on there.",
    ],
    snippet: [
      "registry['notifications'] = [",
      "  {",
      "    'name' => 'bowline',",
      `    'url' => '${url}',`,
      "    'timeout' => '10s',",
      "    'threshold' => 5,",
      "    'backoff' => '10s',",
      ...(authorization === null ? [] : [`    'headers' => { 'Authorization' => ['${authorization}'] },`]),
      "  },",
      "]",
    ].join("\n"),
    docs: "https://docs.gitlab.com/administration/packages/container_registry/#configure-container-registry-notifications",
  }),
  harbor: (announcement) => ({
    steps: [
      "Open the project, then Webhooks, New Webhook. Each project has its own.",
      "Notify type: http. Payload format: Default or CloudEvents.",
      "Event types: Artifact pushed, Artifact deleted.",
      "Endpoint URL: the event URL above.",
      ...withHeader(announcement, "Auth Header: the value of the header above, as it is."),
    ],
    docs: "https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/",
  }),
  "docker-hub": () => ({
    steps: [
      "Open the repository, then Webhooks. Each repository has its own.",
      "Give it a name, and the event URL above; the secret is its last part.",
      "Docker Hub tells pushes only: what is deleted is seen by the next sync.",
    ],
    docs: "https://docs.docker.com/docker-hub/repos/manage/webhooks/",
  }),
  quay: () => ({
    steps: [
      "Open the repository, then Settings, Events and notifications, Create Notification. Each repository has its own.",
      "When this event occurs: Push to Repository.",
      "Then issue a notification: Webhook POST. Webhook URL: the event URL above; the secret is its last part. Leave the template empty.",
    ],
    docs: "https://docs.quay.io/guides/notifications.html",
  }),
  "azure-acr": ({ url, authorization }) => ({
    steps: [
      "Run this with the name of your registry, or open the registry in the portal, then Webhooks, Add.",
      "The action “quarantine” counts as the push where the registry holds images back until they are scanned.",
    ],
    snippet: [
      "az acr webhook create --registry <name> --name bowline \\",
      "  --actions push delete quarantine \\",
      `  --uri '${url}'${authorization === null ? "" : " \\"}`,
      ...(authorization === null ? [] : [`  --headers 'Authorization=${authorization}'`]),
    ].join("\n"),
    docs: "https://learn.microsoft.com/azure/container-registry/container-registry-webhook",
  }),
  github: (announcement) => ({
    steps: [
      "Open the organisation's or the repository's Settings, then Webhooks, Add webhook.",
      "Payload URL: the event URL above. Content type: application/json.",
      ...withHeader(announcement, "Secret: the value above."),
      ...(announcement.authorization === null ? ["Leave its Secret empty: that of this connection is the URL's last part."] : []),
      "Let me select individual events: Packages, Registry packages; nothing else.",
    ],
    docs: "https://docs.github.com/webhooks/webhook-events-and-payloads#package",
  }),
  "jfrog-artifactory": (announcement) => ({
    steps: [
      "Open Administration, General, Webhooks, New Webhook.",
      "URL: the event URL above.",
      "Events: Docker, “Tag was pushed” and “Tag was deleted”, for the repositories that the connection is for.",
      ...withHeader(announcement, "Custom headers: Authorization with the value above."),
    ],
    docs: "https://jfrog.com/help/r/jfrog-platform-administration-documentation/webhooks",
  }),
  "amazon-ecr": ({ authorization }) => ({
    steps: [
      "In Amazon EventBridge, in the registry's region, make a connection of the type API key" +
        (authorization === null ? "." : ": name Authorization, value as above."),
      "Make an API destination with it: the event URL above, method POST.",
      "Make a rule on the default event bus with this event pattern, and the API destination as its target.",
    ],
    snippet: JSON.stringify(
      {
        source: ["aws.ecr"],
        "detail-type": ["ECR Image Action"],
        detail: { "action-type": ["PUSH", "DELETE"], result: ["SUCCESS"] },
      },
      null,
      2,
    ),
    docs: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html",
  }),
  google: ({ url }) => ({
    steps: [
      "Artifact Registry publishes to the topic “gcr” of the registry's project, once it exists.",
      "Make the topic, and a subscription that pushes to the event URL, without payload unwrapping.",
    ],
    snippet: [
      "gcloud pubsub topics create gcr",
      "gcloud pubsub subscriptions create bowline --topic=gcr \\",
      `  --push-endpoint='${url}'`,
    ].join("\n"),
    docs: "https://cloud.google.com/artifact-registry/docs/configure-notifications",
  }),
  "docker-trusted-registry": (announcement) => ({
    steps: [
      "Open the repository, then Webhooks, New webhook. Each repository has its own.",
      "Notification to receive: Tag pushed to repository. Webhook URL: the event URL above.",
      ...withHeader(announcement, "It cannot send a header of its own: put something before the service that adds the value above."),
    ],
  }),
};
