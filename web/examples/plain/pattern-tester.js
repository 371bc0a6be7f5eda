// What patterns take of a list of images.
import "./node_modules/bowline/elements.js";

const tester = document.querySelector("bowline-pattern-tester");
const patterns = document.querySelector("textarea");
tester.images = ["3.20", "3.21", "edge"].map((tag) => ({ repository: "library/alpine", tag }));
patterns.addEventListener("input", test);
test();

function test() {
  tester.patterns = patterns.value.split("\n").filter((pattern) => pattern !== "");
}
