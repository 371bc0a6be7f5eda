// A pull policy as a part of your own <form>.
import "./node_modules/bowline/elements.js";

document.querySelector("bowline-policy-form").policy = {
  mode: "automatic",
  at: "02:30",
  timezone: "Europe/Vienna",
  include: ["team/"],
  never: ["internal-"],
  condition: { kind: "latest", count: 5 },
};
