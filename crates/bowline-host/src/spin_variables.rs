//! `spin:variables`: returns a component's variables.

use self::bindings::spin::variables::variables;
use crate::variables::ComponentVariables;
use wasmtime::component::{Accessor, HasData};

pub(crate) use self::bindings::spin::variables::variables::add_to_linker;

#[allow(missing_docs, reason = "generated from wit/, which describes them")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "bowline:host/variables",
        imports: { default: trappable },
    });
}

/// Names a component's variables to the linker.
pub(crate) struct HasVariables;

impl HasData for HasVariables {
    type Data<'a> = &'a mut ComponentVariables;
}

impl variables::Host for &mut ComponentVariables {}

impl<T> variables::HostWithStore<T> for HasVariables {
    async fn get(
        accessor: &Accessor<T, Self>,
        name: String,
    ) -> wasmtime::Result<Result<String, variables::Error>> {
        let value = accessor.with(|mut access| access.get().get(&name).cloned());
        Ok(value.ok_or_else(|| {
            variables::Error::Undefined(format!("the component has no variable `{name}`"))
        }))
    }
}
