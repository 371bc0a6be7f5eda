// A test that your own backend made, shown as Bowline shows its own.
import "./node_modules/bowline/elements.js";

document.querySelector("bowline-check-result").check = {
  ok: false,
  proved: "reach",
  steps: [
    { step: "reach", status: "passed", elapsedMs: 41, detail: "HTTP 401 with a Bearer challenge" },
    { step: "authenticate", status: "failed", elapsedMs: 88 },
  ],
  problem: {
    code: "auth.rejected",
    title: "The registry rejected the username or password",
    hint: "Verify the username, and that the token has not expired.",
    field: "values.password",
  },
};
