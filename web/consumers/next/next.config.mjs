/** The package is installed beside this project, so this folder is its root. */
export default { turbopack: { root: import.meta.dirname }, outputFileTracingRoot: import.meta.dirname };
