// The form without a client: it judges what is typed, and its value goes with your own <form>.
import "./node_modules/bowline/elements.js";

const form = document.querySelector("bowline-connection-form");
form.addEventListener("bowline-change", ({ detail }) => {
  document.title = detail.report.valid ? "Ready to send" : "Connect a registry";
});
