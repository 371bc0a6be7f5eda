use http::Method;
use serde_json::Value;

use super::{DOCUMENT, contract::template_of, document::document};
use crate::{
    caller::Permission,
    route::{Part, Route},
};

/// The document in `docs` is the code's. `BOWLINE_WRITE=1` writes it anew.
#[test]
fn the_document_is_that_of_the_code() {
    let text = format!("{:#}\n", document());
    if std::env::var_os("BOWLINE_WRITE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
        std::fs::write(path, &text).unwrap();
        return;
    }
    assert!(
        text == DOCUMENT,
        "docs/openapi.json is not that of the code\n  mend it with: \
         BOWLINE_WRITE=1 cargo test -p bowline-service openapi"
    );
}

/// Every operation of the document is one that the service has, and the other way round for its path.
#[test]
fn the_paths_are_the_routes() {
    let document = document();
    for (template, operations) in document["paths"].as_object().unwrap() {
        let path = template
            .replace("{id}", "019aa548-1980-7fff-bfff-ffffffffffff")
            .replace(['{', '}'], "");
        let route = Route::parse(&path).unwrap_or_else(|| panic!("{template} is no route"));
        assert_eq!(documented(&route), template);
        let named = |method: &&Method| !operations[method.as_str().to_lowercase()].is_null();
        let methods: Vec<_> = route.methods().iter().filter(named).collect();
        assert_eq!(methods.len(), route.methods().len(), "{template}");
        let others = operations.as_object().unwrap().len();
        assert_eq!(
            others,
            methods.len().saturating_add(1),
            "{template} has parameters and methods"
        );
        assert_eq!(
            template_of(&path).map(|(found, _)| found),
            Some(template.as_str())
        );
    }
}

/// A new route does not compile before it is named here, and then has to be in the document.
fn documented(route: &Route) -> &'static str {
    match route {
        Route::Providers => "/v1/providers",
        Route::OpenApi => "/v1/openapi.json",
        Route::Validate => "/v1/validate",
        Route::Check => "/v1/check",
        Route::Reseal => "/v1/admin/reseal",
        Route::Events { secret: None, .. } => "/v1/events/{id}",
        Route::Events { .. } => "/v1/events/{id}/{secret}",
        Route::Due => "/v1/sync/due",
        Route::Connections { .. } => "/v1/projects/{project}/connections",
        Route::Resolve { .. } => "/v1/projects/{project}/resolve",
        Route::DockerConfig { .. } => "/v1/projects/{project}/dockerconfig",
        Route::Settings { .. } => "/v1/projects/{project}/settings",
        Route::SettingsAudit { .. } => "/v1/projects/{project}/settings/audit",
        Route::Scanners { .. } => "/v1/projects/{project}/scanners",
        Route::ScanLease => "/v1/scans/lease",
        Route::ScanResult { .. } => "/v1/scans/{id}/result",
        Route::Connection { part, .. } => match part {
            Part::Whole => "/v1/projects/{project}/connections/{id}",
            Part::Credentials => "/v1/projects/{project}/connections/{id}/credentials",
            Part::Check => "/v1/projects/{project}/connections/{id}/check",
            Part::Repositories => "/v1/projects/{project}/connections/{id}/repositories",
            Part::Tags {
                repository: Some(_),
            } => "/v1/projects/{project}/connections/{id}/repositories/{name}/tags",
            Part::Tags { repository: None } => "/v1/projects/{project}/connections/{id}/tags",
            Part::Use { .. } => "/v1/projects/{project}/connections/{id}/uses/{consumer}",
            Part::Events => "/v1/projects/{project}/connections/{id}/events",
            Part::Audit => "/v1/projects/{project}/connections/{id}/audit",
            Part::Images => "/v1/projects/{project}/connections/{id}/images",
            Part::Sync => "/v1/projects/{project}/connections/{id}/sync",
            Part::Selection => "/v1/projects/{project}/connections/{id}/selection",
            Part::DockerConfig => "/v1/projects/{project}/connections/{id}/dockerconfig",
            Part::Scans => "/v1/projects/{project}/connections/{id}/scans",
        },
    }
}

#[test]
fn every_operation_says_who_may_call_it() {
    let document = document();
    let permissions = [
        Permission::Read,
        Permission::Write,
        Permission::Delete,
        Permission::Use,
        Permission::Admin,
        Permission::Sync,
    ];
    for (template, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if method == "parameters" {
                continue;
            }
            let said = operation["description"].as_str().unwrap_or_default();
            let is_public = operation["security"] == Value::Array(Vec::new());
            let named = permissions.iter().any(|it| said.contains(it.name()));
            let in_project = template.contains("{project}");
            assert!(
                is_public || named || said == "Needs a token.",
                "{method} {template}"
            );
            assert!(!in_project || named, "{method} {template}");
            let answers_401 = operation["responses"]["401"].is_object();
            assert_eq!(answers_401, !is_public, "{method} {template}");
        }
    }
}

/// References lead somewhere, and nothing is described that nothing refers to.
#[test]
fn schemas_are_there_and_used() {
    let text = document().to_string();
    for (name, _) in document()["components"]["schemas"].as_object().unwrap() {
        let reference = format!("\"#/components/schemas/{name}\"");
        assert!(text.contains(&reference), "nothing refers to {name}");
    }
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(
            document()["components"]["schemas"][name].is_object(),
            "{name} is missing"
        );
    }
}
