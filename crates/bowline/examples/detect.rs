//! Turns a pasted text into forms: `cargo run --example detect -- "docker login registry.example.com -u me -p secret"`.

use bowline::detect::detect;

const SAMPLE: &str = "docker login registry.example.com:5000 -u scanner -p s3cret";

fn main() {
    let pasted = std::env::args().nth(1).unwrap_or_else(|| SAMPLE.to_owned());
    let forms = detect(&pasted);
    if forms.is_empty() {
        println!("No registry found.");
    }
    for form in forms {
        println!("provider: {}", form.provider);
        for (name, value) in &form.values {
            // `Debug` shows no secret.
            println!("  {name}: {value:?}");
        }
    }
}
