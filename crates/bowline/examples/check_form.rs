//! Checks a form as a page or a server does: `cargo run --example check_form`.

use bowline::form::{CheckOptions, ConnectionForm, check_form};

fn main() -> Result<(), serde_json::Error> {
    // A page has the region's availability zone where the region should be.
    let form: ConnectionForm = serde_json::from_str(
        r#"{
            "provider": "amazon-ecr",
            "name": "Production images",
            "values": {
                "region": "eu-west-1a",
                "accountId": "123456789012",
                "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
                "secretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
            }
        }"#,
    )?;
    let (report, _) = check_form(&form, CheckOptions::default());
    for finding in &report.findings {
        println!(
            "{} {}: {}",
            finding.severity.as_str(),
            finding.field,
            finding.message
        );
        if let Some(suggestion) = &finding.suggestion {
            println!("  suggestion: {suggestion}");
        }
    }

    // With the suggestion, the form is valid, and there is an endpoint to connect to.
    let mut fixed = form;
    fixed.values.insert("region".to_owned(), "eu-west-1".into());
    let (report, spec) = check_form(&fixed, CheckOptions::default());
    println!("valid: {}", report.valid);
    if let Some(endpoint) = spec.and_then(|spec| spec.endpoint) {
        println!("endpoint: {endpoint}");
    }
    Ok(())
}
