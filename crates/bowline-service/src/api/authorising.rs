//! What a request needs of its caller, whatever it says: one table for all routes.

use http::Method;

use crate::{
    caller::{Caller, Permission},
    problem::Problem,
    route::{Part, Route},
};

/// Whether the caller may do what the request asks for.
///
/// Errors: `permission.missing`; `not_found` where the project is not the caller's.
pub(super) fn authorise(caller: &Caller, route: &Route, method: &Method) -> Result<(), Problem> {
    match route {
        Route::Providers | Route::OpenApi | Route::Validate | Route::Events { .. } => Ok(()),
        Route::Check => caller.require_somewhere(Permission::Write),
        Route::Reseal => caller.permitted(Permission::Admin),
        Route::Due => caller.permitted(Permission::Sync),
        Route::Connections { project } => match *method {
            Method::POST => caller.require(Permission::Write, project),
            _ => caller.require(Permission::Read, project),
        },
        Route::ScanLease | Route::ScanResult { .. } => caller.require_somewhere(Permission::Use),
        Route::Resolve { project }
        | Route::Scanners { project }
        | Route::SettingsAudit { project } => caller.require(Permission::Read, project),
        Route::DockerConfig { project } => caller.require(Permission::Use, project),
        Route::Settings { project } => match *method {
            Method::PUT => caller.require(Permission::Write, project),
            _ => caller.require(Permission::Read, project),
        },
        Route::Connection { project, part, .. } => {
            caller.require(permission(part, method), project)
        }
    }
}

fn permission(part: &Part, method: &Method) -> Permission {
    match (part, method) {
        (Part::Whole, &Method::DELETE) => Permission::Delete,
        (Part::Whole, &Method::PATCH)
        | (Part::Credentials, _)
        | (Part::Scans, &Method::POST)
        | (Part::Sync, &Method::POST)
        | (Part::Events, &Method::POST | &Method::DELETE) => Permission::Write,
        (Part::Use { .. } | Part::DockerConfig, _) => Permission::Use,
        (
            Part::Whole
            | Part::Check
            | Part::Selection
            | Part::Repositories
            | Part::Tags { .. }
            | Part::Events
            | Part::Audit
            | Part::Scans
            | Part::Images
            | Part::Sync,
            _,
        ) => Permission::Read,
    }
}
