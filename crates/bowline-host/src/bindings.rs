//! The generated sides of the interfaces in `wit/`.

#![allow(missing_docs, reason = "generated from wit/, which describes them")]

wasmtime::component::bindgen!({
    path: "wit",
    world: "bowline:host/services",
    imports: {
        "spin:sqlite/sqlite.[static]connection.open": async | trappable,
        "spin:sqlite/sqlite.[method]connection.execute": async | trappable,
        "spin:sqlite/sqlite.[drop]connection": trappable,
        default: trappable,
    },
    with: {
        "spin:sqlite/sqlite.connection": crate::sqlite::Connection,
    },
});
